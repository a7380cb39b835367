"""Pods and their containers: where rules find something, and the case beside it where not."""

from typing import Any

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.world import found, only
from wizard.diagnose.view import View
from wizard.ports import Object


@pytest.mark.parametrize(
    ("message", "since"),
    [
        ("0/3 nodes are available: 3 Insufficient memory.", 10),
        ("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.", 90),
    ],
)
def test_a_pod_not_placed_for_seconds_or_for_its_volume_is_no_finding(
    message: str, since: float
) -> None:
    assert found(world.view(world.unplaced("database", message, since))) == []


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ('secret "harbor-nginx" not found', 'Secret "harbor-nginx"'),
        ('configmap "harbor-core" not found', 'ConfigMap "harbor-core"'),
        ("couldn't find key CSRF_KEY in Secret harbor/xsrf", 'key "CSRF_KEY" in Secret "xsrf"'),
    ],
)
def test_a_missing_secret_is_named(message: str, named: str) -> None:
    told = world.waits("CreateContainerConfigError", message)
    early, late = (only(world.view(world.pod("core", told, age=age))) for age in (30, 90))
    assert (early.id, early.terminal, late.terminal) == ("HW-015", False, True)
    assert named in early.cause
    assert named in early.fix


def test_a_missing_secret_of_a_volume_is_named() -> None:
    core = world.pod("core", world.waits("ContainerCreating"))
    mount = 'MountVolume.SetUp failed for volume "tls" : secret "harbor-nginx" not found'
    finding = only(world.view(core, world.event(core, "FailedMount", mount, first=90)))
    assert finding.id == "HW-015"
    assert "harbor-nginx" in finding.cause


def test_a_secret_that_is_only_late_in_the_kubelet_is_no_finding() -> None:
    core = world.pod("core", world.waits("ContainerCreating"))
    late = 'MountVolume.SetUp failed for volume "tls" : failed to sync secret cache: timed out'
    assert found(world.view(core, world.event(core, "FailedMount", late, first=20))) == []


def test_a_configuration_that_cannot_run_is_told_as_it_is() -> None:
    message = "container has runAsNonRoot and image will run as root"
    core = world.pod("core", world.waits("CreateContainerConfigError", message))
    finding = only(world.view(core))
    assert finding.id == "HW-203"
    assert message in finding.cause


def evicted(owner: Object) -> View:
    gone = world.owned(world.pod("trivy", phase="Failed", reason="Evicted"), owner)
    gone["status"]["conditions"][0]["status"] = "False"
    return world.view(owner, gone)


def test_an_evicted_pod_that_was_not_replaced_is_a_warning() -> None:
    finding = only(evicted(world.stateful_set("trivy", ready=0)))
    assert (finding.id, finding.severity) == ("HW-039", "warn")


def test_an_evicted_pod_that_was_replaced_is_history() -> None:
    assert found(evicted(world.stateful_set("trivy", ready=1))) == []


def killed(restarts: int, *, ready: bool = False, finished: float = 30) -> View:
    end: Any = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": world.ago(finished)}
    told = (
        world.runs(20, ready=True, restarts=restarts, **end)
        if ready
        else world.waits("CrashLoopBackOff", restarts=restarts, **end)
    )
    limit = {"resources": {"limits": {"memory": "1Gi"}}}
    return world.view(world.pod("trivy", told, container=limit))


def test_memory_names_the_limit_and_is_terminal_when_it_repeats() -> None:
    assert "1Gi" in only(killed(1)).cause
    assert [only(killed(n)).terminal for n in (1, 3)] == [False, True]
    assert only(killed(1, ready=True)).id == "HW-041"


def test_memory_of_long_ago_is_history() -> None:
    assert found(killed(1, ready=True, finished=3600)) == []


QUOTA = 'pods "harbor-core-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=5'


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (QUOTA, "quota"),
        ('pods "x" is forbidden: violates PodSecurity "restricted:latest": '
         "allowPrivilegeEscalation != false", "Pod Security"),
        ('pods "x" is forbidden: maximum memory usage per Container is 256Mi, but limit is 1Gi',
         "LimitRange"),
        ('pods "x" is forbidden: unable to validate against any security context constraint: []',
         "security context constraint"),
        ('admission webhook "validate.kyverno.svc" denied the request: no latest tags', "webhook"),
    ],
)  # fmt: skip
def test_refused_pods_are_terminal(message: str, word: str) -> None:
    condition = {"type": "ReplicaFailure", "status": "True", "message": message}
    by_condition = only(world.view(world.replica_set("core", 0, conditions=[condition])))
    database = world.stateful_set("database", created=0)
    told = f"create Pod harbor-database-0 in StatefulSet harbor-database failed error: {message}"
    by_event = only(world.view(database, world.event(database, "FailedCreate", told)))
    for finding in (by_condition, by_event):
        assert (finding.id, finding.terminal) == ("HW-042", True)
        assert word in finding.cause


def test_a_refusal_that_passes_is_no_finding() -> None:
    early = 'pods "x" is forbidden: error looking up service account harbor/default: not found'
    starting, done = world.stateful_set("database", created=0), world.stateful_set("redis")
    view = world.view(
        starting,
        world.event(starting, "FailedCreate", early),
        done,
        world.event(done, "FailedCreate", QUOTA),
    )
    assert found(view) == []


def looping(component: str, ready_since: float | None, last_run: float = 20) -> View:
    """A container whose last run began so long ago; what it needs is ready since then."""
    core = world.pod("core", world.runs(ready_since, ready=True) if ready_since else world.runs(9))
    probe = {"livenessProbe": {"initialDelaySeconds": 300, "periodSeconds": 10}}
    end = world.LOOP | {"startedAt": world.ago(last_run)}
    told = world.waits("CrashLoopBackOff", restarts=5, **end)
    return world.view(core, world.pod(component, told, container=probe, age=2000))


def test_a_container_that_ends_though_all_is_ready_is_terminal_after_its_own_grace() -> None:
    """The chart's liveness probe of jobservice allows 330 seconds."""
    assert found(looping("jobservice", 320)) == []
    finding = only(looping("jobservice", 340))
    assert (finding.id, finding.terminal) == ("HW-201", True)


def test_restarts_while_core_is_not_ready_are_usual() -> None:
    assert found(looping("jobservice", None)) == []


def test_a_container_that_ended_before_core_was_ready_has_its_chance_yet() -> None:
    assert found(looping("jobservice", 340, last_run=350)) == []
