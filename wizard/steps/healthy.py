"""Harbor itself says that it is healthy, asked through a port-forward to core."""

import asyncio
from collections.abc import Sequence

from wizard.errors import OutOfTime, Unreachable
from wizard.ports import Charts, Component, Endpoint, Kind, NeededRight, Object, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.inputs import Inputs

POD = Kind("v1", "Pod")
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
        """See Step: API servers ask for `get` or `create` on port-forwards, by their version."""
        reason = "to ask Harbor for its health, past load balancers and certificates"
        forward = self._inputs.rights_in_namespace("pods/portforward", reason, "get", "create")
        return [*self._inputs.rights_in_namespace("pods", reason, "list"), *forward]

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
            components = await self._components(world)
        except Unreachable as error:
            return error.what
        return "; ".join(
            f"{one.name} {one.error}".rstrip() for one in components if not one.healthy
        )

    async def _components(self, world: World) -> Sequence[Component]:
        preset = self._inputs.preset
        labels = f"release={preset.target.release},component=core"
        pods = (await world.objects.list(POD, self._inputs.namespace, labels)).items
        pod = next((pod["metadata"]["name"] for pod in pods if _ready(pod)), "")
        if not pod:
            raise Unreachable("no pod of core is ready")
        scheme, port, authority = "http", 8080, b""
        if preset.harbor.internal_tls:
            scheme, port = "https", 8443
            secret = self._inputs.names.internal_certificate("core")
            authority = (await self._inputs.entries(world, secret))["ca.crt"]
        async with world.pods.forward(self._inputs.namespace, pod, port) as local:
            url = f"{scheme}://{local.host}:{local.port}"
            return await world.harbor.health(Endpoint(url, authority))


def _ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
