"""A cluster in a data centre of one's own, made with kubeadm, with ingress-nginx and cert-manager.

Any NFS server that the answers name is reached from it: every name resolves in this world.
"""

from collections.abc import Iterable

from backends.simulated.cert_manager_chart import definitions
from backends.simulated.cluster_objects import (
    CONTROL_PLANE,
    definition,
    having_pulled,
    ingress_class,
    make,
    namespaces,
    node,
    storage_class,
)
from backends.simulated.entrances import Entrances, given
from backends.simulated.scenarios.scenario import Scenario
from wizard.ports import Object

_INGRESS = "192.0.2.80"
_OS = "Red Hat Enterprise Linux 9.6 (Plow)"
_REPELLED = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
_CERT_MANAGER = "cert-manager.io"
_CONTROLLER = "quay.io/jetstack/cert-manager-controller:v1.19.1"


def _cluster() -> list[Object]:
    nodes = [node("cp-1", "192.0.2.21", labels=CONTROL_PLANE, os_image=_OS, taints=[_REPELLED])]
    nodes += [
        node(f"worker-{number}", f"192.0.2.{30 + number}", zone=f"hall-{hall}", os_image=_OS)
        for number, hall in enumerate("aabb", start=1)
    ]
    images = (
        "registry.k8s.io/ingress-nginx/controller:v1.13.3",
        _CONTROLLER,
        "docker.io/grafana/grafana:12.2.0",
    )
    return [
        *namespaces("cert-manager", "ingress-nginx", "monitoring"),
        *having_pulled(nodes, *images),
        storage_class("fast-ssd", "topolvm.io"),
        ingress_class("nginx", "k8s.io/ingress-nginx"),
        _grafana(),
        *_certificates(),
        _controller(),
    ]


def _grafana() -> Object:
    """An Ingress that is served already, by which the controller's address is known."""
    rule = {"host": "grafana.corp.example"}
    return make(
        "networking.k8s.io/v1",
        "Ingress",
        "grafana",
        "monitoring",
        spec={"ingressClassName": "nginx", "rules": [rule]},
        status=given(_INGRESS),
    )


def _certificates() -> Iterable[Object]:
    """cert-manager's and trust-manager's kinds, and an issuer of the company's own authority."""
    yield from definitions()
    yield definition(f"trust.{_CERT_MANAGER}", "Bundle", namespaced=False, version="v1alpha1")
    ready = {"type": "Ready", "status": "True", "reason": "VaultVerified"}
    yield make(
        f"{_CERT_MANAGER}/v1",
        "ClusterIssuer",
        "corporate",
        spec={"vault": {"server": "https://vault.corp.example", "path": "pki_int/sign/k8s"}},
        status={"conditions": [ready]},
    )


def _controller() -> Object:
    """cert-manager's controller, which runs already."""
    labels = {
        "app.kubernetes.io/name": "cert-manager",
        "app.kubernetes.io/component": "controller",
        "app.kubernetes.io/version": "v1.19.1",
    }
    container = {"name": "cert-manager-controller", "image": _CONTROLLER}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    available = {"type": "Available", "status": "True"}
    return make(
        "apps/v1",
        "Deployment",
        "cert-manager",
        "cert-manager",
        labels=labels,
        spec={"replicas": 1, "selector": {"matchLabels": labels}, "template": pod},
        status={"observedGeneration": 1, "conditions": [available], **dict.fromkeys(counts, 1)},
    )


SCENARIO = Scenario(
    "on-premises",
    "five nodes, ingress-nginx and cert-manager, no default storage class, no load balancers",
    cluster=_cluster,
    entrances=Entrances(ingress=_INGRESS, balancer=""),
)
