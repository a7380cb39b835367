"""Probes with real claims, Jobs and volumes: what they find out, and that nothing of them stays."""

from __future__ import annotations

import signal

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE
from tests.cluster.pod_logs import PodLogs
from tests.cluster.process import poll
from tests.cluster.wizard import Wizard

PROBE = ("--check", "--probe", "--yes")
NEVER = {"provisioner": {"kind": "existing", "className": "never"}}
BOTH = {"volumes": {"registry": {"accessMode": "ReadWriteMany"}}}


def left(wizard: Wizard) -> set[str]:
    """What is there of Jobs, claims and pods, and of volumes that were made for them."""
    namespaced = [("batch/v1", "jobs"), ("", "persistentvolumeclaims"), ("", "pods")]
    volumes = {
        one["metadata"]["name"]
        for one in wizard.admin.items(f"{CORE}/persistentvolumes")
        if one["spec"].get("claimRef", {}).get("namespace") == wizard.namespace
    }
    return volumes.union(*(wizard.names(*kind) for kind in namespaced))


def nothing_left(wizard: Wizard) -> None:
    """Pods and volumes go in the background."""
    poll("nothing of a probe is left", lambda: not left(wizard), 60)
    assert wizard.lease() is None


def test_claims_are_bound_written_and_gone(wizard: Wizard) -> None:
    wizard.preset(storage=BOTH)
    mark = wizard.control_plane.audit.mark()

    ended = wizard.install(*PROBE).require(0)

    made = [
        one.resource
        for one in wizard.control_plane.audit.writes(wizard.identity.user, mark)
        if one.verb == "create" and one.resource in {"jobs", "persistentvolumeclaims"}
    ]
    assert sorted(made) == ["jobs", "jobs", "persistentvolumeclaims", "persistentvolumeclaims"]
    states = {e["step"]: e["state"] for e in ended.events if e["event"] == "step.finished"}
    assert states == {"target.namespace": "done", "storage.probe": "done"}
    nothing_left(wizard)


def test_claims_that_nobody_serves_are_told_with_what_the_cluster_says(wizard: Wizard) -> None:
    wizard.preset(storage=NEVER)
    ended = wizard.install(*PROBE, WIZARD_GATE_SECONDS="8").require(6)
    (probe,) = [e for e in ended.events if e.get("state") == "failed"]
    assert "harbor-wizard.test/nobody" in probe["why"]
    assert probe["fix"]
    nothing_left(wizard)


def test_what_a_killed_probe_left_is_removed_by_the_next_run(wizard: Wizard) -> None:
    wizard.preset(storage=NEVER)
    with wizard.begin(*PROBE) as running:
        running.until_event("step.waiting", "storage.probe")
        running.kill()
    assert left(wizard)

    wizard.preset()
    wizard.install(*PROBE).require(0)

    nothing_left(wizard)


def test_an_interrupted_probe_removes_what_it_made(wizard: Wizard) -> None:
    wizard.preset(storage=NEVER)
    with wizard.begin(*PROBE) as running:
        running.until_event("step.waiting", "storage.probe")
        running.signal(signal.SIGINT)
        running.wait().require(130)
    nothing_left(wizard)


def test_a_volume_that_cannot_be_written_fails_the_check_with_the_pods_words(
    wizard: Wizard, control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> None:
    logs = PodLogs(control_plane.admin, wizard.namespace, tmp_path_factory.mktemp("logs"))
    logs.write("probe", "sh: can't create /probe/harbor-wizard: Permission denied")
    try:
        wizard.preset(storage={"probeImage": "fails.test/probe:1"})
        ended = wizard.install(*PROBE).require(3)
    finally:
        logs.remove()
    (probe,) = [e for e in ended.events if e.get("state") == "failed"]
    assert "Permission denied" in probe["why"]
    nothing_left(wizard)


def test_an_image_that_cannot_be_pulled_fails_the_check_in_seconds(wizard: Wizard) -> None:
    wizard.preset(storage={"probeImage": "missing.test/probe:1"})
    ended = wizard.install(*PROBE).require(3)
    assert "HW-025" in ended.stderr
    nothing_left(wizard)


def test_a_run_probes_before_it_installs_and_never_again(wizard: Wizard) -> None:
    wizard.preset(storage=BOTH)
    plan = wizard.plan()
    (release,) = [step for step in plan["steps"] if step["id"] == "harbor.release"]
    assert "storage.probe" in release["needs"]
    wizard.install().require(0)
    wizard.nothing_to_do()
    again = wizard.install(*PROBE).require(0)
    states = {e["step"]: e["state"] for e in again.events if e["event"] == "step.finished"}
    assert states["storage.probe"] == "unchanged"
