"""How a component of a release is doing, in figures: read from its pods."""

from dataclasses import dataclass
from datetime import datetime

from wizard.diagnose import kinds
from wizard.diagnose.fields import condition, holds, moment, status
from wizard.diagnose.view import View


@dataclass(frozen=True, slots=True)
class Vitals:
    """`ready` of `pods` are ready; `restarts` of their containers together; `since` when the one
    that changed last has been ready, or not ready (by the cluster's clock).
    """

    pods: int
    ready: int
    restarts: int
    since: datetime | None


def vitals(view: View, namespace: str, release: str, component: str) -> Vitals | None:
    """The figures of a component; None where it has no pods."""
    pods = view.of_component(kinds.POD, namespace, release, component)
    pods = [pod for pod in pods if status(pod).get("phase") != "Succeeded"]
    if not pods:
        return None
    restarts = sum(
        told.get("restartCount", 0)
        for pod in pods
        for told in status(pod).get("containerStatuses") or ()
    )
    moments = [moment(condition(pod, "Ready").get("lastTransitionTime")) for pod in pods]
    ready = sum(holds(pod, "Ready") for pod in pods)
    return Vitals(len(pods), ready, restarts, max(filter(None, moments), default=None))
