"""Every fault that can be played here, each at a part of its own, over the real API."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backends.cluster import open_cluster
from tests.cluster.conftest import GIVES_UP_CONNECTIONS
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE, STORAGE, Kube, Object, condition
from tests.cluster.pod_logs import PodLogs
from tests.cluster.test_harness_pods import SAYS, make_namespace
from tests.unit.diagnose.cases import Said
from tests.unit.diagnose.cases_of_entries import NGINX, PROBE
from tests.unit.diagnose.cases_of_logs import LOGS, LOST
from tests.unit.diagnose.cases_of_storage import AWAY, HELPER, MULTI_ATTACH, NO_DRIVER, STATD
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.observer import EVERYTHING, Observer, Scope
from wizard.diagnose.view import View

pytestmark = GIVES_UP_CONNECTIONS
ROUTES = "/apis/networking.k8s.io/v1"
INGRESS_CLASSES = f"{ROUTES}/ingressclasses"
LATER = timedelta(minutes=15)
"""After which the grace of every rule is over."""
PULLS = {
    "HW-022": "untrusted.test/core:1",
    "HW-023": "plain.test/core:1",
    "HW-024": "denied.test/core:1",
    "HW-025": "missing.test/core:1",
    "HW-026": "other-cpu.test/core:1",
    "HW-027": "limited.test/core:1",
    "HW-103": "missing.test/goharbor/redis-photon:v2.15.2",
}
"""What the kubelets of the harness say of these images."""
MOUNTS = {
    "HW-005": ("FailedMount", HELPER),
    "HW-006": ("FailedMount", STATD),
    "HW-007": ("FailedMount", AWAY),
    "HW-028": ("FailedAttachVolume", MULTI_ATTACH),
    "HW-204": ("FailedMount", NO_DRIVER),
}
"""What a kubelet says of volumes; none mounts any here, so the test says it."""
BROKEN_OFF = f'level=error msg="response completed with error" err.code="{LOST}"'
SYMPTOMS = {"HW-012", "HW-013", "HW-104"}
"""Rules about what comes of other parts; it counts once those are ready."""
UNMADE = {
    "HW-015": ("CreateContainerConfigError", 'secret "harbor-core" not found'),
    "HW-203": ("CreateContainerError", "context deadline exceeded"),
}
"""What a kubelet says of a container that it cannot make."""


def said(*, ready: bool) -> dict[str, list[Said]]:
    """What containers say that are ready, or end again and again; by the rule that hears it."""
    told = {"HW-020": [Said("registry", BROKEN_OFF, ready=True)]} if ready else {}
    for case in LOGS:
        if case.said is not None and case.said.ready is ready:
            told.setdefault(case.rule, []).append(case.said)
    return told


def part(name: str, image: str = "registry.test/part:1", **notes: str) -> Object:
    """A pod of Harbor's with one container of its name."""
    annotations = {f"{SAYS}/{key.replace('_', '-')}": text for key, text in notes.items()}
    labels = {"app": "harbor", "release": "harbor", "component": name}
    return {
        "metadata": {"name": f"harbor-{name}", "labels": labels, "annotations": annotations},
        "spec": {"containers": [{"name": name, "image": image}]},
    }


async def found(identity: Identity, namespace: str, wanted: Collection[str]) -> set[str]:
    """The rules that have something to say once all the wanted ones have, a while later."""
    async with open_cluster(identity.kubeconfig) as cluster:
        objects, pods, selector = cluster.objects, cluster.pods, {"release": "harbor"}
        scope = Scope(EVERYTHING)
        async with Observer(objects, pods, namespace, selector, scope=scope) as observer:
            await observer.synced()
            told: set[str] = set()
            try:
                async with asyncio.timeout(60):
                    while not (told := heard(observer.view)) >= {*wanted}:
                        await observer.changed(2)
            except TimeoutError:
                raise AssertionError(f"never told: {sorted({*wanted} - told)}") from None
            return told


def heard(view: View) -> set[str]:
    """The ids of all findings, those that others explain too."""
    return {one.id for one in evaluate(replace(view, now=view.now + LATER)).findings}


