"""Small, realistic objects, as the API serves them, for the tests of diagnosis."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.fields import uid
from wizard.diagnose.finding import Finding
from wizard.diagnose.observer import WATCHED
from wizard.diagnose.view import View
from wizard.ports import Kind, LogLine, Object

NAMESPACE = "harbor"
NOW = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
_numbers = count(1)


def ago(seconds: float) -> str:
    """The time so many seconds before now, as the API writes it."""
    return (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


LOOP: Any = {"exitCode": 1, "reason": "Error", "startedAt": ago(20), "finishedAt": ago(15)}
"""How a container ended that ran from 20 to 15 seconds ago."""


def made(kind: Kind, name: str, age: float = 300, **parts: Any) -> Object:
    """An object with the chart's labels as far as `component` is given."""
    component = parts.pop("component", None)
    labels = {"app": "harbor", "release": "harbor"}
    if component:
        labels["component"] = component
    metadata = {
        "name": name,
        "namespace": NAMESPACE,
        "uid": f"uid-{next(_numbers)}",
        "generation": 1,
        "creationTimestamp": ago(age),
        "labels": labels,
    }
    metadata |= parts.pop("metadata", {})
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata, **parts}


def owned(obj: Object, owner: Object) -> Object:
    """The object, managed by the owner."""
    obj["metadata"]["ownerReferences"] = [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": uid(owner),
            "controller": True,
        }
    ]
    return obj


def waits(reason: str, message: str = "", /, restarts: int = 0, **last_end: Any) -> Object:
    """The status of a container that waits; `last_end` says how it ended before."""
    return {
        "ready": False,
        "started": False,
        "restartCount": restarts,
        "state": {"waiting": {"reason": reason, "message": message}},
        "lastState": {"terminated": last_end} if last_end else {},
    }


def runs(
    since: float, *, ready: bool = False, started: bool = True, restarts: int = 0, **last_end: Any
) -> Object:
    """The status of a container that runs since so many seconds."""
    return {
        "ready": ready,
        "started": started,
        "restartCount": restarts,
        "state": {"running": {"startedAt": ago(since)}},
        "lastState": {"terminated": last_end} if last_end else {},
    }


def pod(
    component: str,
    told: Object | None = None,
    *,
    name: str = "",
    age: float = 300,
    claims: tuple[str, ...] = (),
    phase: str = "",
    conditions: tuple[Object, ...] = (),
    container: Object | None = None,
    reason: str = "",
) -> Object:
    """A pod of one container named like its component; ready unless told otherwise."""
    told = told or runs(age - 5, ready=True)
    declared = {
        "name": component,
        "image": f"docker.io/goharbor/harbor-{component}:v2.15.2",
        **(container or {}),
    }
    running = "running" in told["state"]
    ready = {
        "type": "Ready",
        "status": "True" if told["ready"] else "False",
        "lastTransitionTime": told["state"].get("running", {}).get("startedAt", ago(age)),
    }
    return made(
        Kind("v1", "Pod"),
        name or f"harbor-{component}-7d4b9c6f5-x2x9k",
        age,
        component=component,
        spec={
            "containers": [declared],
            "volumes": [{"name": c, "persistentVolumeClaim": {"claimName": c}} for c in claims],
        },
        status={
            "phase": phase or ("Running" if running or told["restartCount"] else "Pending"),
            "reason": reason,
            "message": "The node was low on resource: ephemeral-storage." if reason else "",
            "conditions": [ready, *conditions],
            "containerStatuses": [{"name": component, **told}],
        },
    )


def unplaced(component: str, message: str, since: float, **more: Any) -> Object:
    """A pod that the scheduler found no node for."""
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": ago(since),
    }
    found = pod(component, waits(""), age=since, conditions=(condition,), **more)
    found["status"]["containerStatuses"] = []
    return found


def event(
    about: Object,
    reason: str,
    message: str,
    *,
    first: float = 60,
    last: float = 5,
    times: int = 3,
    type_: str = "Warning",
) -> Object:
    """An event about an object, seen from `first` to `last` seconds ago."""
    metadata = about["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"event-{next(_numbers)}", "namespace": NAMESPACE},
        "involvedObject": {
            "kind": about["kind"],
            "name": metadata["name"],
            "namespace": NAMESPACE,
            "uid": uid(about),
        },
        "type": type_,
        "reason": reason,
        "message": message,
        "count": times,
        "firstTimestamp": ago(first),
        "lastTimestamp": ago(last),
    }


def claim(name: str, phase: str = "Pending", **spec: Any) -> Object:
    """A claim of a StatefulSet's template: it bears no component label."""
    return made(Kind("v1", "PersistentVolumeClaim"), name, spec=spec, status={"phase": phase})


def deployment(component: str, ready: int = 0, wanted: int = 1) -> Object:
    """A Deployment with so many pods ready."""
    available = "True" if ready == wanted else "False"
    return made(
        Kind("apps/v1", "Deployment"),
        f"harbor-{component}",
        component=component,
        spec={"replicas": wanted, "progressDeadlineSeconds": 600},
        status={
            "observedGeneration": 1,
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "conditions": [
                {"type": "Available", "status": available},
                {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
            ],
        },
    )


def stateful_set(component: str, ready: int = 0, created: int = 1) -> Object:
    """A StatefulSet of one replica as the API server fills it in."""
    return made(
        Kind("apps/v1", "StatefulSet"),
        f"harbor-{component}",
        component=component,
        spec={
            "replicas": 1,
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        },
        status={
            "observedGeneration": 1,
            "replicas": created,
            "readyReplicas": ready,
            "updatedReplicas": created,
        },
    )


def replica_set(component: str, created: int = 1, **status: Any) -> Object:
    """A ReplicaSet of one replica."""
    return made(
        Kind("apps/v1", "ReplicaSet"),
        f"harbor-{component}-7d4b9c6f5",
        component=component,
        spec={"replicas": 1},
        status={"replicas": created, "fullyLabeledReplicas": created, **status},
    )


def node(name: str, *conditions: Object) -> Object:
    """A node with these conditions; ready where none is given."""
    found = conditions or ({"type": "Ready", "status": "True"},)
    place = {"name": name, "namespace": ""}
    return made(Kind("v1", "Node"), name, metadata=place, status={"conditions": [*found]})


def line(text: str, seconds_ago: float, of: str = "core") -> LogLine:
    """A line that a container wrote so many seconds ago."""
    return LogLine(NOW - timedelta(seconds=seconds_ago), f"harbor-{of}-7d4b9c6f5-x2x9k", of, text)


def view(*objects: Object, logs: tuple[tuple[Object, LogLine], ...] = (), **more: Any) -> View:
    """The view of these objects, with log lines as pairs of pod and line. Kinds of the cluster
    were looked at only where there is an object of them.
    """
    tails: dict[tuple[str, str], list[LogLine]] = {}
    for owner, said in logs:
        tails.setdefault((uid(owner), said.container), []).append(said)
    return View.of(
        objects, now=more.pop("now", NOW), logs=tails, asked=more.pop("asked", WATCHED), **more
    )


def found(view: View) -> list[Finding]:
    """The findings that nothing else explains."""
    return [one for one in evaluate(view).findings if one.suppressed_by is None]


def only(view: View) -> Finding:
    """The one finding."""
    findings = found(view)
    assert len(findings) == 1, findings
    return findings[0]
