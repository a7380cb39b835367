"""Whether an object has become what it was told to be, from the object alone.

The rules are those of kstatus (kubernetes-sigs/cli-utils, pkg/kstatus), with these differences:
a pod that failed is no success, a LoadBalancer Service needs an address, HTTPRoute and Gateway
need the conditions of the Gateway API, and time plays no part (an unschedulable pod is
progressing: how long something may take is the rules' business).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wizard.diagnose.fields import condition, containers, holds, spec, status, waiting
from wizard.ports import Kind, Object

State = Literal["ready", "progressing", "failed", "terminating", "absent"]
Health = Literal["ok", "waiting", "failed", "unknown"]
"""How several objects are doing together, as one component of a Harbor."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state of an object and, unless it is ready, the reason for people ("0 of 1 ready")."""

    state: State
    reason: str = ""

    @property
    def ready(self) -> bool:
        """Whether nothing is left to wait for."""
        return self.state == "ready"


READY = Readiness("ready")


def readiness(obj: Object | None) -> Readiness:
    """The readiness of an object; `absent` for None."""
    if obj is None:
        return Readiness("absent", "does not exist yet")
    general = _general(obj)
    if general is not None:
        return general
    rule = _RULES.get((Kind(obj["apiVersion"], "").group, obj["kind"]))
    return rule(obj) if rule else _by_condition(obj)


def _progressing(reason: str) -> Readiness:
    return Readiness("progressing", reason)


def _general(obj: Object) -> Readiness | None:
    """What holds for every kind; None where its own rule has to tell."""
    metadata = obj["metadata"]
    if metadata.get("deletionTimestamp"):
        return Readiness("terminating", "being deleted")
    observed = status(obj).get("observedGeneration")
    if observed is not None and observed != metadata.get("generation"):
        return _progressing("the newest change was not seen by its controller yet")
    if holds(obj, "Stalled"):
        return Readiness("failed", _told(condition(obj, "Stalled"), "stalled"))
    if holds(obj, "Reconciling"):
        return _progressing(_told(condition(obj, "Reconciling"), "reconciling"))
    return None


def _told(found: Mapping[str, Any], otherwise: str) -> str:
    return found.get("message") or found.get("reason") or otherwise


def _by_condition(obj: Object) -> Readiness:
    found = condition(obj, "Ready")
    if not found or found.get("status") == "True":
        return READY
    return _progressing(_told(found, "not ready"))


def _fewer(counts: Mapping[str, int | None], wanted: int) -> Readiness | None:
    """Progressing with the first count that is smaller than wanted."""
    for word, count in counts.items():
        if (count or 0) < wanted:
            return _progressing(f"{count or 0} of {wanted} {word}")
    return None


def _surplus(told: Mapping[str, Any], wanted: int) -> Readiness | None:
    surplus = (told.get("replicas") or 0) - wanted
    return _progressing(f"{surplus} old still ending") if surplus > 0 else None


def _deployment(obj: Object) -> Readiness:
    told, wanted = status(obj), spec(obj).get("replicas", 1)
    progress = condition(obj, "Progressing")
    if progress.get("reason") == "ProgressDeadlineExceeded":
        return Readiness("failed", _told(progress, "no progress for too long"))
    short = (
        _fewer({"created": told.get("replicas"), "updated": told.get("updatedReplicas")}, wanted)
        or _surplus(told, wanted)
        or _fewer(
            {"ready": told.get("readyReplicas"), "available": told.get("availableReplicas")},
            wanted,
        )
    )
    if short:
        return short
    if "progressDeadlineSeconds" in spec(obj) and progress.get("reason") != (
        "NewReplicaSetAvailable"
    ):
        return _progressing("the new replica set is not available yet")
    return READY if holds(obj, "Available") else _progressing("not available yet")


def _stateful_set(obj: Object) -> Readiness:
    told, wanted = status(obj), spec(obj).get("replicas", 1)
    strategy = spec(obj).get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return READY
    short = _fewer(
        {"created": told.get("replicas"), "ready": told.get("readyReplicas")}, wanted
    ) or _surplus(told, wanted)
    if short:
        return short
    partition = (strategy.get("rollingUpdate") or {}).get("partition")
    if partition is not None:
        return _fewer({"updated": told.get("updatedReplicas")}, wanted - partition) or READY
    if told.get("currentRevision") != told.get("updateRevision"):
        return _progressing("the new revision is not everywhere yet")
    return _fewer({"current": told.get("currentReplicas")}, wanted) or READY


def _daemon_set(obj: Object) -> Readiness:
    told = status(obj)
    if told.get("observedGeneration") is None or "desiredNumberScheduled" not in told:
        return _progressing("not seen by its controller yet")
    counts = {
        "created": told.get("currentNumberScheduled"),
        "updated": told.get("updatedNumberScheduled"),
        "ready": told.get("numberReady"),
        "available": told.get("numberAvailable"),
    }
    return _fewer(counts, told["desiredNumberScheduled"]) or READY


def _replica_set(obj: Object) -> Readiness:
    told, wanted = status(obj), spec(obj).get("replicas", 1)
    if holds(obj, "ReplicaFailure"):
        return _progressing(_told(condition(obj, "ReplicaFailure"), "pods cannot be created"))
    counts = {
        "created": told.get("fullyLabeledReplicas"),
        "ready": told.get("readyReplicas"),
        "available": told.get("availableReplicas"),
    }
    return _fewer(counts, wanted) or _surplus(told, wanted) or READY


