"""The harness itself: a real API that runs, counts, crashes and installs the Harbor chart."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import APPS, CORE, Kube, KubeError, Object
from tests.cluster.plain_helm import PlainHelm
from tests.cluster.test_harness_pods import make_namespace, phases

LEASES = "/apis/coordination.k8s.io/v1"


def test_the_api_is_a_real_one_and_its_nodes_are_ready(control_plane: ControlPlane) -> None:
    assert control_plane.admin.get("/version")["gitVersion"] == "v1.34.4"
    nodes = control_plane.admin.items(f"{CORE}/nodes")
    assert [node["status"]["allocatable"]["cpu"] for node in nodes] == ["8", "8", "8"]
    zones = {node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes}
    assert len(zones) == 3


def test_the_harbor_chart_comes_up(
    control_plane: ControlPlane,
    namespace: str,
    wizard_identity: Identity,
    helm: str,
    charts: Path,
    tmp_path: Path,
) -> None:
    plain = PlainHelm(helm, wizard_identity.kubeconfig, tmp_path)
    chart = str(charts / "harbor-1.19.2.tgz")
    values = {"externalURL": "https://harbor.test", "expose": {"type": "ingress"}}
    place = ["--namespace", namespace, "--create-namespace"]
    plain.run("install", "harbor", chart, *place, values=values)

    pods = f"{CORE}/namespaces/{namespace}/pods"
    claims = f"{CORE}/namespaces/{namespace}/persistentvolumeclaims"
    control_plane.admin.wait(pods, lambda found: phases(found) == ["Running"] * 7)
    control_plane.admin.wait(claims, lambda found: phases(found) == ["Bound"] * 5)
    for kind in ("deployments", "statefulsets"):
        path = f"{APPS}/namespaces/{namespace}/{kind}"
        control_plane.admin.wait(path, lambda found: all(map(_all_ready, found["items"])))


def _all_ready(workload: Object) -> bool:
    return bool(workload["status"].get("readyReplicas") == workload["spec"]["replicas"])


def test_an_identity_has_the_rights_it_was_given(
    control_plane: ControlPlane, namespace: str
) -> None:
    rules = [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}]
    identity = control_plane.identity("reader", rules)
    kube = identity.kube()
    mark = control_plane.audit.mark()
    assert kube.get(f"{CORE}/namespaces/default")
    with pytest.raises(KubeError, match="403"):
        kube.create(f"{CORE}/namespaces", {"metadata": {"name": namespace}})
    kube.close()
    denied = control_plane.audit.denied(identity.user, mark)
    assert [(one.verb, one.resource) for one in denied] == [("create", "namespaces")]
    assert control_plane.audit.verbs_used(identity.user, mark) == {("", "namespaces", "get")}


def _maps(namespace: str) -> str:
    return f"{CORE}/namespaces/{namespace}/configmaps"


def test_only_what_is_stored_counts_as_written(
    control_plane: ControlPlane, namespace: str, wizard_identity: Identity
) -> None:
    make_namespace(control_plane, namespace)
    kube = wizard_identity.kube()
    audit, user = control_plane.audit, wizard_identity.user
    mark = audit.mark()
    body = {"metadata": {"name": "one"}, "data": {"a": "b"}}
    review = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    kube.call("POST", _maps(namespace), body, dryRun="All")
    kube.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    kube.items(_maps(namespace))
    assert audit.writes(user, mark) == []

    _write_in_every_way(kube, namespace, body)
    kube.close()
    written = [(one.verb, one.resource) for one in audit.writes(user, mark)]
    verbs = ["create", "patch", "update", "delete", "deletecollection"]
    assert written == [(verb, "configmaps") for verb in verbs] + [("create", "leases")]
    assert audit.writes(user, audit.mark()) == []


def _write_in_every_way(kube: Kube, namespace: str, body: dict[str, Any]) -> None:
    one = f"{_maps(namespace)}/one"
    kube.create(_maps(namespace), body)
    kube.merge(one, {"data": {"a": "c"}})
    kube.call("PUT", one, body)
    kube.call("DELETE", one)
    kube.call("DELETE", _maps(namespace), labelSelector="not=there")
    kube.create(f"{LEASES}/namespaces/{namespace}/leases", {"metadata": {"name": "lock"}})


def test_the_api_server_comes_back_with_its_data(
    control_plane: ControlPlane, namespace: str, wizard_identity: Identity
) -> None:
    make_namespace(control_plane, namespace)
    kube = wizard_identity.kube()
    mark = control_plane.audit.mark()
    control_plane.stop_api()
    assert not control_plane.admin.ready()
    start = time.monotonic()
    control_plane.start_api()
    assert time.monotonic() - start < 60
    assert kube.exists(f"{CORE}/namespaces/{namespace}")
    used = control_plane.audit.verbs_used(wizard_identity.user, mark)
    assert used == {("", "namespaces", "get")}
    kube.close()
    control_plane.wait_nodes()


def test_a_deleted_namespace_goes_with_its_volumes(
    control_plane: ControlPlane, namespace: str
) -> None:
    make_namespace(control_plane, namespace)
    claims = f"{CORE}/namespaces/{namespace}/persistentvolumeclaims"
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    control_plane.admin.create(claims, {"metadata": {"name": "data"}, "spec": spec})
    bound = control_plane.admin.wait(f"{claims}/data", lambda it: it["status"]["phase"] == "Bound")
    control_plane.admin.delete(f"{CORE}/namespaces/{namespace}")
    volume = f"{CORE}/persistentvolumes/{bound['spec']['volumeName']}"
    control_plane.admin.wait(
        f"{CORE}/persistentvolumes",
        lambda found: (
            volume.rsplit("/", 1)[-1] not in {v["metadata"]["name"] for v in found["items"]}
        ),
        60,
    )
