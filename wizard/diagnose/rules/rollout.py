"""Updates that Kubernetes cannot carry out by itself."""

from collections.abc import Iterable

from wizard.diagnose.fields import containers, labels, one_line, spec, status, waiting
from wizard.diagnose.kinds import POD, STATEFUL_SET
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.images import PULL_REASONS
from wizard.diagnose.view import View
from wizard.ports import Object

_STUCK = PULL_REASONS | {"CrashLoopBackOff", "CreateContainerConfigError"}


def _left_behind(view: View) -> Iterable[Match]:
    """A StatefulSet waits until its pods are ready before it replaces one, so a pod that never
    can be stays for ever (kubernetes/kubernetes#67250; "Forced rollback" in its documentation).
    """
    for workload in view.all(STATEFUL_SET):
        told = status(workload)
        seen = told.get("observedGeneration") == workload["metadata"].get("generation")
        newest = told.get("updateRevision")
        if not (seen and newest) or spec(workload).get("podManagementPolicy") == "Parallel":
            continue
        for pod in view.owned(workload, POD):
            old = labels(pod).get("controller-revision-hash", newest) != newest
            if old and "deletionTimestamp" not in pod["metadata"] and (why := _why(pod)):
                yield Match(
                    obj=pod,
                    cause="It cannot start as it was made, and its StatefulSet, which has been "
                    "mended since, replaces it only once it is ready.",
                    fix=f"Delete it, and it is made anew: kubectl -n "
                    f"{pod['metadata']['namespace']} delete pod {pod['metadata']['name']}. "
                    "Its volume stays.",
                    evidence=(why,),
                    terminal=True,
                )


def _why(pod: Object) -> str:
    """What keeps a container of the pod from starting; empty where nothing does."""
    stuck = (waiting(state) for _, state in containers(pod))
    return next((f"{why}: {one_line(told)}" for why, told in stuck if why in _STUCK), "")


RULES = (
    Rule(
        "HW-206", "Pod from before an update blocks it", Layer.CLUSTER, (STATEFUL_SET, POD),
        _left_behind, offers="delete-pod",
    ),
)  # fmt: skip
