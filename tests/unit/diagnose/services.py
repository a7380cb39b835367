"""The cluster's DNS and cert-manager, as Deployments outside of Harbor's namespace."""

from dataclasses import replace

from tests.unit.diagnose import world
from wizard.diagnose.kinds import CERT_MANAGER, CERTIFICATE, DEPLOYMENT, DNS
from wizard.diagnose.view import Collection, View
from wizard.ports import Kind, Object, Ref

NAME, INSTANCE = "app.kubernetes.io/name", "app.kubernetes.io/instance"
UNAVAILABLE = "Deployment does not have minimum availability."


def service(
    namespace: str, name: str, labels: dict[str, str], ready: int, wanted: int, since: float
) -> Object:
    """A Deployment of which so many pods are ready; since when none is."""
    available = {
        "type": "Available",
        "status": str(ready > 0),
        "reason": "MinimumReplicasAvailable" if ready else "MinimumReplicasUnavailable",
        "message": "" if ready else UNAVAILABLE,
        "lastTransitionTime": world.ago(since),
    }
    status = {"replicas": wanted, "readyReplicas": ready, "conditions": [available]}
    if not ready:
        del status["readyReplicas"]  # as Kubernetes leaves out what is zero
    place = {"namespace": namespace, "labels": labels}
    return world.made(DEPLOYMENT, name, metadata=place, spec={"replicas": wanted}, status=status)


def dns(ready: int, wanted: int = 2, *, name: str = "coredns", since: float = 300) -> Object:
    """CoreDNS."""
    return service("kube-system", name, {"k8s-app": "kube-dns"}, ready, wanted, since)


def cert_manager(
    part: str, ready: int, wanted: int = 1, *, instance: str = "cert-manager"
) -> Object:
    """A part of cert-manager, by the name in its labels."""
    component = "controller" if part == "cert-manager" else part
    labels = {NAME: part, INSTANCE: instance, "app.kubernetes.io/component": component}
    return service("cert-manager", f"{instance}-{part}", labels, ready, wanted, 300)


def beside(view: View, kind: Kind, *objects: Object) -> View:
    """The view with Deployments elsewhere, which may be none."""
    seen = Collection({Ref.of(obj): obj for obj in objects})
    return replace(view, collections={**view.collections, kind: seen})


def with_dns(*deployments: Object) -> View:
    """A view of Harbor's core, with the cluster's DNS."""
    return beside(world.view(world.deployment("core", ready=1)), DNS, *deployments)


def with_cert_manager(*deployments: Object, certificates: int = 1) -> View:
    """A view of so many certificates, with cert-manager."""
    waiting = [world.made(CERTIFICATE, f"tls-{number}") for number in range(certificates)]
    asked = [*world.WATCHED, CERTIFICATE]
    return beside(world.view(*waiting, asked=asked), CERT_MANAGER, *deployments)
