"""Questions that have to write to be answered."""

from abc import abstractmethod
from collections.abc import Sequence

from wizard.ports import Charts, NeededRight, Object, Ref, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import creation_of
from wizard.steps.errand import Errand, Said
from wizard.steps.inputs import Inputs


class Probe(Step):
    """Tries something by writing, and takes away again what it wrote.

    It is skipped once what it guards works, and its changes are not there any more afterwards.
    """

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: the answer came while it was applied."""


class JobProbe(Probe):
    """A probe by Jobs in the target namespace, with claims of their own."""

    def __init__(self, inputs: Inputs, called: str, needs: Sequence[str]) -> None:
        """`called` is the probe in the words of its errors."""
        self.needs = tuple(needs)
        self._inputs = inputs
        self.errand = Errand(inputs, self.id, called)

    @abstractmethod
    async def wanted(self, world: World) -> Sequence[Object]:
        """The claims and Jobs that are to be tried: none where all works that the probe guards."""

    @abstractmethod
    def all_objects(self) -> Sequence[Object]:
        """All claims and Jobs that the probe may ever make, known without a cluster."""

    def understood(self, said: Said, report: Reporter) -> None:
        """What the Jobs said in the end. Raises StepFailed where that is bad."""

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        return self.errand.rights(self.all_objects())

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. What a killed run left makes the probe run again, which removes it first."""
        there = {Ref.of(obj) for obj in await self.errand.left(world)}
        wanted = await self.wanted(world) or (self.all_objects() if there else ())
        return [
            ObjectChange("create", Ref.of(obj))
            if Ref.of(obj) in there
            else await creation_of(world.objects, obj)
            for obj in wanted
        ]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises what `Errand.run` does."""
        planned = {change.ref for change in changes}
        wanted = [obj for obj in self.all_objects() if Ref.of(obj) in planned]
        self.understood(await self.errand.run(world, wanted, report), report)
