"""What the cluster itself lacks: nodes that do not work, a namespace that is being deleted."""

from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import condition, holds, moment, one_line, spec
from wizard.diagnose.kinds import NAMESPACE, NODE, POD
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.ports import Object

_PRESSURES = ("DiskPressure", "MemoryPressure", "PIDPressure")
_BLOCKERS = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
)
"""The conditions of a namespace that tell why it is not gone yet, the more telling first."""


def _nodes(view: View) -> Iterable[Match]:
    """Only nodes that carry pods looked at, or all where none works: others are no matter here."""
    found = [(node, sick) for node in view.all(NODE) if (sick := _sickness(node))]
    none_works = not any(holds(node, "Ready") for node in view.all(NODE))
    used = {spec(pod).get("nodeName") for pod in view.all(POD)} if found else set()
    for node, sick in found:
        if none_works or node["metadata"]["name"] in used:
            yield Match(
                obj=node,
                cause=f"The node tells {sick['type']} {sick['status']}: "
                f"{one_line(sick.get('message')) or sick.get('reason', 'without a reason')}",
                fix="See to the node (kubectl describe node): is it up, does its kubelet run, has "
                "it disk and memory left? Pods that cannot stay are made anew elsewhere, unless "
                "their volumes bind them to it.",
                since=moment(sick.get("lastTransitionTime")),
            )


def _sickness(node: Object) -> dict[str, str]:
    """The condition that says that a node does not work; empty where it does."""
    ready = condition(node, "Ready")
    if ready and ready.get("status") != "True":
        return ready
    return next((condition(node, one) for one in _PRESSURES if holds(node, one)), {})


def _terminating(view: View) -> Iterable[Match]:
    for namespace in view.all(NAMESPACE):
        deleted = namespace["metadata"].get("deletionTimestamp")
        if not deleted or not _in_use(view, namespace["metadata"]["name"]):
            continue
        told = [
            one_line(condition(namespace, one).get("message"))
            for one in _BLOCKERS
            if holds(namespace, one)
        ]
        yield Match(
            obj=namespace,
            cause="The namespace is being deleted, so nothing can be made in it"
            + (f"; what remains: {told[0]}" if told else "."),
            fix="Wait until it is gone and install again. If it stays: a finalizer whose "
            "controller is gone, or an API service that does not answer, holds it (kubectl get "
            "apiservice; kubectl describe namespace).",
            evidence=tuple(told),
            since=moment(deleted),
        )


def _in_use(view: View, name: str) -> bool:
    """Whether something that was looked at is in the namespace."""
    return any(ref.namespace == name for one in view.collections.values() for ref in one.items)


RULES = (
    Rule(
        "HW-207", "A node does not work", Layer.CLUSTER, (NODE, POD), _nodes,
        quiet=timedelta(seconds=45), grace=timedelta(minutes=10),
    ),
    Rule(
        "HW-047", "The namespace is being deleted", Layer.CLUSTER, (NAMESPACE,), _terminating,
        quiet=timedelta(seconds=20), grace=timedelta(minutes=5),
    ),
)  # fmt: skip
