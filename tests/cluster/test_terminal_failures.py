"""What waiting cannot mend ends the run within seconds, with cause and fix."""

from __future__ import annotations

import pytest

from tests.cluster.command import Ended
from tests.cluster.kube import Object
from tests.cluster.wizard import Wizard, annotated

SECONDS = 20
"""How long it may take until a failure is told."""


def _failed(ended: Ended, step: str = "harbor.release") -> Object:
    """The end of the step that failed; all others ended as they should."""
    states = {e["step"]: e for e in ended.events if e["event"] == "step.finished"}
    failed = states.pop(step)
    assert failed["state"] == "failed"
    if step != "harbor.release":
        assert states.pop("harbor.release")["state"] == "blocked"
    assert states.pop("harbor.healthy")["state"] == "blocked"
    assert {one["state"] for one in states.values()} <= {"done", "unchanged"}
    assert failed["fix"]
    assert failed["seconds"] < SECONDS
    return failed


@pytest.mark.parametrize(
    ("mirror", "id_", "cause"),
    [("missing.test", "HW-025", "not found"), ("untrusted.test", "HW-022", "x509")],
)
def test_an_image_that_cannot_be_pulled_is_named(
    wizard: Wizard, mirror: str, id_: str, cause: str
) -> None:
    mirrors = {"imageMirrors": {"docker.io": f"{mirror}/hub"}}
    wizard.preset(delivery=mirrors, storage={"probeImage": "here.test/probe:1"})
    ended = wizard.install().require(5)
    release = _failed(ended)
    assert release["what"].startswith(id_)
    assert f"{mirror}/hub/goharbor/" in release["why"]
    assert cause in f"{release['what']} {release['why']}"
    assert id_ in ended.stderr
    assert wizard.lease() is None


def test_once_the_image_is_there_the_same_command_goes_on(wizard: Wizard) -> None:
    """Kubernetes itself leaves pods of StatefulSets that never started as they are."""
    mirrors = {"imageMirrors": {"docker.io": "missing.test/hub"}}
    wizard.preset(delivery=mirrors, storage={"probeImage": "here.test/probe:1"})
    wizard.install().require(5)
    wizard.preset()
    blocked = wizard.install().require(5)
    assert "HW-206" in blocked.stderr
    found = [e["finding"] for e in blocked.events if e["event"] == "finding"]
    pods = {one["object"].rpartition("/")[2] for one in found if one["id"] == "HW-206"}
    assert pods == {"harbor-database-0", "harbor-redis-0"}
    for pod in pods:
        assert any(f"delete pod {pod}" in one["fix"] for one in found)
        wizard.admin.delete(wizard.path("", "pods", pod))
    wizard.install().require(0)
    wizard.nothing_to_do()


def test_a_container_that_needs_more_memory_again_and_again_is_named(wizard: Wizard) -> None:
    notes = annotated("portal", crashes="forever", crash_reason="OOMKilled", ready_after="1s")
    wizard.preset({"values": notes})
    release = _failed(wizard.install().require(5))
    assert release["what"].startswith("HW-041")
    assert "harbor-portal" in release["what"]


@pytest.mark.soak
def test_a_container_that_keeps_ending_is_named_past_its_grace(wizard: Wizard) -> None:
    wizard.preset({"values": annotated("portal", crashes="forever", ready_after="1s")})
    ended = wizard.install().require(5)
    assert "HW-201" in ended.stderr


def test_a_claim_that_nobody_serves_is_what_a_gate_names(wizard: Wizard) -> None:
    wizard.preset(storage={"provisioner": {"kind": "existing", "className": "never"}})
    late = wizard.install("--yes", WIZARD_GATE_SECONDS="6").require(6)
    assert "harbor-probe" in late.stderr


@pytest.mark.parametrize(
    ("last", "refused"),
    [("target.namespace", "storage.probe"), ("storage.probe", "harbor.release")],
)
def test_a_refusal_by_quota_in_mid_run_ends_it(wizard: Wizard, last: str, refused: str) -> None:
    """What is refused first is the pod of the probe's Job, or one of Harbor's."""
    wizard.preset()
    quota = {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    with wizard.begin() as running:
        running.until_event("step.finished", last)
        wizard.admin.create(wizard.path("", "resourcequotas"), quota)
        failed = _failed(running.wait().require(5), refused)
    assert failed["what"].startswith("HW-042")
    assert "quota" in failed["why"]

    assert "pods" in wizard.install().require(3).stdout, "now the checks see it"
    wizard.admin.delete(wizard.path("", "resourcequotas", "none"))
    wizard.install().require(0)


def test_a_refusal_by_pod_security_in_mid_run_ends_it(wizard: Wizard) -> None:
    values = {"containerSecurityContext": {"allowPrivilegeEscalation": True}}
    wizard.preset({"values": values})
    labels = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    with wizard.begin() as running:
        running.until_event("step.finished", "target.namespace")
        wizard.admin.merge(f"/api/v1/namespaces/{wizard.namespace}", labels)
        release = _failed(running.wait().require(5))
    assert "Pod Security" in release["why"]
    assert "Pod Security" in wizard.install().require(3).stderr, "now the checks see it"
