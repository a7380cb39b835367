"""The checks as a session asks them: real API server, real Helm, real chart."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from backends.certificates import X509
from backends.cluster import open_cluster
from backends.harbor import HarborClient
from backends.helm import Helm
from backends.nfs import NfsClient
from backends.resolver import SystemResolver
from backends.s3 import S3Client
from backends.vault import VaultClient
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE, KubeError, Object
from tests.cluster.test_harness_pods import make_namespace
from wizard.answers.preset import Preset
from wizard.answers.profiles import effective
from wizard.charts.package import Packages
from wizard.checks.base import Outcome
from wizard.checks.workloads import Workload, of_kind, workloads
from wizard.plan.graph import build_graph
from wizard.plan.plan import Target
from wizard.ports import World
from wizard.run.redaction import Redactor
from wizard.run.session import Session
from wizard.run.telling import RunTeller
from wizard.steps.inputs import Inputs

Outcomes = dict[str, Outcome]


@dataclass
class Asking:
    """Asks all checks of a preset for a namespace, as some identity."""

    helm: str
    charts: Path
    folder: Path

    def inputs(self, namespace: str, harbor: Object, helm: Helm) -> Inputs:
        preset = Preset.model_validate(
            {
                "schemaVersion": 1,
                "name": "checked",
                "target": {"namespace": namespace},
                "delivery": {"charts": {"kind": "directory", "path": str(self.charts)}},
                "pki": {"kind": "self-signed"},
                "harbor": {"url": "https://harbor.test:30553", "resolve": "127.0.0.1", **harbor},
            }
        )
        folder = Path(mkdtemp(dir=self.folder))
        return Inputs(effective(preset), Packages(helm, folder, self.charts))

    async def __call__(
        self, namespace: str, kubeconfig: Path, harbor: Object, budget: float = 15
    ) -> Outcomes:
        async with AsyncExitStack() as stack:
            cluster = await stack.enter_async_context(open_cluster(kubeconfig, budget=budget))
            helm = Helm(cluster.kubeconfig, environ={"WIZARD_HELM": self.helm})
            world = World(
                objects=cluster.objects,
                pods=cluster.pods,
                access=cluster.access,
                charts=helm,
                harbor=HarborClient(),
                certificates=X509(),
                resolver=SystemResolver(),
                buckets=S3Client(),
                nfs=NfsClient(),
                vault=VaultClient(),
            )
            teller = RunTeller("run", lambda event: None, Redactor())
            target = Target("", "harness", namespace, "harbor")
            session = Session(world, self.inputs(namespace, harbor, helm), target, teller)
            return {result.check.id: result.outcome for result in await session.check()}


@pytest.fixture
def asking(helm: str, charts: Path, tmp_path: Path) -> Asking:
    return Asking(helm, charts, tmp_path)


def node_ports(first: int) -> Object:
    return {"expose": {"kind": "nodePort", "httpPort": first, "httpsPort": first + 1}}


def in_state(outcomes: Outcomes, state: str) -> dict[str, str]:
    return {id_: outcome.fact for id_, outcome in outcomes.items() if outcome.state == state}


async def test_an_empty_namespace_is_fine_and_nothing_is_written(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str, asking: Asking
) -> None:
    for exists in (False, True):
        if exists:
            make_namespace(control_plane, namespace)
        outcomes = await asking(namespace, wizard_identity.kubeconfig, node_ports(30552))
        for state in ("fail", "warn", "skipped"):
            assert in_state(outcomes, state) == {}
    assert outcomes["services.node-ports"].fact == "The node ports 30552, 30553 are free."
    assert control_plane.audit.writes(wizard_identity.user) == []


async def test_without_rights_what_is_missing_is_said(
    control_plane: ControlPlane, namespace: str, asking: Asking
) -> None:
    make_namespace(control_plane, namespace)
    identity = control_plane.identity(rules=[])
    outcomes = await asking(namespace, identity.kubeconfig, node_ports(30556))
    assert list(in_state(outcomes, "fail")) == ["cluster.rights"]
    assert f"create deployments.apps in {namespace}" in outcomes["cluster.rights"].fact
    skipped = in_state(outcomes, "skipped")
    assert "(list nodes)" in skipped["nodes.ready"]
    assert f"(list resourcequotas in {namespace}" in skipped["quota.quotas"]
    assert outcomes["delivery.rendering"].state == "ok"


async def test_a_spoiled_namespace_fails_check_by_check(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str, asking: Asking
) -> None:
    make_namespace(control_plane, namespace)
    _spoil(control_plane.admin.apply, namespace)
    harbor = {
        **node_ports(30558),
        "values": {"containerSecurityContext": {"privileged": True}},
    }
    outcomes = await asking(namespace, wizard_identity.kubeconfig, harbor)
    failed = in_state(outcomes, "fail")
    assert set(failed) == {
        "services.node-ports",
        "namespace.pod-security",
        "quota.quotas",
        "quota.limits",
        "leftovers.secrets",
        "leftovers.volumes",
        "ownership.gitops",
        "ownership.objects",
    }, outcomes["services.node-ports"]
    assert "Service" in failed["ownership.objects"]
    assert f"30558 by Service {namespace}/other" in failed["services.node-ports"]
    assert set(in_state(outcomes, "warn")) == {"namespace.network-policies"}


@pytest.mark.parametrize(
    "values", [{}, {"containerSecurityContext": {"allowPrivilegeEscalation": True}}]
)
async def test_pod_security_is_judged_as_the_api_server_does(
    control_plane: ControlPlane,
    wizard_identity: Identity,
    namespace: str,
    asking: Asking,
    values: Object,
) -> None:
    make_namespace(control_plane, namespace)
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    restricted = _object("v1", "Namespace", namespace, metadata={"labels": labels})
    control_plane.admin.apply(_path(restricted), restricted)
    harbor = {**node_ports(30564), "values": values}
    outcomes = await asking(namespace, wizard_identity.kubeconfig, harbor)
    helm = Helm(environ={"WIZARD_HELM": asking.helm})
    graph = build_graph(asking.inputs(namespace, harbor, helm))
    manifest = await graph.release.offline_manifest(helm)
    pods = workloads(list(of_kind(manifest, "Deployment")))
    refused = {pod.name for pod in pods if _refused(control_plane, namespace, pod)}
    judged = outcomes["namespace.pod-security"]
    assert {pod.name for pod in pods if f"{pod.name}: " in judged.fact} == refused
    assert (judged.state == "fail") == bool(refused) == bool(values)


def _refused(control_plane: ControlPlane, namespace: str, pod: Workload) -> bool:
    """Whether Pod Security keeps a workload's pod out, by a dry run."""
    body = {"metadata": {"name": pod.name}, "spec": pod.spec}
    try:
        control_plane.admin.call("POST", f"{CORE}/namespaces/{namespace}/pods", body, dryRun="All")
    except KubeError as error:
        return "violates PodSecurity" in error.body
    return False


