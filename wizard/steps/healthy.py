"""Harbor itself says that it is healthy, asked through a port-forward to core."""

import asyncio
from collections.abc import Sequence

from wizard.errors import OutOfTime, Unreachable
from wizard.ports import Charts, NeededRight, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.core import core_endpoint, core_rights
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

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        return core_rights(self._inputs)

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step: nothing is changed here."""
        return ()

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step: nothing is changed here."""

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step. Raises OutOfTime naming what stays unhealthy."""
        loop = asyncio.get_running_loop()
        given_up_at = loop.time() + self._inputs.gate_seconds
        while why := await self._unhealthy(world):
            report.waiting(f"Harbor is not healthy yet: {why}")
            if loop.time() >= given_up_at:
                raise OutOfTime(
                    f"Harbor did not become healthy within {self._inputs.gate_seconds:.0f} s",
                    why=why,
                    where=f"namespace {self._inputs.namespace}",
                    fix="look at the logs of the component, then run the same command again",
                )
            await asyncio.sleep(_PAUSE)

    async def _unhealthy(self, world: World) -> str:
        """What is not healthy, and why; empty: all is."""
        try:
            async with core_endpoint(world, self._inputs) as endpoint:
                components = await world.harbor.health(endpoint)
        except Unreachable as error:
            return error.what
        return "; ".join(
            f"{one.name} {one.error}".rstrip() for one in components if not one.healthy
        )
