"""The target namespace."""

from collections.abc import Sequence
from contextlib import suppress

from wizard.diagnose.kinds import PRESET_LABEL
from wizard.errors import Conflict
from wizard.ports import Charts, Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.difference import digest
from wizard.steps.inputs import Inputs

NAMESPACE = Kind("v1", "Namespace")


class TargetNamespace(Step):
    """The namespace exists. One that somebody else made is used as it is."""

    id = "target.namespace"
    title = "Namespace"

    def __init__(self, inputs: Inputs, name: str = "") -> None:
        """`name`: of another namespace than the target's."""
        self._ref = Ref(NAMESPACE, "", name or inputs.namespace)
        self._preset = inputs.preset.name

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step. The right to create is needed only where the namespace is missing."""
        name = self._ref.name
        right = Right("get", "", "namespaces", name, name)
        return (NeededRight(right, "to see whether the namespace is there"),)

    async def missing_right(self, world: World) -> Sequence[NeededRight]:
        """The right to create the namespace, where it has to be created."""
        if await world.objects.get(self._ref) is not None:
            return ()
        return (NeededRight(Right("create", "", "namespaces"), "the namespace is not there yet"),)

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        if await world.objects.get(self._ref) is not None:
            return ()
        await world.objects.create(self._object, dry_run=True)
        return (ObjectChange("create", self._ref, content=digest(self._object)),)

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        with suppress(Conflict):
            await world.objects.create(self._object)

    @property
    def _object(self) -> Object:
        return {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": self._ref.name, "labels": {PRESET_LABEL: self._preset}},
        }
