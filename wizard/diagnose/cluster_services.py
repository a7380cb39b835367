"""What a Harbor needs that runs elsewhere in the cluster: its DNS and cert-manager."""

from collections.abc import Mapping, Sequence

from wizard.diagnose.fields import labels, spec, status, uid
from wizard.diagnose.kinds import CERT_MANAGER, CERTIFICATE, DNS
from wizard.diagnose.readiness import Health
from wizard.diagnose.view import View
from wizard.ports import Kind, Object, Ref

COMPONENTS: Mapping[Kind, str] = {DNS: "dns", CERT_MANAGER: "cert-manager"}
"""The component that each is."""
_NAME = "app.kubernetes.io/name"
_INSTANCE = "app.kubernetes.io/instance"
_NO_DNS = "no Deployment with the label k8s-app=kube-dns in kube-system"
_NO_CERT_MANAGER = f"no Deployment with the label {_NAME}=cert-manager in any namespace"


def replicas(deployment: Object) -> tuple[int, int]:
    """How many pods of a Deployment are ready, and how many are wanted."""
    return status(deployment).get("readyReplicas") or 0, spec(deployment).get("replicas", 1)


def deployments(view: View, kind: Kind) -> Sequence[Object]:
    """The Deployments of a service. Of what bears the names of cert-manager's parts (`webhook`)
    only what was installed together with a cert-manager.
    """
    found = [*view.all(kind)]
    if kind == CERT_MANAGER:
        own = {_installed(one) for one in found if labels(one).get(_NAME) == "cert-manager"}
        return [one for one in found if _installed(one) in own]
    return found


def _installed(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), labels(obj).get(_INSTANCE, "")


def service_of(view: View, obj: Object) -> str:
    """The id of the component that a Deployment is; empty where it is none of these."""
    for kind, id_ in COMPONENTS.items():
        if any(uid(one) == uid(obj) for one in deployments(view, kind)):
            return id_
    return ""


def dns_health(view: View) -> tuple[Health, str]:
    """How the cluster's DNS is doing."""
    found = deployments(view, DNS)
    if not found:
        return "unknown", view.unknown(DNS) or _NO_DNS
    counts = [replicas(one) for one in found]
    ready, wanted = sum(count[0] for count in counts), sum(count[1] for count in counts)
    if not wanted:
        return "unknown", f"{Ref.of(found[0])} is scaled to none: another DNS may answer"
    told = f"{ready} of {wanted} ready"
    return ("ok" if ready >= wanted else "waiting" if ready else "failed"), told


def cert_manager_health(view: View) -> tuple[Health, str] | None:
    """How cert-manager is doing; None where it is not there and nothing asks for it.

    Where no certificate in the namespace depends on it, it is no failure.
    """
    needed = any(True for _ in view.all(CERTIFICATE))
    found = deployments(view, CERT_MANAGER)
    if not found:
        return ("unknown", view.unknown(CERT_MANAGER) or _NO_CERT_MANAGER) if needed else None
    lacking = {str(Ref.of(one)): replicas(one) for one in found if _lacks(one)}
    if not lacking:
        return "ok", f"{len(found)} of {len(found)} Deployments ready"
    name, (ready, wanted) = min(lacking.items(), key=lambda one: one[1][0] > 0)
    told = f"{name}: {ready} of {wanted} ready" if wanted else f"{name} is scaled to none"
    return ("waiting" if ready or not needed else "failed"), told


def _lacks(deployment: Object) -> bool:
    ready, wanted = replicas(deployment)
    return ready < max(wanted, 1)
