"""What a Harbor needs elsewhere in the cluster, and does not run: its DNS, cert-manager.

Conditions are those of the Deployment controller of Kubernetes 1.34.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from wizard.diagnose.cluster_services import deployments, replicas
from wizard.diagnose.fields import condition, labels, moment, one_line, status
from wizard.diagnose.kinds import CERT_MANAGER, CERTIFICATE, DNS
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.ports import Object

_LOST = {
    "cert-manager": "nobody works on certificates and requests for them",
    "webhook": "the API server refuses whatever is made or changed of cert-manager's kinds",
    "cainjector": "the authorities of webhooks are not kept, cert-manager's own among them",
}
"""What stops with a part of cert-manager, by the name in its labels."""


def _dns(view: View) -> Iterable[Match]:
    found = [(one, *replicas(one)) for one in deployments(view, DNS)]
    if any(ready for _, ready, _ in found):
        return
    for deployment, _, wanted in found:
        if wanted:
            yield _none_ready(
                deployment,
                f"None of {wanted} pods of the cluster's DNS is ready: no pod finds another by its "
                "name, nor anything outside.",
                "-l k8s-app=kube-dns",
            )


def _cert_manager(view: View) -> Iterable[Match]:
    """Only where certificates in the namespace depend on it."""
    if not any(True for _ in view.all(CERTIFICATE)):
        return
    for deployment in deployments(view, CERT_MANAGER):
        ready, wanted = replicas(deployment)
        if not ready:
            part = labels(deployment)["app.kubernetes.io/name"]
            told = f"None of {wanted} pods is ready" if wanted else "It is scaled to none"
            yield _none_ready(
                deployment, f"{told}: {_LOST[part]}.", f"-l app.kubernetes.io/name={part}"
            )


def _none_ready(deployment: Object, cause: str, pods: str) -> Match:
    name, place = deployment["metadata"]["name"], deployment["metadata"]["namespace"]
    return Match(
        obj=deployment,
        cause=cause,
        fix=f"Look why its pods do not run: kubectl -n {place} get pods {pods}; "
        f"kubectl -n {place} describe deployment {name}; "
        f"kubectl -n {place} logs deployment/{name}.",
        evidence=tuple(_told(deployment)),
        since=_since(deployment),
    )


def _since(deployment: Object) -> datetime | None:
    """Not known where all pods may be away while the Deployment still counts as available."""
    told = condition(deployment, "Available")
    return moment(told.get("lastTransitionTime")) if told.get("status") == "False" else None


def _told(deployment: Object) -> Iterable[str]:
    for one in status(deployment).get("conditions") or ():
        yield f"{one['type']} {one['status']}: {one_line(one.get('message')) or one.get('reason')}"


RULES = (
    Rule(
        "HW-210", "Cluster DNS has no ready pod", Layer.CLUSTER, (DNS,), _dns,
        quiet=timedelta(seconds=20), grace=timedelta(minutes=2),
    ),
    Rule(
        "HW-226", "cert-manager does not run", Layer.DEPENDENCY, (CERT_MANAGER, CERTIFICATE),
        _cert_manager, quiet=timedelta(seconds=20), grace=timedelta(minutes=2),
    ),
)  # fmt: skip
