"""A certificate issued anew, in the way that cert-manager's own `cmctl renew` asks for it."""

from collections.abc import Sequence
from datetime import datetime

from wizard.actions.base import MANAGER, Act, fields_of
from wizard.diagnose.fields import condition, holds
from wizard.errors import StepFailed
from wizard.ports import Object, Ref, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter
from wizard.steps.difference import ABSENT

_REASON = "ManuallyTriggered"
"""As cmctl gives it (cert-manager/cmctl, pkg/renew)."""


class Renew(Act):
    """A Certificate is requested again at once: its condition Issuing is set.

    Otherwise cert-manager waits after each failure for longer, up to 32 hours.
    """

    id = "action.renew"
    verb = "patch"
    part = "status"
    reason = "to have it issued anew"

    def __init__(self, ref: Ref, moment: datetime) -> None:
        super().__init__(ref)
        self.title = f"Renew the {ref}"
        self._moment = moment

    @property
    def effect(self) -> str:
        """See Act."""
        return (
            "cert-manager requests the certificate again at once and writes it into its Secret. "
            "Until it is issued the present one stays in use."
        )

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        live = await self.live(world)
        if holds(live, "Issuing"):
            return ()
        await self._set(world, live, dry_run=True)
        told = condition(live, "Issuing")
        before = f"{told['status']} ({told.get('reason', '')})" if told else ABSENT
        field = FieldChange("status.conditions[Issuing]", before, f"True ({_REASON})")
        return [ObjectChange("update", self.ref, (field,), content="renew")]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        if changes:
            await self._set(world, await self.live(world), dry_run=False)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: it is issued."""
        await self.until(world, report, self._unissued)

    async def _set(self, world: World, live: Object, *, dry_run: bool) -> None:
        """Set the condition, whoever set it last: cert-manager does so after each attempt."""
        issuing = {
            "type": "Issuing",
            "status": "True",
            "reason": _REASON,
            "message": "Certificate re-issuance manually triggered",
            "observedGeneration": live["metadata"]["generation"],
            "lastTransitionTime": self._moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        wanted = fields_of(self.ref, status={"conditions": [issuing]})
        await world.objects.apply(
            wanted, manager=MANAGER, force=True, dry_run=dry_run, subresource=self.part
        )

    def _unissued(self, found: Object | None) -> str:
        """What is waited for. Raises StepFailed where the issuer refused."""
        if found is None:
            return "it was removed"
        told = condition(found, "Issuing")
        if told.get("status") == "True":
            return str(told.get("message") or "it is being issued")
        if told:
            raise StepFailed(
                f"{self.ref} was not issued",
                why=str(told.get("message") or told.get("reason", "")),
                where=str(self.ref),
                fix="mend what the issuer says, then renew it again",
            )
        ready = condition(found, "Ready")
        return "" if holds(found, "Ready") else str(ready.get("message") or "it is not ready yet")
