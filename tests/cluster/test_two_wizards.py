"""Two runs on one target: one works, the other says who does."""

from __future__ import annotations

import time

from tests.cluster.kube import Object
from tests.cluster.snapshot import APPS
from tests.cluster.wizard import LEASES, Wizard, annotated

SLOW: Object = {"values": annotated("portal", ready_after="600s")}


def _holder(wizard: Wizard) -> str:
    lease = wizard.lease()
    assert lease is not None
    return str(lease["spec"]["holderIdentity"])


def test_the_second_is_refused_and_the_lock_of_the_dead_is_taken_over_at_once(
    wizard: Wizard,
) -> None:
    preset = wizard.preset(SLOW)
    with wizard.begin() as first:
        first.until_event("step.waiting", "harbor.release")
        assert f" pid {first.pid} " in _holder(wizard)
        before = wizard.objects()
        refused = wizard.install("--set", "harbor.replicas.portal=2").require(8)
        assert f"pid {first.pid}" in refused.stderr
        assert "kubectl" in refused.stderr
        assert wizard.objects() == before
        first.kill()
    assert _holder(wizard), "the dead cannot release it"

    wizard.preset()
    begun = time.monotonic()
    ended = wizard.install().require(0)
    assert time.monotonic() - begun < 45, "a Lease lasts 45 s: nobody waited for its end"
    assert not [e for e in ended.events if "seems abandoned" in e.get("text", "")]
    assert wizard.lease() is None
    assert preset.exists()
    wizard.nothing_to_do()


def test_a_run_that_loses_its_lock_stops_helm_and_ends(wizard: Wizard) -> None:
    wizard.preset(SLOW)
    wizard.helm_that_waits()
    with wizard.begin() as running:
        wizard.wait_release(1, "pending-install")
        assert any("helm" in line for line in running.command_lines())
        thief: Object = {"spec": {"holderIdentity": "someone else", "leaseDurationSeconds": 3600}}
        wizard.admin.merge(wizard.path(LEASES, "leases", "harbor-wizard-harbor"), thief)
        ended = running.wait().require(5)
        assert running.processes() == []
    assert "The lock of this run was lost" in ended.stderr
    assert "someone else" in ended.stderr
    states = {e["step"]: e["state"] for e in ended.events if e["event"] == "step.finished"}
    assert states["harbor.release"] == "cancelled"
    assert ended.events[-1]["exit"] == 5
    assert _holder(wizard) == "someone else", "what is another's is left alone"
    assert wizard.names(APPS, "deployments"), "what was made stays"
