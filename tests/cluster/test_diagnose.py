"""Diagnosis over the real API: watches, logs, and the words that real controllers use."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backends.cluster import Cluster, open_cluster
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.pod_logs import PodLogs
from tests.cluster.test_harness_pods import SAYS, make_namespace
from wizard.diagnose import kinds
from wizard.diagnose.observer import Observer
from wizard.diagnose.waiting import Gate, explain
from wizard.ports import Kind, LogLine, Object, Ref

LABELS = {"app": "harbor", "release": "harbor", "component": "core"}
NAMESPACE = Kind("v1", "Namespace")


@pytest.fixture
async def cluster(wizard_identity: Identity) -> AsyncIterator[Cluster]:
    """The real API."""
    async with open_cluster(wizard_identity.kubeconfig) as opened:
        yield opened


@pytest.fixture
def home(control_plane: ControlPlane, namespace: str) -> str:
    """A namespace that exists."""
    make_namespace(control_plane, namespace)
    return namespace


def core(home: str, image: str = "registry.test/core:1", claim: str = "", **notes: str) -> Object:
    """A Deployment as the chart makes core's; notes are annotations of the harness."""
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": claim}}
    spec: dict[str, Any] = {
        "containers": [{"name": "core", "image": image}],
        "volumes": [volume] if claim else [],
    }
    said = {f"{SAYS}/{name.replace('_', '-')}": text for name, text in notes.items()}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "harbor-core", "namespace": home, "labels": LABELS},
        "spec": {
            "selector": {"matchLabels": LABELS},
            "template": {"metadata": {"labels": LABELS, "annotations": said}, "spec": spec},
        },
    }


class Watched:
    """A namespace that is observed, with all lines of its logs."""

    def __init__(self, observer: Observer, lines: list[LogLine], refs: list[Ref]) -> None:
        self.observer = observer
        self.lines = lines
        self.refs = refs

    async def gate(self, true_of: Callable[[Gate], object]) -> Gate:
        """The first gate of which it is true; a wait that can only fail ends at once."""
        while True:
            gate = explain(self.observer.view, self.refs)
            if true_of(gate):
                return gate
            assert not gate.terminal, gate.terminal
            await self.observer.changed(5)


@asynccontextmanager
async def watched(cluster: Cluster, *objects: Object) -> AsyncIterator[Watched]:
    """Observe a namespace into which the objects come."""
    lines: list[LogLine] = []
    refs = [Ref.of(obj) for obj in objects]
    observer = Observer(
        cluster.objects, cluster.pods, refs[0].namespace, {"release": "harbor"}, lines.append
    )
    async with asyncio.timeout(40), observer:
        await observer.synced()
        for obj in objects:
            await cluster.objects.apply(obj)
        yield Watched(observer, lines, refs)


async def test_a_healthy_start_says_why_it_waits_and_finds_nothing(
    cluster: Cluster, home: str, pod_logs: PodLogs
) -> None:
    pod_logs.write("core", "migrating", "listening")
    async with watched(cluster, core(home, ready_after="2s", crashes="1")) as seen:
        waiting = await seen.gate(lambda gate: "pod harbor-core" in gate.text)
        ready = await seen.gate(lambda gate: gate.ready)
        while len(seen.lines) < 2:
            assert await seen.observer.changed(5)
    assert waiting.text.startswith("Deployment harbor-core 0 of 1 ")
    assert waiting.findings == ()
    assert ready.findings == ()
    assert "listening" in {line.text for line in seen.lines}


@pytest.mark.parametrize(
    ("image", "id_"), [("untrusted.test/core:1", "HW-022"), ("missing.test/core:1", "HW-025")]
)
async def test_an_image_that_cannot_be_pulled_ends_the_wait_and_is_named(
    cluster: Cluster, home: str, image: str, id_: str
) -> None:
    async with watched(cluster, core(home, image)) as seen:
        gate = await seen.gate(lambda gate: gate.terminal)
    assert [one.id for one in gate.terminal] == [id_]
    assert image in gate.terminal[0].cause


async def test_a_class_that_does_not_exist_ends_the_wait(cluster: Cluster, home: str) -> None:
    claim: Object = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "harbor-core", "namespace": home},
        "spec": {
            "storageClassName": "fast",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    async with watched(cluster, core(home, claim="harbor-core"), claim) as seen:
        gate = await seen.gate(lambda gate: gate.terminal)
    assert [one.id for one in gate.findings] == ["HW-003"]
    assert "fast" in gate.terminal[0].cause


async def test_a_refusal_by_quota_ends_the_wait(cluster: Cluster, home: str) -> None:
    quota: Object = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none", "namespace": home},
        "spec": {"hard": {"pods": "0"}},
    }
    async with watched(cluster, quota, core(home)) as seen:
        gate = await seen.gate(lambda gate: gate.terminal)
    assert [one.id for one in gate.terminal] == ["HW-042"]
    assert "quota" in gate.terminal[0].cause


async def test_a_refusal_by_pod_security_ends_the_wait(
    cluster: Cluster, control_plane: ControlPlane, home: str
) -> None:
    label = {"pod-security.kubernetes.io/enforce": "restricted"}
    control_plane.admin.merge(f"/api/v1/namespaces/{home}", {"metadata": {"labels": label}})
    async with watched(cluster, core(home)) as seen:
        gate = await seen.gate(lambda gate: gate.terminal)
    assert "Pod Security" in gate.terminal[0].cause


async def test_what_core_said_before_it_ended_ends_the_wait(
    cluster: Cluster, home: str, pod_logs: PodLogs
) -> None:
    said = "[FATAL] failed to migrate the database, error: Dirty database version 80."
    pod_logs.write("core", said, previous=True)
    async with watched(cluster, core(home, crashes="forever", ready_after="1s")) as seen:
        gate = await seen.gate(lambda gate: gate.terminal)
    assert [one.id for one in gate.terminal] == ["HW-014"]
    assert "version 80" in gate.terminal[0].cause


async def test_no_room_for_a_pod_is_told_in_the_schedulers_words(
    cluster: Cluster, home: str
) -> None:
    greedy = core(home)
    container = greedy["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "9000"}}
    async with watched(cluster, greedy) as seen:
        gate = await seen.gate(lambda gate: "Insufficient cpu" in gate.text)
        (pod,) = seen.observer.view.all(kinds.POD)
        assert seen.observer.view.warnings(pod), "the scheduler's events carry the pod's UID"
    assert gate.findings == (), "it has waited for seconds only"
