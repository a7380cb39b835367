"""The identity may work in namespaces only."""

from backends.simulated.access import namespaced_only
from backends.simulated.scenarios.installed import NAMESPACE
from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.stage import Stage


async def _prepare(stage: Stage) -> None:
    """An administrator has made the namespace."""
    await stage.objects.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        manager="kubectl",
    )


SCENARIO = Scenario(
    "no-rights",
    "an identity without any right outside namespaces",
    prepare=_prepare,
    granted=namespaced_only,
)
