"""Faults that come to pods which run already: somebody changes a Secret, a node throws one out."""

from __future__ import annotations

import base64
import itertools

from tests.cluster.conftest import GIVES_UP_CONNECTIONS
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE, Kube, Object, condition
from tests.cluster.pod_logs import PodLogs
from tests.cluster.process import poll
from tests.cluster.test_harness_pods import make_namespace
from tests.cluster.test_rules_alone import found, goes_on, on_node, part

pytestmark = GIVES_UP_CONNECTIONS
SECRETS = {"HW-241": "harbor-redis", "HW-242": "harbor-core"}
"""One that a restart brings up to date, and one that stored data depends on."""


def secret(name: str, content: str) -> Object:
    data = {"value": base64.b64encode(content.encode()).decode()}
    return {"metadata": {"name": name}, "data": data}


def core() -> Object:
    """A pod that reads both when it starts, as the chart's core does."""
    pod = part("core")
    (container,) = pod["spec"]["containers"]
    container["envFrom"] = [{"secretRef": {"name": SECRETS["HW-242"]}}]
    key = {"name": SECRETS["HW-241"], "key": "value"}
    container["env"] = [{"name": "_REDIS_URL_CORE", "valueFrom": {"secretKeyRef": key}}]
    return pod


def change_later(admin: Kube, path: str, than: str) -> None:
    """Change a Secret until the API server says that it was later, which it says in seconds."""
    tries = itertools.count()

    def later() -> bool:
        told = admin.merge(path, {"data": secret("", f"new {next(tries)}")["data"]})
        return bool(max(one["time"] for one in told["metadata"]["managedFields"]) > than)

    poll("the Secret is changed later", later, 10, every=0.2)


def is_ready(pod: Object) -> bool:
    return condition(pod, "Ready") == "True"


def evict(admin: Kube, path: str) -> None:
    """Throw a pod out, as its kubelet tells."""
    ready = {"type": "Ready", "status": "False", "reason": "PodFailed"}
    told = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: memory.",
        "conditions": [ready],
        "containerStatuses": [],
    }
    admin.merge(f"{path}/status", {"status": told})


async def test_what_comes_over_pods_that_run(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str, pod_logs: PodLogs
) -> None:
    make_namespace(control_plane, namespace)
    admin, home = control_plane.admin, f"{CORE}/namespaces/{namespace}"
    for name in SECRETS.values():
        admin.create(f"{home}/secrets", secret(name, "old"))
    for pod in (core(), part("database", ready_after="1h"), part("portal")):
        admin.create(f"{home}/pods", pod)
    goes_on(admin, on_node(admin, f"{home}/pods/harbor-database"))
    for name in ("portal", "core"):
        runs = admin.wait(f"{home}/pods/harbor-{name}", is_ready)
    began = runs["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
    for name in SECRETS.values():
        change_later(admin, f"{home}/secrets/{name}", began)
    pod_logs.write("database", "upgrade DB from 14 to 15")
    evict(admin, f"{home}/pods/harbor-portal")

    wanted = {*SECRETS, "HW-039", "HW-102"}
    beside = {"HW-240"}  # a database that is being converted is not ready for as long
    assert await found(wizard_identity, namespace, wanted) == wanted | beside
