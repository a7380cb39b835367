"""What an action is: a step of its own, about one object, that a person asks for."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Sequence

from wizard.charts.manifest import plural
from wizard.errors import CheckFailed, OutOfTime
from wizard.ports import FIELD_MANAGER, Charts, NeededRight, Object, Objects, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import change_to

MANAGER = f"{FIELD_MANAGER}-actions"
"""The field manager of actions: what a run applied to the same object stays that run's."""
SECONDS = 300.0
"""How long an action waits for what it is to lead to."""


class Act(Step):
    """Changes one object, then waits until that has worked."""

    verb: str
    """What has to be allowed on the object, besides seeing it."""
    part: str = ""
    """The subresource that is written; empty: the object itself."""
    reason: str
    """Why: completes "to …"."""

    def __init__(self, ref: Ref, seconds: float = SECONDS) -> None:
        self.ref = ref
        self._seconds = seconds

    @property
    @abstractmethod
    def effect(self) -> str:
        """What becomes of it, and what stays, in a sentence or two."""

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        kind, name = self.ref.kind, self.ref.name
        resource = plural(kind)
        written = f"{resource}/{self.part}" if self.part else resource
        taken = (
            ("get", resource, name),
            ("list", resource, ""),  # RBAC knows no name for what is watched
            ("watch", resource, ""),
            (self.verb, written, name),
        )
        return [
            NeededRight(Right(verb, kind.group, what, self.ref.namespace, named), self.reason)
            for verb, what, named in taken
        ]

    async def live(self, world: World) -> Object:
        """The object as it is. Raises CheckFailed where it is gone."""
        found = await world.objects.get(self.ref)
        if found is None:
            raise CheckFailed(
                f"{self.ref} is not there any more",
                why="somebody removed or replaced it meanwhile",
                where=str(self.ref),
                fix="see what is wrong now",
            )
        return found

    async def until(
        self, world: World, report: Reporter, lacks: Callable[[Object | None], str]
    ) -> None:
        """Wait until nothing lacks: `lacks` says of each state of the object what still does.

        Raises OutOfTime with the last answer, and what `lacks` raises.
        """
        last = "it was not seen yet"
        try:
            async with asyncio.timeout(self._seconds):
                async for change in world.objects.watch(self.ref.kind, self.ref.namespace):
                    if change.type == "SYNCED":
                        present = await world.objects.get(self.ref)
                    elif Ref.of(change.object) == self.ref:
                        present = None if change.type == "DELETED" else change.object
                    else:
                        continue
                    last = lacks(present)
                    if not last:
                        return
                    report.waiting(last)
        except TimeoutError:
            raise OutOfTime(
                f"{self.ref}: it was done, but has not worked within {self._seconds:.0f} s",
                why=last,
                where=str(self.ref),
                fix="see among the problems what it waits for now",
            ) from None


def fields_of(ref: Ref, **fields: Object) -> Object:
    """An object with these few fields alone, as they are applied to it."""
    return {
        **ref.kind.head,
        "metadata": {"name": ref.name, "namespace": ref.namespace},
        **fields,
    }


class Patch(Act):
    """Applies a few fields of one object, which `wanted` has."""

    verb = "patch"
    wanted: Object

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where the object is gone, or for more than an update."""
        await self.live(world)
        return await self.changes(world.objects)

    async def changes(self, objects: Objects) -> Sequence[ObjectChange]:
        """What applying the fields would change. Raises CheckFailed for more than an update: an
        action never makes an object, nor anew.
        """
        change = await change_to(objects, self.wanted, MANAGER)
        if change is not None and change.action != "update":
            raise CheckFailed(
                f"{change.ref} cannot be changed in this way",
                why=change.reason or "it would have to be made anew",
                where=str(change.ref),
                fix="nothing was written",
            )
        return [change] if change else []

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step; others' fields are taken as the preview said."""
        for change in changes:
            await world.objects.apply(self.wanted, manager=MANAGER, force=bool(change.taken))
