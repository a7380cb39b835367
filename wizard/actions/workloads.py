"""Pods started anew: of a whole Deployment one after the other, or one pod that hangs."""

from collections.abc import Sequence
from datetime import datetime

from wizard.actions.base import Act, Patch, fields_of
from wizard.diagnose.fields import uid
from wizard.diagnose.readiness import readiness
from wizard.errors import StepFailed
from wizard.ports import Object, Ref, World
from wizard.steps.base import ObjectChange, Reporter

ANNOTATION = "kubectl.kubernetes.io/restartedAt"
"""The annotation in a pod template by which `kubectl rollout restart` has pods made anew."""


class Restart(Patch):
    """A Deployment's pods are made anew as its strategy says, as `kubectl rollout restart` does."""

    id = "action.restart"
    reason = "to restart it"

    def __init__(self, ref: Ref, moment: datetime) -> None:
        super().__init__(ref)
        self.title = f"Restart the {ref}"
        annotations = {ANNOTATION: moment.isoformat(timespec="seconds")}
        self.wanted = fields_of(ref, spec={"template": {"metadata": {"annotations": annotations}}})

    @property
    def effect(self) -> str:
        """See Act."""
        return (
            "Its pods are replaced as its update strategy says, with the same images and settings. "
            "Volumes and what is in them stay."
        )

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: the new pods are ready."""
        await self.until(world, report, self._unready)

    def _unready(self, found: Object | None) -> str:
        """Why it is not ready yet. Raises StepFailed where it never will be."""
        told = readiness(found)
        if told.state == "failed":
            raise StepFailed(
                f"{self.ref} was restarted, but does not become ready",
                why=told.reason,
                where=str(self.ref),
                fix="see among the problems what keeps its pods from starting",
            )
        return "" if told.ready else told.reason


class Deletion(Act):
    """One very object is deleted, never a successor of its name."""

    verb = "delete"
    reason = "to delete it"

    def __init__(self, ref: Ref) -> None:
        super().__init__(ref)
        self.title = f"Delete the {ref}"
        self._uid = ""

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        self._uid = uid(await self.live(world))
        await world.objects.delete(self.ref, uid=self._uid, dry_run=True)
        return [ObjectChange("delete", self.ref, content=self._uid)]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises Conflict where another object has the name by now."""
        for change in changes:
            await world.objects.delete(change.ref, uid=change.content)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: that object is gone."""
        await self.until(world, report, self._left)

    def _left(self, found: Object | None) -> str:
        gone = found is None or uid(found) != self._uid
        return "" if gone else "what keeps it has to let it go first"


class DeletePod(Deletion):
    """One pod goes; who manages it makes another."""

    id = "action.delete-pod"

    @property
    def effect(self) -> str:
        """See Act."""
        return "Whoever manages it makes it anew at once. Its volumes and what is in them stay."
