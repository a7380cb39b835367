"""A gate that runs out of time, a run that goes on behind it, and what else ends a wait."""

from __future__ import annotations

from tests.cluster.plain_helm import PlainHelm
from tests.cluster.wizard import Wizard, annotated, let_be_ready

NEVER = annotated("portal", ready_after="3600s")


def test_a_gate_that_is_too_short_says_what_it_waited_for_and_the_next_run_goes_on(
    wizard: Wizard,
) -> None:
    wizard.preset({"values": NEVER})
    late = wizard.install(WIZARD_GATE_SECONDS="30").require(6)
    assert "harbor-portal" in late.stderr
    assert "was not ready within 30 s" in late.stderr
    assert wizard.lease() is None
    before = wizard.objects()
    with wizard.begin() as running:
        running.until(lambda e: e["event"] == "step.waiting" and "harbor-portal" in e["text"])
        running.until(lambda e: e["event"] == "step.progress" and e["done"] == e["total"] - 1)
        let_be_ready(wizard, "portal")
        running.wait().require(0)
    assert wizard.objects() == before, "it only waited"


def test_what_somebody_deletes_meanwhile_is_not_waited_for(wizard: Wizard) -> None:
    wizard.preset({"values": NEVER})
    plain = PlainHelm(wizard.helm, wizard.identity.kubeconfig, wizard.folder)
    with wizard.begin() as running:
        running.until_event("step.waiting", "harbor.release")
        plain.run("uninstall", "harbor", "-n", wizard.namespace)
        ended = running.wait(30).require(5)
    assert "Somebody deleted what was being waited for" in ended.stderr
    assert f"{wizard.namespace}/harbor-" in ended.stderr
    wizard.preset()
    wizard.install().require(0)
    wizard.nothing_to_do()


def test_harbor_that_stays_unhealthy_is_named(installed: Wizard) -> None:
    installed.standin.state.problems["registry"] = "no space left on device"
    late = installed.install(WIZARD_GATE_SECONDS="2").require(6)
    assert "registry no space left on device" in late.stderr
    installed.standin.state.problems.clear()
    installed.nothing_to_do()