async def test_a_dry_run_finds_a_taken_node_port_without_seeing_its_owner(
    control_plane: ControlPlane, namespace: str, asking: Asking
) -> None:
    make_namespace(control_plane, namespace)
    control_plane.admin.apply(*_with_path(_taken(30562), namespace))
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "create"]}
    identity = control_plane.identity(rules=[everything])
    outcomes = await asking(namespace, identity.kubeconfig, node_ports(30562))
    assert outcomes["services.node-ports"].state == "fail"
    assert "provided port is already allocated" in outcomes["services.node-ports"].fact


def _taken(port: int) -> Object:
    spec = {"type": "NodePort", "ports": [{"port": 80, "nodePort": port}]}
    return _object("v1", "Service", "other", spec=spec)


def _spoil(apply: Callable[[str, Object], Any], namespace: str) -> None:
    """Everything that can be in the way of a Harbor."""
    labels = {
        "kustomize.toolkit.fluxcd.io/name": "apps",
        "pod-security.kubernetes.io/enforce": "baseline",
    }
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    large = {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "1Gi"}}
    for obj in (
        _object("v1", "Namespace", namespace, metadata={"labels": labels}),
        _object("v1", "LimitRange", "small", spec={"limits": [large]}),
        _object("v1", "ResourceQuota", "small", spec={"hard": {"pods": "1"}}),
        _object("v1", "Service", "harbor-core", spec={"ports": [{"port": 80}]}),
        _taken(30558),
        _object("v1", "Secret", "harbor-encryption-key"),
        _object("v1", "PersistentVolumeClaim", "database-data-harbor-database-0", spec=claim),
        _object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "deny",
            spec={"podSelector": {}, "policyTypes": ["Ingress"]},
        ),
    ):
        apply(*_with_path(obj, namespace))


def _object(api_version: str, kind: str, name: str, **rest: Any) -> Object:
    metadata = {"name": name, **rest.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def _with_path(obj: Object, namespace: str) -> tuple[str, Object]:
    """An object put into a namespace, behind its path."""
    if obj["kind"] != "Namespace":
        obj["metadata"]["namespace"] = namespace
    return _path(obj), obj


def _path(obj: Object) -> str:
    """The path of an object in the API."""
    kind = obj["kind"].lower()
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
    group = f"/apis/{obj['apiVersion']}" if "/" in obj["apiVersion"] else CORE
    place = obj["metadata"].get("namespace")
    inside = f"/namespaces/{place}" if place else ""
    return f"{group}{inside}/{plural}/{obj['metadata']['name']}"


async def test_a_server_that_is_gone_is_said_once(
    wizard_identity: Identity, namespace: str, asking: Asking
) -> None:
    nowhere = wizard_identity.through("https://127.0.0.1:1")
    outcomes = await asking(namespace, nowhere, node_ports(30560), budget=0.5)
    assert list(in_state(outcomes, "fail")) == ["cluster.answers"]
    assert outcomes["nodes.ready"].fact == "The API server does not answer."
    assert outcomes["delivery.helm"].state == "ok"