async def test_what_ready_containers_say(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str, pod_logs: PodLogs
) -> None:
    make_namespace(control_plane, namespace)
    told = said(ready=True)
    lines = [one for each in told.values() for one in each]
    admin, pods = control_plane.admin, f"{CORE}/namespaces/{namespace}/pods"
    for component in {one.component for one in lines}:
        admin.create(pods, part(component))
    for component in {one.component for one in lines}:
        admin.wait(f"{pods}/harbor-{component}", lambda pod: condition(pod, "Ready") == "True")
    for one in lines:
        pod_logs.write(one.component, *[one.text] * 3)
    assert await found(wizard_identity, namespace, told) == {*told}


@pytest.mark.parametrize("symptoms", [set(), {"HW-012", "HW-013"}, {"HW-104"}])
async def test_what_containers_say_that_end_again_and_again(
    control_plane: ControlPlane,
    wizard_identity: Identity,
    namespace: str,
    pod_logs: PodLogs,
    symptoms: set[str],
) -> None:
    """What is usual until others are ready is told where those are not beside it."""
    make_namespace(control_plane, namespace)
    told = {
        rule: lines
        for rule, lines in said(ready=False).items()
        if rule in (symptoms or said(ready=False).keys() - SYMPTOMS)
    }
    for one in [one for each in told.values() for one in each]:
        pod_logs.write(one.component, one.text, previous=True)
    for component in {one.component for each in told.values() for one in each}:
        pod = part(component, crashes="forever")
        control_plane.admin.create(f"{CORE}/namespaces/{namespace}/pods", pod)
    beside = {"HW-201", "HW-240"}  # that they end, and that they run without getting ready
    assert await found(wizard_identity, namespace, told) <= {*told} | beside


async def test_what_kubelets_and_the_scheduler_say(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str
) -> None:
    make_namespace(control_plane, namespace)
    admin, pods = control_plane.admin, f"{CORE}/namespaces/{namespace}/pods"
    for id_, image in PULLS.items():
        admin.create(pods, part(f"pulls-{id_.lower()}", image))
    for id_, (reason, message) in MOUNTS.items():
        made = admin.create(pods, part(f"mounts-{id_.lower()}", ready_after="1h"))
        on_node(admin, f"{pods}/{made['metadata']['name']}")
        tell(admin, made, reason, message)
    for id_, waiting in UNMADE.items():
        made = admin.create(pods, part(f"makes-{id_.lower()}", ready_after="1h"))
        cannot_be_made(admin, on_node(admin, f"{pods}/{made['metadata']['name']}"), *waiting)
    homeless = part("homeless")
    homeless["spec"]["nodeSelector"] = {"nowhere": "true"}
    admin.create(pods, homeless)
    sealed = admin.create(pods, part("vault", ready_after="1h"))
    goes_on(admin, on_node(admin, f"{pods}/harbor-vault"))
    tell(admin, sealed, "Unhealthy", PROBE.format("true", "true"))
    wanted = {*PULLS, *MOUNTS, *UNMADE, "HW-036", "HW-202", "HW-240"}
    assert await found(wizard_identity, namespace, wanted) == wanted


def on_node(admin: Kube, path: str) -> Object:
    """The pod, once its node has taken it."""
    return admin.wait(path, lambda pod: bool(pod["status"].get("containerStatuses")))


def tell(admin: Kube, about: Object, reason: str, message: str, kind: str = "Pod") -> None:
    """An event, as Kubernetes itself tells it."""
    place = about["metadata"]["namespace"]
    keys = ("name", "namespace", "uid")
    now = about["metadata"]["creationTimestamp"]
    event = {
        "metadata": {"generateName": "told-"},
        "involvedObject": {"kind": kind, **{key: about["metadata"][key] for key in keys}},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 3,
    }
    admin.create(f"{CORE}/namespaces/{place}/events", event)


def cannot_be_made(admin: Kube, pod: Object, reason: str, message: str) -> None:
    """The only container of a pod waits, as its kubelet tells."""
    is_told(admin, pod, {"waiting": {"reason": reason, "message": message}}, "Pending")


def goes_on(admin: Kube, pod: Object) -> None:
    """The only container of a pod runs, and is not ready, as its kubelet tells."""
    running = {"running": {"startedAt": pod["metadata"]["creationTimestamp"]}}
    is_told(admin, pod, running, "Running")