def _pod(obj: Object) -> Readiness:
    phase = status(obj).get("phase")
    if phase == "Succeeded" or (phase == "Running" and holds(obj, "Ready")):
        return READY
    if phase == "Failed":
        return Readiness("failed", _told(status(obj), "ended with a failure"))
    looping = [
        declared["name"]
        for declared, told in containers(obj)
        if waiting(told)[0] == "CrashLoopBackOff"
    ]
    if looping:
        return Readiness("failed", f"container {looping[0]} keeps ending")
    if phase == "Running":
        return _progressing("running but not ready")
    placed = condition(obj, "PodScheduled")
    if placed.get("reason") == "Unschedulable":
        return _progressing(_told(placed, "no node has room for it"))
    return _progressing("being started")


def _claim(obj: Object) -> Readiness:
    phase = status(obj).get("phase") or "unknown"
    if phase == "Lost":
        return Readiness("failed", "its volume is gone")
    return READY if phase == "Bound" else _progressing(f"not bound to a volume ({phase.lower()})")


def _service(obj: Object) -> Readiness:
    if spec(obj).get("type") != "LoadBalancer":
        return READY
    if (status(obj).get("loadBalancer") or {}).get("ingress"):
        return READY
    return _progressing("no address from a load balancer yet")


def _job(obj: Object) -> Readiness:
    if holds(obj, "Failed"):
        return Readiness("failed", _told(condition(obj, "Failed"), "failed"))
    started = status(obj).get("startTime") or holds(obj, "Complete") or holds(obj, "Suspended")
    return READY if started else _progressing("not started yet")


def _definition(obj: Object) -> Readiness:
    """A CustomResourceDefinition."""
    names, served = condition(obj, "NamesAccepted"), condition(obj, "Established")
    if names.get("status") == "False":
        return Readiness("failed", _told(names, "its names are taken"))
    if served.get("status") == "False" and served.get("reason") != "Installing":
        return Readiness("failed", _told(served, "not established"))
    return READY if served.get("status") == "True" else _progressing("being installed")


def _gateway(obj: Object) -> Readiness:
    return _accepted(obj, "Accepted", "Programmed")


def _http_route(obj: Object) -> Readiness:
    """Ready when every parent takes the route and finds its backends (Gateway API v1)."""
    parents = status(obj).get("parents") or ()
    if not parents:
        return _progressing("no gateway has taken it yet")
    for parent in parents:
        found = _accepted({"status": parent}, "Accepted", "ResolvedRefs")
        if not found.ready:
            return found
    return READY


def _accepted(obj: Object, *types: str) -> Readiness:
    for type_ in types:
        found = condition(obj, type_)
        if found.get("status") != "True":
            return _progressing(_told(found, f"not {type_} yet"))
    return READY


def _issuer(obj: Object) -> Readiness:
    """An Issuer or ClusterIssuer: not ready before its controller has looked at it."""
    found = condition(obj, "Ready")
    if not found or _outdated(obj, found):
        return _progressing("cert-manager has not looked at it yet")
    return READY if found.get("status") == "True" else _progressing(_told(found, "not ready"))


def _outdated(obj: Object, found: Mapping[str, Any]) -> bool:
    """Whether a condition was told of an earlier form of the object."""
    observed = found.get("observedGeneration")
    return observed is not None and observed != obj["metadata"].get("generation")


def _certificate(obj: Object) -> Readiness:
    found, issuing = condition(obj, "Ready"), condition(obj, "Issuing")
    if found.get("status") == "True" and not _outdated(obj, found):
        return READY
    if issuing.get("status") == "False":
        return Readiness("failed", _told(issuing, "could not be issued"))
    told = issuing if issuing.get("status") == "True" else found
    return _progressing(_told(told, "cert-manager has not looked at it yet"))


def _certificate_request(obj: Object) -> Readiness:
    found = condition(obj, "Ready")
    if found.get("status") == "True":
        return READY
    refused = holds(obj, "InvalidRequest") or found.get("reason") in {"Failed", "Denied"}
    if refused:
        return Readiness("failed", _told(found, "refused"))
    if not holds(obj, "Approved"):
        return _progressing("waits to be approved")
    return _progressing(_told(found, "waits for the issuer"))


def _proof(obj: Object) -> Readiness:
    """An ACME Order or Challenge."""
    told = status(obj)
    state, reason = told.get("state") or "pending", told.get("reason")
    if state == "valid":
        return READY
    if state in {"invalid", "errored", "expired"}:
        return Readiness("failed", reason or state)
    return _progressing(reason or f"is {state}")


def _always(_obj: Object) -> Readiness:
    return READY


_RULES: dict[tuple[str, str], Callable[[Object], Readiness]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "ReplicaSet"): _replica_set,
    ("", "Pod"): _pod,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Service"): _service,
    ("batch", "Job"): _job,
    ("batch", "CronJob"): _always,
    ("policy", "PodDisruptionBudget"): _always,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    ("gateway.networking.k8s.io", "Gateway"): _gateway,
    ("gateway.networking.k8s.io", "HTTPRoute"): _http_route,
    ("cert-manager.io", "Issuer"): _issuer,
    ("cert-manager.io", "ClusterIssuer"): _issuer,
    ("cert-manager.io", "Certificate"): _certificate,
    ("cert-manager.io", "CertificateRequest"): _certificate_request,
    ("acme.cert-manager.io", "Order"): _proof,
    ("acme.cert-manager.io", "Challenge"): _proof,
}
