"""Claims without a volume, and volumes that cannot be attached."""

import re
from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import created, first_seen, last_seen, spec, status
from wizard.diagnose.kinds import CLAIM, EVENT, POD, STORAGE_CLASS
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.rules.scheduling import unschedulable
from wizard.diagnose.view import View
from wizard.ports import Object

_NO_CLASS = "no storage class is set"
_CLASS_MISSING = re.compile(r'storageclass(?:\.storage\.k8s\.io)? "([^"]+)" not found')
_WAITS_FOR_POD = frozenset({"WaitForFirstConsumer", "WaitForPodScheduled"})


def _pending(view: View) -> Iterable[Object]:
    for claim in view.all(CLAIM):
        if status(claim).get("phase") == "Pending" and not claim["metadata"].get(
            "deletionTimestamp"
        ):
            yield claim


def _name(claim: Object) -> str:
    return str(claim["metadata"]["name"])


def _without_class(view: View) -> Iterable[Match]:
    """The volume controller tells it in a Normal event, FailedBinding."""
    for claim in _pending(view):
        told = [event for event in view.events(claim) if _NO_CLASS in event.get("message", "")]
        if not told:
            continue
        by_hand = spec(claim).get("storageClassName") == ""
        yield Match(
            obj=claim,
            cause=f"The claim {_name(claim)} asks for a volume made by hand (an empty class name), "
            "and no free volume fits it."
            if by_hand
            else f"The claim {_name(claim)} names no storage class, and there is no default.",
            fix="Create a PersistentVolume that fits it, or name a storage class."
            if by_hand
            else "Name a storage class for Harbor's volumes, or mark one as the default "
            '(annotation storageclass.kubernetes.io/is-default-class: "true").',
            evidence=event_lines(told),
            since=first_seen(told[0]),
            seen=last_seen(told[-1]),
            terminal=not by_hand,
        )


def _provisioning(view: View) -> Iterable[Match]:
    for claim in _pending(view):
        failed = [e for e in view.warnings(claim) if e.get("reason") == "ProvisioningFailed"]
        if not failed:
            continue
        missing = _CLASS_MISSING.search(failed[-1].get("message", ""))
        yield Match(
            obj=claim,
            cause=f"The claim {_name(claim)} names the storage class {missing[1]}, which does not "
            "exist."
            if missing
            else f"The provisioner could not make a volume for the claim {_name(claim)}.",
            fix="Name a storage class that exists (kubectl get storageclass), then delete the "
            "claim so that it is made anew: its class cannot be changed."
            if missing
            else "The last message says what the provisioner met: its server or share, a quota, "
            "or its rights. Its controller's log tells more.",
            evidence=event_lines(failed),
            since=first_seen(failed[0]),
            seen=last_seen(failed[-1]),
            terminal=missing is not None,
        )


def _waits_for_pod(view: View) -> Iterable[Match]:
    """Not the storage's fault: the volume is made where the pod is placed, and it is not."""
    for claim in _pending(view):
        told = [event for event in view.events(claim) if event.get("reason") in _WAITS_FOR_POD]
        blocked = [pod for pod in view.pods_with_claim(claim) if unschedulable(pod)]
        if told and blocked:
            pod = blocked[0]
            yield Match(
                obj=claim,
                cause=f"The claim {_name(claim)} waits for pod {pod['metadata']['name']} to be "
                f"placed on a node: {unschedulable(pod)}",
                fix="See why the pod cannot be placed; the storage itself is not at fault.",
                evidence=event_lines(told),
                since=created(pod),
            )


def _multi_attach(view: View) -> Iterable[Match]:
    for pod in view.unsettled_pods:
        told = [
            event
            for event in view.warnings(pod)
            if event.get("reason") == "FailedAttachVolume"
            and "Multi-Attach" in event.get("message", "")
        ]
        if told and status(pod).get("phase") == "Pending":
            yield Match(
                obj=pod,
                cause="Its volume can be used on one node at a time (ReadWriteOnce) and is still "
                "in use on another.",
                fix="Let the old pod end first: update strategy Recreate for what has such a "
                "volume (chart value updateStrategy.type), or delete the old pod. If its node is "
                "gone, the volume is released after about six minutes.",
                evidence=event_lines(told),
                since=first_seen(told[0]),
            )


def _lost(view: View) -> Iterable[Match]:
    for claim in view.all(CLAIM):
        if status(claim).get("phase") == "Lost":
            volume = spec(claim).get("volumeName", "")
            yield Match(
                obj=claim,
                cause=f"The volume {volume} of the claim {_name(claim)} was deleted, so its data "
                "cannot be reached any more.",
                fix="Where the disk or folder behind it still exists, make the PersistentVolume "
                f"{volume} again for it; else restore the data from a backup into a new claim.",
                evidence=event_lines(view.warnings(claim)),
                terminal=True,
            )


def _defaults(view: View) -> Iterable[Match]:
    """Several defaults: Kubernetes takes the newest (since 1.26), which few people expect. It is
    told only while a claim waits, as it does no harm to what is bound.
    """
    defaults = [one for one in view.all(STORAGE_CLASS) if _is_default(one)]
    if len(defaults) > 1 and any(_pending(view)):
        names = ", ".join(sorted(_name(one) for one in defaults))
        yield Match(
            obj=max(defaults, key=lambda one: one["metadata"].get("creationTimestamp") or ""),
            cause=f"Several storage classes are the default: {names}. A claim that names none gets "
            "the newest of them.",
            fix="Name the storage class of Harbor's volumes, and leave one default "
            "(annotation storageclass.kubernetes.io/is-default-class).",
        )


def _is_default(class_: Object) -> bool:
    noted = class_["metadata"].get("annotations") or {}
    return noted.get("storageclass.kubernetes.io/is-default-class") == "true"


RULES = (
    Rule(
        "HW-001", "No storage class for a volume", Layer.STORAGE, (CLAIM, EVENT), _without_class,
        grace=timedelta(minutes=5),
    ),
    Rule(
        "HW-002", "Volume waits for a pod that cannot be placed", Layer.STORAGE,
        (CLAIM, EVENT, POD), _waits_for_pod, quiet=timedelta(seconds=30), symptom=True,
    ),
    Rule(
        "HW-003", "Volume cannot be provisioned", Layer.STORAGE, (CLAIM, EVENT), _provisioning,
        quiet=timedelta(seconds=15), grace=timedelta(minutes=5),
    ),
    Rule(
        "HW-028", "Volume is still attached elsewhere", Layer.STORAGE, (POD, EVENT), _multi_attach,
        quiet=timedelta(seconds=30), grace=timedelta(minutes=7),
    ),
    Rule(
        "HW-004", "Several storage classes are the default", Layer.STORAGE,
        (STORAGE_CLASS, CLAIM), _defaults, quiet=timedelta(seconds=30), aside=True,
    ),
    Rule("HW-208", "A claim has lost its volume", Layer.STORAGE, (CLAIM,), _lost),
)  # fmt: skip
