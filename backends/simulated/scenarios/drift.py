"""Somebody changed an installed release with kubectl."""

from backends.simulated.scenarios.installed import NAMESPACE, RELEASE, install
from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.stage import Stage


async def _prepare(stage: Stage) -> None:
    await install(stage)
    image = {"name": "portal", "image": "docker.io/goharbor/harbor-portal:v2.15.1"}
    await stage.objects.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": f"{RELEASE}-portal", "namespace": NAMESPACE},
            "spec": {"template": {"spec": {"containers": [image]}}},
        },
        manager="kubectl-set",
        force=True,
    )
    stage.clock.settle()


SCENARIO = Scenario(
    "drift",
    "an installed release whose portal somebody changed with kubectl",
    prepare=_prepare,
)
