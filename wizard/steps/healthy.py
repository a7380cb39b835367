"""Harbor itself says that it is healthy, asked through a port-forward to core."""

from collections.abc import Sequence
from functools import partial

from wizard.diagnose.kinds import DEPLOYMENT, STATEFUL_SET
from wizard.errors import NotFound, Unreachable
from wizard.ports import Charts, NeededRight, Ref, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.core import core_endpoint, core_rights
from wizard.steps.gate import Wait, wait_until_ready
from wizard.steps.inputs import Inputs

_PAUSE = 1.0
"""Seconds between two questions: Harbor's API has nothing to watch."""


class HarborHealthy(Step):
    """Every component that Harbor's API reports is healthy."""

    id = "harbor.healthy"
    title = "Harbor answers and is healthy"
    needs = ("harbor.release",)

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._wait: Wait | None = None

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step; what the gate reads is among the rights of the release."""
        return core_rights(self._inputs)

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step: nothing is changed here."""
        return ()

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step: nothing is changed here."""

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step. Raises OutOfTime naming what stays unhealthy."""
        if not await self._unhealthy(world):
            return
        labels = f"release={self._inputs.preset.target.release}"
        workloads = [
            Ref.of(obj)
            for kind in (DEPLOYMENT, STATEFUL_SET)
            for obj in (await world.objects.list(kind, self._inputs.namespace, labels)).items
        ]
        self._wait = self._wait or Wait(
            self._inputs, partial(self._unhealthy, world), look_again=_PAUSE
        )
        await wait_until_ready(world, self._inputs, workloads, report, self._wait)

    async def _unhealthy(self, world: World) -> str:
        """What is not healthy, and why; empty: all is."""
        try:
            async with core_endpoint(world, self._inputs) as endpoint:
                try:
                    components = await world.harbor.health(endpoint)
                except Unreachable as error:
                    return f"Harbor does not answer yet: {error.what}"
        except NotFound as error:
            return f"Harbor does not answer yet: {error.what}"
        bad = [f"{one.name} {one.error}".rstrip() for one in components if not one.healthy]
        return f"Harbor is not healthy yet: {'; '.join(bad)}" if bad else ""
