"""Volumes that a node cannot mount. The texts are those of the kubelet and of mount.nfs."""

import re
from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import first_seen, last_seen, one_line, spec, status
from wizard.diagnose.kinds import EVENT, POD
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.view import View

_FAILURES = frozenset({"FailedMount", "FailedAttachVolume", "FailedMapVolume"})


def _rule(
    id_: str,
    title: str,
    sign: str,
    texts: tuple[str, str],
    times: tuple[timedelta, timedelta],
    *,
    symptom: bool = False,
) -> Rule:
    """A rule for volumes that cannot be mounted where a warning has the sign; `texts` are cause
    and fix, `times` quiet and grace. A pod waits for its volumes in Pending without an end.
    """
    pattern = re.compile(sign)

    def find(view: View) -> Iterable[Match]:
        for pod in view.unsettled_pods:
            told = [
                event
                for event in view.warnings(pod)
                if event.get("reason") in _FAILURES and pattern.search(one_line(event["message"]))
            ]
            if told and status(pod).get("phase") == "Pending":
                node = spec(pod).get("nodeName") or "its node"
                yield Match(
                    obj=pod,
                    cause=texts[0].format(node=node),
                    fix=texts[1].format(node=node),
                    evidence=event_lines(told),
                    since=first_seen(told[0]),
                    seen=last_seen(told[-1]),
                )

    quiet, grace = times
    needs = (POD, EVENT)
    return Rule(id_, title, Layer.STORAGE, needs, find, quiet=quiet, grace=grace, symptom=symptom)


_SOON = (timedelta(seconds=15), timedelta(minutes=3))
_LATER = (timedelta(seconds=30), timedelta(minutes=6))

RULES = (
    _rule(
        "HW-005",
        "A mount helper is missing on a node",
        r"need a /sbin/mount\.\S+ helper|unknown filesystem type '\w+'"
        r"|mount\.(?:nfs4?|cifs)\S*: (?:not found|No such file)",
        (
            "The node {node} lacks the program that mounts this kind of volume.",
            "Install it on every node (NFS: package nfs-common on Debian and Ubuntu, nfs-utils on "
            "Fedora, RHEL and SUSE nfs-client), or use the CSI driver for NFS, which brings it.",
        ),
        _SOON,
    ),
    _rule(
        "HW-006",
        "NFS locking is not available on a node",
        r"rpc\.statd is not running but is required",
        (
            "The share is mounted with NFS 3, which needs rpc.statd for locks, and it does not run "
            "on {node}.",
            "Mount with NFS 4.1 (mount option nfsvers=4.1 of the storage class), which locks by "
            "itself, or start rpc-statd on every node.",
        ),
        _SOON,
    ),
    _rule(
        "HW-007",
        "The NFS server refuses the node or cannot be reached",
        r"(?i)access denied by server|\bnfs\b.*(?:no route to host|connection (?:timed out|refused)"
        r"|reason given by server|network is unreachable)",
        (
            "The node {node} cannot mount the share: the server does not let it, does not have "
            "that folder, or does not answer.",
            "Export the folder to every node's address (kubectl get nodes -o wide shows them), and "
            "let TCP port 2049 through. On a node: showmount -e SERVER.",
        ),
        _LATER,
    ),
    _rule(
        "HW-204",
        "Volume cannot be mounted",
        "",
        (
            "Its node cannot attach or mount one of its volumes.",
            "The last message says what the node met: a server that does not answer, a driver that "
            "does not run on the node, a missing object.",
        ),
        (timedelta(minutes=1), timedelta(minutes=10)),
        symptom=True,
    ),
)
