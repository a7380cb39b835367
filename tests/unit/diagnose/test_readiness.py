"""Readiness kind by kind: the ready object, and what it takes away."""

from typing import Any

import pytest

from tests.unit.diagnose import world
from wizard.diagnose.readiness import Readiness, readiness
from wizard.ports import Kind, Object


def changed(obj: Object, **status: Any) -> Object:
    obj["status"] |= status
    return obj


def told(kind: Kind, *conditions: tuple[str, str], **spec: Any) -> Object:
    listed = [{"type": type_, "status": status} for type_, status in conditions]
    return world.made(kind, "x", spec=spec, status={"conditions": listed})


def daemon_set(**status: Any) -> Object:
    counts = ("currentNumberScheduled", "updatedNumberScheduled", "numberReady", "numberAvailable")
    full = {"observedGeneration": 1, "desiredNumberScheduled": 3, **dict.fromkeys(counts, 3)}
    return world.made(Kind("apps/v1", "DaemonSet"), "x", status=full | status)


def on_delete() -> Object:
    obj = world.stateful_set("redis", ready=0)
    obj["spec"]["updateStrategy"] = {"type": "OnDelete"}
    return obj


def partitioned(updated: int) -> Object:
    obj = changed(
        world.stateful_set("redis", ready=3), replicas=3, updatedReplicas=updated, readyReplicas=3
    )
    obj["spec"]["replicas"] = 3
    obj["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = 2
    return obj


def unpartitioned(current: str) -> Object:
    obj = changed(
        world.stateful_set("redis", ready=1),
        currentRevision=current, updateRevision="b", currentReplicas=1,
    )  # fmt: skip
    obj["spec"]["updateStrategy"].pop("rollingUpdate")
    return obj


SERVICE = Kind("v1", "Service")
JOB = Kind("batch/v1", "Job")
CRD = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
ROUTE = Kind("gateway.networking.k8s.io/v1", "HTTPRoute")
GATEWAY = Kind("gateway.networking.k8s.io/v1", "Gateway")
CUSTOM = Kind("example.com/v1", "Thing")
SUCCEEDED = world.pod("core", phase="Succeeded")


def parents(*conditions: tuple[str, str]) -> Object:
    parent = told(ROUTE, *conditions)["status"]
    return world.made(ROUTE, "x", status={"parents": [parent]})


@pytest.mark.parametrize(
    "obj",
    [
        world.deployment("core", ready=1),
        world.stateful_set("redis", ready=1),
        on_delete(),
        partitioned(updated=1),
        unpartitioned("b"),
        daemon_set(),
        daemon_set(desiredNumberScheduled=0),
        world.replica_set("core", readyReplicas=1, availableReplicas=1),
        world.pod("core"),
        SUCCEEDED,
        world.claim("data", "Bound"),
        world.made(SERVICE, "x", spec={"type": "NodePort"}),
        world.made(SERVICE, "x", spec={"type": "LoadBalancer"},
                   status={"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}),
        told(JOB, ("Complete", "True")),
        world.made(JOB, "x", status={"startTime": world.ago(5)}),
        world.made(Kind("networking.k8s.io/v1", "Ingress"), "x"),
        told(CRD, ("NamesAccepted", "True"), ("Established", "True")),
        told(GATEWAY, ("Accepted", "True"), ("Programmed", "True")),
        parents(("Accepted", "True"), ("ResolvedRefs", "True")),
        world.made(Kind("policy/v1", "PodDisruptionBudget"), "x"),
        world.made(Kind("v1", "ConfigMap"), "x"),
        told(CUSTOM, ("Ready", "True")),
    ],
    ids=lambda obj: obj["kind"],
)  # fmt: skip
def test_ready(obj: Object) -> None:
    assert readiness(obj) == Readiness("ready")


@pytest.mark.parametrize(
    ("obj", "reason"),
    [
        (world.deployment("core"), "0 of 1 ready"),
        (world.made(Kind("apps/v1", "Deployment"), "x", spec={}), "0 of 1 created"),
        (changed(world.deployment("core", 1), observedGeneration=0), "not seen"),
        (changed(world.deployment("core", 1), updatedReplicas=0), "0 of 1 updated"),
        (changed(world.deployment("core", 1), replicas=2), "1 old still ending"),
        (changed(world.deployment("core", 1), conditions=[]), "not available"),
        (world.stateful_set("redis"), "0 of 1 ready"),
        (world.stateful_set("redis", created=0), "0 of 1 created"),
        (partitioned(updated=0), "0 of 1 updated"),
        (unpartitioned("a"), "new revision"),
        (daemon_set(numberReady=2), "2 of 3 ready"),
        (daemon_set(observedGeneration=None), "not seen"),
        (world.replica_set("core"), "0 of 1 ready"),
        (world.pod("core", world.runs(5)), "not ready"),
        (world.pod("core", world.waits("ContainerCreating")), "being started"),
        (world.unplaced("core", "Insufficient cpu", 99), "Insufficient cpu"),
        (world.claim("data"), "not bound"),
        (world.made(SERVICE, "x", spec={"type": "LoadBalancer"}), "no address"),
        (world.made(JOB, "x"), "not started"),
        (told(CRD), "being installed"),
        (world.made(ROUTE, "x"), "no gateway"),
        (parents(("Accepted", "True")), "ResolvedRefs"),
        (told(GATEWAY, ("Accepted", "True")), "Programmed"),
        (told(CUSTOM, ("Ready", "False")), "not ready"),
        (told(CUSTOM, ("Ready", "True"), ("Reconciling", "True")), "reconciling"),
    ],
)
def test_progressing(obj: Object, reason: str) -> None:
    found = readiness(obj)
    assert found.state == "progressing"
    assert reason in found.reason


@pytest.mark.parametrize(
    "obj",
    [
        changed(world.deployment("core"), conditions=[
            {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]),
        world.pod("core", phase="Failed"),
        world.pod("core", world.waits("CrashLoopBackOff", restarts=2)),
        world.claim("data", "Lost"),
        told(JOB, ("Failed", "True")),
        told(CRD, ("NamesAccepted", "False")),
        told(CUSTOM, ("Stalled", "True")),
    ],
    ids=lambda obj: obj["kind"],
)  # fmt: skip
def test_failed(obj: Object) -> None:
    found = readiness(obj)
    assert found.state == "failed"
    assert found.reason


def test_going_and_gone() -> None:
    going = world.deployment("core", ready=1)
    going["metadata"]["deletionTimestamp"] = world.ago(1)
    assert readiness(going).state == "terminating"
    assert readiness(None).state == "absent"
