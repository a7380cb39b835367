"""A revision that a killed Helm left half done: forgotten, as a run does before it upgrades."""

from collections.abc import Sequence

from wizard.actions.workloads import Deletion
from wizard.diagnose.fields import labels
from wizard.diagnose.rules.helm import is_stuck
from wizard.errors import CheckFailed
from wizard.ports import Ref, World
from wizard.steps.base import ObjectChange


class Forget(Deletion):
    """The record of one revision goes: Helm then takes what is there for its own again.

    See HelmRelease for why nothing is rolled back.
    """

    id = "action.forget"
    reason = "to forget a revision of Helm"

    def __init__(self, ref: Ref) -> None:
        super().__init__(ref)
        self.title = f"Forget the revision in the {ref}"

    @property
    def effect(self) -> str:
        """See Act."""
        return (
            "Only Helm's record of that revision goes; everything that runs stays as it is, and "
            "Helm takes it over with its next upgrade. See first that no Helm works on it."
        )

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where Helm has ended meanwhile."""
        status = labels(await self.live(world)).get("status", "")
        if not is_stuck(status):
            raise CheckFailed(
                "Helm has ended its work on that revision meanwhile",
                why=f"it is {status} now",
                where=str(self.ref),
                fix="nothing is to be done",
            )
        return await super().check(world)