def is_told(admin: Kube, pod: Object, state: Object, phase: str) -> None:
    """The state of a pod's only container, told as its kubelet does."""
    told = {**pod["status"]["containerStatuses"][0], "state": state}
    place = pod["metadata"]["namespace"]
    path = f"{CORE}/namespaces/{place}/pods/{pod['metadata']['name']}/status"
    admin.merge(path, {"status": {"phase": phase, "containerStatuses": [told]}})


async def test_what_is_told_of_claims_services_and_releases(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str
) -> None:
    """The controllers of volumes and the scheduler are the real ones."""
    make_namespace(control_plane, namespace)
    admin, home = control_plane.admin, f"{CORE}/namespaces/{namespace}"
    class_ = f"late-{namespace}"
    late = {
        "metadata": {"name": class_},
        "provisioner": "harbor-wizard.test/nobody",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    admin.create(f"{STORAGE}/storageclasses", late)
    admin.create(INGRESS_CLASSES, {"metadata": {"name": class_}, "spec": {"controller": NGINX}})
    try:
        admin.create(f"{ROUTES}/namespaces/{namespace}/ingresses", route(class_))
        lose_volume(admin, f"{home}/persistentvolumeclaims")
        admin.create(f"{home}/persistentvolumeclaims", claim("unbound", ""))
        admin.create(f"{home}/persistentvolumeclaims", claim("late", class_))
        homeless = part("homeless")
        homeless["spec"]["nodeSelector"] = {"nowhere": "true"}
        volume = {"name": "data", "persistentVolumeClaim": {"claimName": "late"}}
        homeless["spec"]["volumes"] = [volume]
        admin.create(f"{home}/pods", homeless)
        admin.create(f"{home}/services", entry())
        admin.create(f"{home}/secrets", revision("pending-upgrade"))
        wanted = {"HW-001", "HW-002", "HW-019", "HW-043", "HW-044", "HW-208"}
        assert await found(wizard_identity, namespace, wanted) <= wanted | {"HW-202"}
    finally:
        admin.delete(f"{STORAGE}/storageclasses/{class_}")
        admin.delete(f"{INGRESS_CLASSES}/{class_}")


def claim(name: str, class_: str) -> Object:
    """A claim of a class, or of none."""
    spec: dict[str, Any] = {
        "storageClassName": class_,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    labels = {"app": "harbor", "release": "harbor"}
    return {"metadata": {"name": name, "labels": labels}, "spec": spec}


def lose_volume(admin: Kube, claims: str) -> None:
    """A claim whose volume somebody deletes."""
    admin.create(claims, claim("robbed", "standard"))
    bound = admin.wait(f"{claims}/robbed", lambda one: one["status"].get("phase") == "Bound")
    volume = f"{CORE}/persistentvolumes/{bound['spec']['volumeName']}"
    admin.delete(volume)
    admin.merge(volume, {"metadata": {"finalizers": None}})
    admin.wait(f"{claims}/robbed", lambda one: one["status"]["phase"] == "Lost")


def route(class_: str) -> Object:
    """Harbor's Ingress as others made it, without a word about the size of what is pushed."""
    service = {"name": "harbor-core", "port": {"number": 80}}
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": service}}
    rules = [{"host": "harbor.test", "http": {"paths": [path]}}]
    labels = {"app": "harbor", "release": "harbor"}
    spec = {"ingressClassName": class_, "rules": rules}
    return {"metadata": {"name": "harbor-ingress", "labels": labels}, "spec": spec}


def entry() -> Object:
    """Harbor's Service, which waits for an address."""
    labels = {"app": "harbor", "release": "harbor"}
    ports: Sequence[Object] = [{"name": "https", "port": 443, "targetPort": 8443}]
    spec = {"type": "LoadBalancer", "ports": ports, "selector": {"component": "nginx"}}
    return {"metadata": {"name": "harbor", "labels": labels}, "spec": spec}


def revision(status: str) -> Object:
    """The Secret of a revision that Helm is in the middle of."""
    labels = {"owner": "helm", "name": "harbor", "status": status, "version": "2"}
    metadata = {"name": "sh.helm.release.v1.harbor.v2", "labels": labels}
    return {"metadata": metadata, "type": "helm.sh/release.v1"}
