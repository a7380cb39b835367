"""The harness's stand-ins for the kubelets: pods start, fail, speak and are reached as told."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import APPS, CORE, Object, condition
from tests.cluster.pod_logs import PodLogs
from tests.cluster.standin import HarborStandIn
from tests.cluster.tunnel import Tunnel

BATCH = "/apis/batch/v1"
SAYS = "harbor-wizard.test"


def phases(found: Object) -> list[str]:
    """The phase of every item of a list."""
    return [str(one["status"].get("phase")) for one in found["items"]]


def make_namespace(control_plane: ControlPlane, name: str) -> None:
    """Make it and wait until pods may be made in it."""
    control_plane.admin.create(f"{CORE}/namespaces", {"metadata": {"name": name}})
    control_plane.admin.wait(f"{CORE}/namespaces/{name}/serviceaccounts/default", bool)


class Pods:
    """Makes pods in a test's namespace and looks at them."""

    def __init__(self, control_plane: ControlPlane, namespace: str) -> None:
        make_namespace(control_plane, namespace)
        self.admin = control_plane.admin
        self.namespace = namespace
        self.path = f"{CORE}/namespaces/{namespace}/pods"

    def make(
        self, name: str, image: str = "registry.test/app:1", init: str | None = None, **notes: str
    ) -> None:
        """A pod of one container `core`; notes are annotations of the harness."""
        spec: Object = {"containers": [{"name": "core", "image": image}]}
        if init is not None:
            spec["initContainers"] = [{"name": "first", "image": init}]
        annotations = {f"{SAYS}/{key.replace('_', '-')}": text for key, text in notes.items()}
        meta = {"name": name, "annotations": annotations}
        self.admin.create(self.path, {"metadata": meta, "spec": spec})

    def wait_state(self, name: str, reason: str, seconds: float = 30) -> Object:
        """Wait until any container waits for that reason; the pod."""

        def waits(pod: Object) -> bool:
            status = pod["status"]
            found = status.get("containerStatuses", []) + status.get("initContainerStatuses", [])
            return any(one["state"].get("waiting", {}).get("reason") == reason for one in found)

        return self.admin.wait(f"{self.path}/{name}", waits, seconds)

    def wait_ready(self, name: str, seconds: float = 30) -> Object:
        """Wait until it is ready; the pod."""
        ready = lambda pod: condition(pod, "Ready") == "True"  # noqa: E731
        return self.admin.wait(f"{self.path}/{name}", ready, seconds)

    def wait_event(self, name: str, text: str) -> Object:
        """Wait for a Warning event about it that says so; its reason is Failed."""
        path = f"{CORE}/namespaces/{self.namespace}/events"
        chosen = {"fieldSelector": f"involvedObject.name={name},type=Warning"}

        def said(events: Object) -> bool:
            return any(text in event["message"] for event in events["items"])

        return self.admin.wait(path, said, 20, **chosen)


@pytest.fixture
def pods(control_plane: ControlPlane, namespace: str) -> Pods:
    """Pods in this test's namespace."""
    return Pods(control_plane, namespace)


def test_a_pod_is_ready_at_once_or_when_told(pods: Pods) -> None:
    pods.make("quick", init="registry.test/init:1")
    pods.make("slow", ready_after="3s")
    start = time.monotonic()
    pods.wait_ready("quick", 10)
    pods.wait_state("slow", "ContainerCreating")
    slow = pods.wait_ready("slow", 15)
    assert 2 < time.monotonic() - start < 10
    assert slow["status"]["podIP"].startswith("10.244.")


@pytest.mark.parametrize(
    ("registry", "why"),
    [
        ("missing.test", "missing.test/goharbor/harbor-core:v2: not found"),
        ("untrusted.test", "x509: certificate signed by unknown authority"),
    ],
)
@pytest.mark.parametrize("where", ["image", "init"])
def test_an_image_is_refused(pods: Pods, registry: str, why: str, where: str) -> None:
    image: dict[str, Any] = {where: f"{registry}/goharbor/harbor-core:v2"}
    pods.make("refused", **image)
    pod = pods.wait_state("refused", "ImagePullBackOff")
    assert why in str(pod["status"])
    assert pod["status"]["phase"] == "Pending"
    pods.wait_event("refused", why)
    pods.wait_event("refused", "Error: ErrImagePull")


def test_a_container_crashes_for_ever(pods: Pods) -> None:
    pods.make("crashing", image="crash.test/app:1")
    pod = pods.wait_state("crashing", "CrashLoopBackOff")
    status = pod["status"]["containerStatuses"][0]
    assert status["lastState"]["terminated"]["exitCode"] == 1
    pods.admin.wait(
        f"{pods.path}/crashing",
        lambda it: it["status"]["containerStatuses"][0]["restartCount"] >= 3,
    )
    pods.wait_event("crashing", "Back-off restarting failed container")


