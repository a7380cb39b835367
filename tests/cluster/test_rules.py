"""Rules over the real API: a whole installation without a finding, and faults all at once."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from backends.cluster import open_cluster
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.pod_logs import PodLogs
from tests.cluster.test_harness_pods import SAYS, make_namespace
from tests.cluster.wizard import Wizard, annotated, deep
from tests.unit.diagnose.recording import Recording
from wizard.diagnose.evaluate import Diagnosis, evaluate
from wizard.diagnose.observer import EVERYTHING, Observer, Scope
from wizard.diagnose.view import View
from wizard.ports import Object

RECORD = "HARBOR_WIZARD_RECORD"
"""A file that the healthy start is written to, to be seen again by tests without a cluster."""

NOISE = deep(annotated("jobservice", crashes="3"), annotated("core", ready_after="4s"))
"""What is usual: the job service ends until core answers, which takes its time."""


async def test_a_real_installation_gives_no_finding_at_any_moment(wizard: Wizard) -> None:
    wizard.preset({"values": NOISE})
    recording, found = Recording(), set()
    async with open_cluster(wizard.identity.kubeconfig) as cluster:
        selector = {"release": "harbor"}
        objects, pods, home = cluster.objects, cluster.pods, wizard.namespace
        scope = Scope(EVERYTHING)
        async with Observer(objects, pods, home, selector, scope=scope) as observer:
            await observer.synced()
            with wizard.begin() as running:
                ended = asyncio.create_task(asyncio.to_thread(running.wait))
                while await observer.changed(5) or not ended.done():
                    view = observer.view
                    recording.take(view)
                    found |= {f"{one.id} {one.cause}" for one in evaluate(view).findings}
                (await ended).require(0)
    if RECORD in os.environ:
        recording.save(Path(os.environ[RECORD]))
    assert found == set()


SAID = {
    "core": ("HW-109", "[FATAL] failed to migrate: no migration found for version 170: read down"),
    "database": ("HW-008", 'initdb: error: could not create directory "/x": Permission denied'),
    "portal": ("HW-117", "nginx: [emerg] socket() [::]:8080 failed (97: Address family not "
               "supported by protocol)"),
    "redis": ("HW-112", "25:C # Failed opening the temp RDB file temp-25.rdb (in server root dir "
              "/var/lib/redis) for saving: Permission denied"),
    "registry": ("HW-040", 'err.detail="filesystem: write /storage/x: no space left on device"'),
    "trivy": ("HW-037", "FATAL init error: DB error: failed to download vulnerability DB"),
}  # fmt: skip
"""What containers say, by component, and the rule that hears it."""
ENDS = {"core", "database", "portal"}
"""Components whose containers end again and again."""


def part(home: str, component: str) -> Object:
    """A Deployment as the chart makes one of its components."""
    labels = {"app": "harbor", "release": "harbor", "component": component}
    notes = {f"{SAYS}/crashes": "forever"} if component in ENDS else {}
    pod: dict[str, Any] = {
        "metadata": {"labels": labels, "annotations": notes},
        "spec": {"containers": [{"name": component, "image": f"registry.test/{component}:1"}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"harbor-{component}", "namespace": home, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": pod},
    }


def job(home: str) -> Object:
    """A Job whose pod fails."""
    notes = {f"{SAYS}/runs-for": "1s", f"{SAYS}/exit-code": "1"}
    container = {"name": "migrate", "image": "registry.test/core:1"}
    pod = {
        "metadata": {"annotations": notes},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migration-job", "namespace": home},
        "spec": {"backoffLimit": 0, "template": pod},
    }


def causes(diagnosis: Diagnosis) -> dict[str, str]:
    """The components or objects of findings that nothing explains, by id."""
    return {
        one.id: one.component or one.object
        for one in diagnosis.findings
        if one.suppressed_by is None
    }


async def test_faults_are_told_apart_when_everything_fails_at_once(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str, pod_logs: PodLogs
) -> None:
    make_namespace(control_plane, namespace)
    wanted = {id_: component for component, (id_, _) in SAID.items()}
    wanted["HW-038"] = f"Job {namespace}/migration-job"
    for component, (_, said) in SAID.items():
        pod_logs.write(component, said, previous=component in ENDS)
    async with open_cluster(wizard_identity.kubeconfig) as cluster:
        selector = {"release": "harbor"}
        async with Observer(cluster.objects, cluster.pods, namespace, selector) as observer:
            await observer.synced()
            for component in SAID:
                await cluster.objects.apply(part(namespace, component))
            await cluster.objects.apply(job(namespace))
            async with asyncio.timeout(120):
                while causes(evaluate(observer.view)) != wanted:
                    await observer.changed(5)
            diagnosis = evaluate(observer.view)
    unread = {"HW-004", "HW-047", "HW-207"}
    unasked = {one.rule for one in diagnosis.not_checked}
    assert unasked >= unread, "an installation looks at its namespace alone"


async def test_a_namespace_that_cannot_go_is_told(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str
) -> None:
    make_namespace(control_plane, namespace)
    admin = control_plane.admin
    claim = {
        "metadata": {"name": "data", "finalizers": ["harbor-wizard.test/hold"]},
        "spec": {
            "storageClassName": "never",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    claims = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    admin.create(claims, claim)
    admin.delete(f"/api/v1/namespaces/{namespace}")
    try:
        finding = await _blocked(wizard_identity, namespace)
        assert "harbor-wizard.test/hold" in finding
    finally:
        admin.merge(f"{claims}/data", {"metadata": {"finalizers": []}})


async def _blocked(identity: Identity, namespace: str) -> str:
    """The cause of the finding about the namespace, as it is a minute later."""
    async with open_cluster(identity.kubeconfig) as cluster:
        objects, pods = cluster.objects, cluster.pods
        async with Observer(objects, pods, namespace, {}, scope=Scope(EVERYTHING)) as observer:
            await observer.synced()
            async with asyncio.timeout(60):
                while True:
                    found = evaluate(_later(observer.view)).findings
                    told = [one.cause for one in found if one.id == "HW-047"]
                    if told and "remains" in told[0]:
                        return told[0]
                    await observer.changed(5)


def _later(view: View) -> View:
    return replace(view, now=view.now + timedelta(minutes=1))
