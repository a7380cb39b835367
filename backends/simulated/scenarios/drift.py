"""Somebody changes the installed release with kubectl."""

from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.stage import Stage
from wizard.ports import Kind

_DEPLOYMENT = Kind("apps/v1", "Deployment")
_IMAGE = "docker.io/goharbor/harbor-portal:v2.15.1"


async def _set_image(stage: Stage) -> bool:
    """`kubectl set image` on the portal, once there is one."""
    found = stage.store.select(_DEPLOYMENT, labels="app=harbor,component=portal")
    for portal in found:
        place = {name: portal["metadata"][name] for name in ("name", "namespace")}
        container = {"name": "portal", "image": _IMAGE}
        change = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": place,
            "spec": {"template": {"spec": {"containers": [container]}}},
        }
        await stage.objects.apply(change, manager="kubectl-set", force=True)
    return bool(found)


SCENARIO = Scenario(
    "drift",
    "after the first installation somebody changes the portal with kubectl; run it twice",
    meanwhile=_set_image,
)