def test_a_container_is_killed_for_want_of_memory_and_recovers(pods: Pods) -> None:
    pods.make("hungry", crashes="2", crash_reason="OOMKilled")
    status = pods.wait_ready("hungry")["status"]["containerStatuses"][0]
    assert status["restartCount"] == 2
    assert status["lastState"]["terminated"]["reason"] == "OOMKilled"
    assert status["lastState"]["terminated"]["exitCode"] == 137


@pytest.mark.parametrize(("code", "ends"), [("0", "Complete"), ("1", "Failed")])
def test_a_job_ends(pods: Pods, code: str, ends: str) -> None:
    container = {"name": "probe", "image": "registry.test/probe:1"}
    template = {
        "metadata": {"annotations": {f"{SAYS}/exit-code": code}},
        "spec": {"containers": [container], "restartPolicy": "Never"},
    }
    jobs = f"{BATCH}/namespaces/{pods.namespace}/jobs"
    spec = {"backoffLimit": 0, "template": template}
    pods.admin.create(jobs, {"metadata": {"name": "probe"}, "spec": spec})
    pods.admin.wait(f"{jobs}/probe", lambda job: condition(job, ends) == "True")


def test_claims_of_a_stateful_set_bind_grow_or_wait(pods: Pods) -> None:
    sets = f"{APPS}/namespaces/{pods.namespace}/statefulsets"
    pods.admin.create(sets, _stateful_set("good", "standard"))
    pods.admin.create(sets, _stateful_set("bad", "never"))
    pods.wait_ready("good-0")
    claims = f"{CORE}/namespaces/{pods.namespace}/persistentvolumeclaims"
    pods.admin.wait(f"{claims}/data-bad-0", lambda claim: claim["status"]["phase"] == "Pending")
    larger = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    pods.admin.merge(f"{claims}/data-good-0", larger)
    pods.admin.wait(
        f"{claims}/data-good-0", lambda claim: claim["status"]["capacity"]["storage"] == "2Gi"
    )
    pods.admin.wait(f"{pods.path}/bad-0", lambda pod: condition(pod, "PodScheduled") == "False")


def _stateful_set(name: str, storage_class: str) -> Object:
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "storageClassName": storage_class,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    container = {
        "name": "database",
        "image": "registry.test/db:1",
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return {
        "metadata": {"name": name},
        "spec": {
            "serviceName": name,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container]},
            },
            "volumeClaimTemplates": [claim],
        },
    }


def test_a_deleted_pod_goes(pods: Pods) -> None:
    pods.make("going")
    pods.wait_ready("going")
    pods.admin.delete(f"{pods.path}/going")
    pods.admin.wait(pods.path, lambda found: not found["items"])


def test_logs_are_read_and_followed_through_the_api(pods: Pods, pod_logs: PodLogs) -> None:
    pods.make("speaking")
    pods.wait_ready("speaking")
    pod_logs.write("core", "first")
    pod_logs.write("core", "before the crash", previous=True)
    path = f"{pods.path}/speaking/log"
    assert pods.admin.text(path) == "first\n"
    assert pods.admin.text(path, previous="true") == "before the crash\n"

    later = threading.Timer(0.3, lambda: pod_logs.write("core", "second", "third"))
    later.start()
    with pods.admin.http.stream("GET", path, params={"follow": "true"}) as answer:
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(3)] == ["first", "second", "third"]
    later.join()


def test_a_pod_may_have_a_log_of_its_own(pods: Pods, pod_logs: PodLogs) -> None:
    pod_logs.own_file("alone", "core")
    pods.make("alone")
    pods.make("other")
    pods.wait_ready("alone")
    pods.wait_ready("other")
    pod_logs.write("alone/core", "mine")
    pod_logs.write("core", "ours")
    pods.admin.wait(f"{pods.path}/alone", bool)
    assert pods.admin.text(f"{pods.path}/other/log") == "ours\n"
    assert pods.admin.text(f"{pods.path}/alone/log") == "mine\n"


def test_a_port_forward_reaches_the_harbor_stand_in(
    wizard_identity: Identity, pods: Pods, harbor_standin: HarborStandIn
) -> None:
    pods.make("core")
    pods.wait_ready("core")
    harbor_standin.state.problems["database"] = "connection refused"
    with Tunnel(wizard_identity.server, wizard_identity, pods.namespace, "core", 8080) as address:
        health = httpx.get(f"{address}/api/v2.0/health", trust_env=False).json()
    assert health["status"] == "unhealthy"
    assert harbor_standin.requests == [("GET", "/api/v2.0/health")]
