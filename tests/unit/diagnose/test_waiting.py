"""What a gate says while it waits, and what ends it."""

from datetime import timedelta

import pytest

from tests.unit.diagnose import world
from wizard.diagnose import kinds
from wizard.diagnose.view import View
from wizard.diagnose.waiting import explain
from wizard.ports import Kind, Object, Ref

IMAGE = "docker.io/goharbor/harbor-core:v2.15.2"
PROBE = {"startupProbe": {"httpGet": {"path": "/api/v2.0/ping"}}}


def workload(pod: Object, ready: int = 0) -> tuple[Object, Object, Object]:
    """A Deployment of core with its replica set and pod."""
    deployment = world.deployment("core", ready)
    replicas = world.owned(world.replica_set("core", readyReplicas=ready), deployment)
    return deployment, replicas, world.owned(pod, replicas)


def gate_text(pod: Object, *events: Object) -> str:
    objects = workload(pod)
    return explain(world.view(*objects, *events), [Ref.of(objects[0])]).text


HEAD = "Deployment harbor-core 0 of 1 ready: pod harbor-core-7d4b9c6f5-x2x9k, "


@pytest.mark.parametrize(
    ("pod", "text"),
    [
        (world.pod("core", world.runs(25, started=False), container=PROBE),
         "startup probe failing for 20 s (usual while the database migrates)"),
        (world.pod("core", world.runs(5, started=False), container=PROBE),
         "startup probe failing (usual while the database migrates)"),
        (world.pod("core", world.runs(200), container=PROBE), "readiness probe failing for 3 min"),
        (world.pod("core", world.waits("ImagePullBackOff", "no such host")),
         f"image {IMAGE} cannot be pulled (no such host)"),
        (world.pod("core", world.waits("CrashLoopBackOff", restarts=2, **world.LOOP)),
         "container core ended with exit code 1, restarted 2 times "
         "(usual while the database migrates)"),
        (world.pod("core", world.waits("CreateContainerConfigError", 'secret "x" not found')),
         'container core: secret "x" not found'),
        (world.pod("core", world.waits("ContainerCreating")), "being created"),
        (world.unplaced("core", "0/3 nodes are available: 3 Insufficient cpu.", 20),
         "not placed on a node yet: 0/3 nodes are available: 3 Insufficient cpu."),
    ],
)  # fmt: skip
def test_the_reason_is_told_in_one_line(pod: Object, text: str) -> None:
    assert gate_text(pod) == HEAD + text


def test_a_pod_that_is_being_created_tells_its_last_warning() -> None:
    pod = world.pod("core", world.waits("ContainerCreating"))
    mount = world.event(pod, "FailedMount", "no route\nto host", times=1)
    assert gate_text(pod, mount).endswith("being created: 21:29:55 FailedMount: no route to host")


def test_the_text_stands_still_while_only_seconds_pass() -> None:
    objects = workload(world.pod("core", world.runs(21, started=False), container=PROBE))
    view = world.view(*objects)
    later = View(view.collections, view.now + timedelta(seconds=7))
    refs = [Ref.of(objects[0])]
    assert explain(view, refs).text == explain(later, refs).text


def test_what_others_need_is_told_first() -> None:
    core, database = world.deployment("core"), world.stateful_set("database", created=0)
    refused = world.event(database, "FailedCreate", "exceeded quota: small")
    gate = explain(world.view(core, database, refused), [Ref.of(core), Ref.of(database)])
    assert gate.text == (
        "StatefulSet harbor-database 0 of 1 created: exceeded quota: small (and 1 more)"
    )


def test_ready_when_all_are_and_kinds_nobody_looks_at_do_not_count() -> None:
    objects = workload(world.pod("core"), ready=1)
    refs = [Ref.of(objects[0]), Ref(Kind("v1", "Secret"), "harbor", "harbor-core")]
    gate = explain(world.view(*objects), refs)
    assert (gate.ready, gate.text, gate.terminal) == (True, "", ())


def test_what_is_missing_or_may_not_be_read_is_not_ready() -> None:
    objects = workload(world.pod("core"), ready=1)
    gone = Ref(kinds.DEPLOYMENT, "harbor", "harbor-portal")
    view = world.view(*objects, not_checked={kinds.SERVICE: "You may not watch services"})
    assert explain(view, [gone]).text == "Deployment harbor-portal does not exist yet"
    service = Ref(kinds.SERVICE, "harbor", "harbor")
    assert "You may not watch services" in explain(view, [service]).text
    assert not explain(view, [service]).ready


def unbindable() -> tuple[View, Object]:
    database = world.stateful_set("database")
    data = world.claim("data")
    pod = world.owned(world.pod("database", world.waits(""), claims=("data",)), database)
    told = "no persistent volumes available for this claim and no storage class is set"
    stranger = world.made(kinds.POD, "stranger", spec=pod["spec"] | {"volumes": []},
                          status=pod["status"])  # fmt: skip
    stranger["status"] = world.pod("database", world.waits("ErrImagePull", ": not found"))["status"]
    return world.view(database, pod, data, stranger, world.event(data, "FailedBinding", told)), data


def test_a_claim_that_can_never_be_bound_ends_the_wait_of_its_workload_only() -> None:
    view, data = unbindable()
    gate = explain(view, [Ref(kinds.STATEFUL_SET, "harbor", "harbor-database")])
    assert [(one.id, one.object) for one in gate.terminal] == [("HW-001", str(Ref.of(data)))]


def test_what_a_cause_explains_does_not_end_the_wait() -> None:
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=9, **world.LOOP))
    objects = workload(core)
    said = (core, world.line("failed to connect to tcp:db.corp:5432 after 60 seconds", 16))
    gate = explain(world.view(*objects, logs=(said,)), [Ref.of(objects[0])])
    assert [one.id for one in gate.findings] == ["HW-012", "HW-201"]
    assert gate.terminal == ()


def test_it_is_told_how_many_are_ready_and_which_are_gone() -> None:
    core = workload(world.pod("core", world.runs(200)))
    gone = Ref(kinds.DEPLOYMENT, core[0]["metadata"]["namespace"], "harbor-portal")
    gate = explain(world.view(*core), [Ref.of(core[0]), gone])
    assert (gate.done, gate.total, gate.absent) == (0, 2, (gone,))
    ready = workload(world.pod("core", world.runs(200, ready=True)), ready=1)
    gate = explain(world.view(*ready), [Ref.of(ready[0])])
    assert (gate.ready, gate.done, gate.total, gate.absent) == (True, 1, 1, ())
