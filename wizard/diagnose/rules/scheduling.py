"""Pods that no node takes, that are refused before they exist, or that a node threw out."""

import re
from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import (
    condition,
    controller,
    holds,
    last_seen,
    moment,
    one_line,
    spec,
    status,
)
from wizard.diagnose.kinds import EVENT, JOB, POD, REPLICA_SET, STATEFUL_SET
from wizard.diagnose.readiness import readiness
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.view import View
from wizard.ports import Kind, Object, Ref

_VOLUME_NOT_READY = re.compile(
    r'unbound immediate PersistentVolumeClaims|persistentvolumeclaim "[^"]+" not found', re.I
)
_REFUSALS = {
    "the quota of the namespace is used up": (
        re.compile(r"exceeded quota|failed quota"),
        "Raise the ResourceQuota, or ask for less (replicas, resources, volume sizes).",
    ),
    "the namespace's Pod Security level forbids it": (
        re.compile(r"violates PodSecurity"),
        "Set the label pod-security.kubernetes.io/enforce of the namespace to a level that "
        "allows what the message names, or change the pod.",
    ),
    "a LimitRange of the namespace forbids its resources": (
        re.compile(r"(maximum|minimum) \S+ usage per|max limit to request ratio"),
        "Set resources that the LimitRange allows, or change it.",
    ),
    "no security context constraint lets it run as its user": (
        re.compile(r"unable to validate against any security context constraint"),
        "Grant the service account an SCC that allows Harbor's fixed users 10000 and 999 "
        "(OpenShift: oc adm policy add-scc-to-user anyuid).",
    ),
    "an admission webhook denied it": (
        re.compile(r"admission webhook \S+ denied the request"),
        "Change what the policy names in its message, or exempt the namespace from it.",
    ),
}
"""Refusals of the API server that no waiting helps against: why, by what sign, what to do."""


def unschedulable(pod: Object) -> str:
    """The scheduler's message where it found no node for the pod; else empty."""
    placed = condition(pod, "PodScheduled")
    if placed.get("status") == "False" and placed.get("reason") == "Unschedulable":
        return one_line(placed.get("message")) or "no node fits"
    return ""


def _unschedulable(view: View) -> Iterable[Match]:
    for pod in view.unsettled_pods:
        told = unschedulable(pod)
        if told and not _VOLUME_NOT_READY.search(told):
            yield Match(
                obj=pod,
                cause=f"No node takes the pod: {told}",
                fix="Add nodes or free CPU and memory, ask for less (resources), or let the pod "
                "onto tainted nodes (tolerations, node selector).",
                evidence=event_lines(
                    e for e in view.warnings(pod) if e.get("reason") == "FailedScheduling"
                ),
                since=moment(condition(pod, "PodScheduled").get("lastTransitionTime")),
            )


def _refused(view: View) -> Iterable[Match]:
    for kind in (REPLICA_SET, STATEFUL_SET, JOB):
        for owner in view.all(kind):
            lacking = _has_no_pod(owner) if kind == JOB else _has_too_few_pods(owner)
            if lacking and not view.orphaned(owner):
                yield from _refusal(view, owner)


def _has_too_few_pods(workload: Object) -> bool:
    return bool((status(workload).get("replicas") or 0) < spec(workload).get("replicas", 1))


def _has_no_pod(job: Object) -> bool:
    counted = ("active", "succeeded", "failed")
    return not spec(job).get("suspend") and not any(status(job).get(one) for one in counted)


def _refusal(view: View, owner: Object) -> Iterable[Match]:
    """What the newest attempt to create a pod or claim was refused for."""
    failed = [e for e in view.warnings(owner) if e.get("reason") == "FailedCreate"]
    texts = [event.get("message") for event in failed]
    if holds(owner, "ReplicaFailure"):
        texts.append(condition(owner, "ReplicaFailure").get("message"))
    newest = one_line(texts[-1]) if texts else ""
    for why, (sign, fix) in _REFUSALS.items():
        if sign.search(newest):
            cause = f"Its pod is refused: {why}."
            yield Match(
                obj=owner,
                cause=cause,
                fix=fix,
                evidence=(*event_lines(failed), newest),
                seen=last_seen(failed[-1]) if failed else None,
                terminal=True,
            )
            return


def _evicted(view: View) -> Iterable[Match]:
    for pod in view.unsettled_pods:
        if status(pod).get("reason") == "Evicted" and not _owner_ready(view, pod):
            yield Match(
                obj=pod,
                cause=f"Its node threw the pod out: {one_line(status(pod).get('message'))}",
                fix="Free disk or memory on the node named, or give the pod requests that match "
                "what it uses.",
                evidence=event_lines(view.warnings(pod)),
            )


def _owner_ready(view: View, pod: Object) -> bool:
    """An evicted pod that was replaced is history."""
    owner = controller(pod)
    if not owner:
        return False
    kind = Kind(owner["apiVersion"], owner["kind"])
    return readiness(view.get(Ref(kind, pod["metadata"].get("namespace", ""), owner["name"]))).ready


RULES = (
    Rule(
        "HW-042", "Pods are refused", Layer.CLUSTER, (EVENT, REPLICA_SET, STATEFUL_SET, JOB),
        _refused,
    ),
    Rule(
        "HW-039", "Pod was evicted", Layer.CLUSTER, (POD,), _evicted, offers="delete-pod",
    ),
    Rule(
        "HW-202", "No node takes a pod", Layer.CLUSTER, (POD,), _unschedulable,
        quiet=timedelta(seconds=30), grace=timedelta(minutes=10),
    ),
)  # fmt: skip
