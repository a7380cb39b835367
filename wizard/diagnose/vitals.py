"""How a component of a release is doing, in figures: read from its pods."""

from dataclasses import dataclass
from datetime import datetime

from wizard.diagnose import kinds
from wizard.diagnose.fields import condition, holds, moment, spec, status
from wizard.diagnose.view import View
from wizard.ports import Object


@dataclass(frozen=True, slots=True)
class Vitals:
    """`ready` of `wanted` pods are ready; `restarts` of their containers together; `since` when the
    one that changed last has been ready, or not ready (by the cluster's clock).
    """

    wanted: int
    ready: int
    restarts: int
    since: datetime | None


def vitals(view: View, namespace: str, release: str, component: str) -> Vitals | None:
    """The figures of a component; None where it has no pods and wants none."""
    pods = view.of_component(kinds.POD, namespace, release, component)
    pods = [pod for pod in pods if status(pod).get("phase") != "Succeeded"]
    workloads = [
        workload
        for kind in kinds.WORKLOADS
        for workload in view.of_component(kind, namespace, release, component)
    ]
    wanted = sum(map(_wanted, workloads)) if workloads else len(pods)
    if not pods and not wanted:
        return None
    restarts = sum(
        told.get("restartCount", 0)
        for pod in pods
        for told in status(pod).get("containerStatuses") or ()
    )
    moments = [moment(condition(pod, "Ready").get("lastTransitionTime")) for pod in pods]
    ready = sum(holds(pod, "Ready") for pod in pods)
    return Vitals(wanted, ready, restarts, max(filter(None, moments), default=None))


def _wanted(workload: Object) -> int:
    """A DaemonSet wants a pod on each node that takes one, the others what they are told."""
    if workload["kind"] == kinds.DAEMON_SET.name:
        return int(status(workload).get("desiredNumberScheduled", 0))
    return int(spec(workload).get("replicas", 1))
