"""A claim that grows, where its storage class lets volumes grow."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from wizard.actions.base import Patch, fields_of
from wizard.answers.quantity import quantity
from wizard.diagnose.fields import condition, labels, spec, status
from wizard.errors import UsageError
from wizard.ports import Object, Ref, World
from wizard.steps.base import ObjectChange, Reporter

_GIBI = Decimal(1024) ** 3


def more_than(claim: Object) -> str:
    """A size to begin with: half as much again as the claim has, in whole GiB."""
    wanted = quantity(_size(claim)) * Decimal("1.5") / _GIBI
    return f"{wanted.to_integral_value(ROUND_CEILING)}Gi"


def _size(claim: Object) -> str:
    return str(((spec(claim).get("resources") or {}).get("requests") or {}).get("storage", "0"))


class Grow(Patch):
    """A claim asks for more room. It can never be made smaller again."""

    id = "action.grow"
    reason = "to let it grow"

    def __init__(self, ref: Ref, size: str) -> None:
        super().__init__(ref)
        self.title = f"Grow the {ref} to {size}"
        self._size, self._by_chart = size, False
        self.wanted = fields_of(ref, spec={"resources": {"requests": {"storage": size}}})

    @property
    def effect(self) -> str:
        """See Act."""
        kept = (
            " Give the same size in `storage.volumes` of the preset, or the next run refuses to "
            "make the claim smaller."
        )
        return (
            "The storage driver makes the volume larger; what is in it stays. It cannot be made "
            "smaller again." + (kept if self._by_chart else "")
        )

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises UsageError for a size that is none, or not larger."""
        live = await self.live(world)
        self._by_chart = labels(live).get("app.kubernetes.io/managed-by") == "Helm"
        try:
            larger = quantity(self._size) > quantity(_size(live))
        except ValueError:
            larger = False
        if not larger:
            raise UsageError(
                f"{self._size!r} is not a larger size",
                why=f"{self.ref} has {_size(live)}, and a claim never gets smaller",
                fix="give a larger one, such as 20Gi",
            )
        return await self.changes(world.objects)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: the volume has grown, or does as soon as a pod mounts it."""
        await self.until(world, report, self._small)

    def _small(self, found: Object | None) -> str:
        if found is None:
            return "it was removed"
        has = (status(found).get("capacity") or {}).get("storage", "0")
        if quantity(has) >= quantity(self._size):
            return ""
        if condition(found, "FileSystemResizePending").get("status") == "True":
            return ""  # the node makes the file system larger when the pod mounts it next
        resizing = condition(found, "Resizing").get("message")
        return str(resizing or f"the storage driver has made {has} of {self._size} so far")
