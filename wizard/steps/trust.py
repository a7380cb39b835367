"""The root certificate for all pods of the cluster, through a trust-manager that is there.

Its Bundle and what it does with that: https://cert-manager.io/docs/trust/trust-manager/.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress

from wizard.charts.tls import has_authority
from wizard.diagnose.kinds import PRESET_LABEL
from wizard.errors import KindUnknown, OutOfTime
from wizard.ports import Charts, Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import change_to, make
from wizard.steps.difference import digest
from wizard.steps.inputs import Inputs
from wizard.steps.node_trust import node_trust_steps

BUNDLE = Kind("trust.cert-manager.io/v1alpha1", "Bundle")
KEY = "ca.crt"
_PAUSE, _LONGEST = 0.5, 120.0
"""Seconds between two looks at the Bundle, and for which trust-manager may take no notice of it."""


def trust_steps(inputs: Inputs, needs: Sequence[str]) -> Iterator[Step]:
    """What publishes the root certificate that the steps in `needs` keep."""
    preset = inputs.preset
    if preset.trust.pods == "trust-manager" and has_authority(preset):
        yield PublishedToPods(inputs, needs)
    yield from node_trust_steps(inputs, needs)


class PublishedToPods(Step):
    """trust-manager keeps the root in a ConfigMap of every namespace."""

    id = "trust.pods"
    title = "Root certificate for pods"

    def __init__(self, inputs: Inputs, needs: Sequence[str]) -> None:
        self.needs = tuple(needs)
        self._inputs = inputs
        self._ref = Ref(BUNDLE, "", bundle_name(inputs))

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "trust-manager publishes the root certificate by a Bundle"
        return [
            NeededRight(Right(verb, BUNDLE.group, "bundles"), reason)
            for verb in ("get", "create", "patch")
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. The root may be made in the same run: then nothing can be tried yet."""
        root = await self._root(world)
        if root:
            change = await change_to(world.objects, self._bundle(root))
            return [change] if change else []
        live = None
        with suppress(KindUnknown):
            live = await world.objects.get(self._ref)
        return [
            ObjectChange(
                "update" if live else "create",
                self._ref,
                validated=False,
                reason="the root certificate does not exist yet",
                content=digest(self._bundle("")),
            )
        ]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        bundle = self._bundle(await self._root(world))
        for change in changes:
            await make(world.objects, bundle, change)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step. Raises OutOfTime where trust-manager does not publish it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + min(_LONGEST, self._inputs.gate_seconds)
        while why := await self._unpublished(world):
            if loop.time() >= until:
                raise OutOfTime(
                    "trust-manager does not publish the root certificate",
                    why=why,
                    where=str(self._ref),
                    fix="see the log of trust-manager, then run the same command again",
                )
            report.waiting(f"waiting for trust-manager: {why}")
            await asyncio.sleep(_PAUSE)

    async def _root(self, world: World) -> str:
        name = self._inputs.names.authority
        return (await self._inputs.entries(world, name)).get("ca.crt", b"").decode()

    async def _unpublished(self, world: World) -> str:
        """Why the root is not in all namespaces; empty: it is."""
        bundle = await world.objects.get(self._ref) or {}
        conditions = bundle.get("status", {}).get("conditions") or []
        synced = next((one for one in conditions if one["type"] == "Synced"), None)
        generation = bundle.get("metadata", {}).get("generation")
        if synced is None or synced.get("observedGeneration", generation) != generation:
            return "it has not looked at the Bundle yet"
        if synced["status"] == "True":
            return ""
        return f"{synced.get('reason', 'not synced')}: {synced.get('message', '')}"

    def _bundle(self, root: str) -> Object:
        return {
            **BUNDLE.head,
            "metadata": {
                "name": self._ref.name,
                "labels": {PRESET_LABEL: self._inputs.preset.name},
            },
            "spec": {
                "sources": [{"inLine": root}],
                "target": {"configMap": {"key": KEY}, "namespaceSelector": {}},
            },
        }


def bundle_name(inputs: Inputs) -> str:
    """The name of the Bundle and of all ConfigMaps; it has to be unique in the cluster."""
    return f"{inputs.namespace}-{inputs.names.authority}"
