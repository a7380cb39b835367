"""A gate that runs out of time, and a run that goes on behind it."""

from __future__ import annotations

from tests.cluster.wizard import Wizard, annotated


def test_a_gate_that_is_too_short_says_what_it_waited_for_and_the_next_run_goes_on(
    wizard: Wizard,
) -> None:
    wizard.preset({"values": annotated("portal", ready_after="9s")})
    late = wizard.install(WIZARD_GATE_SECONDS="3").require(6)
    assert "harbor-portal" in late.stderr
    assert "was not ready within 3 s" in late.stderr
    assert wizard.lease() is None
    before = wizard.objects()
    ended = wizard.install().require(0)
    assert wizard.objects() == before, "it only waited"
    waited = [e["text"] for e in ended.events if e["event"] == "step.waiting"]
    assert any("harbor-portal" in text for text in waited)


def test_harbor_that_stays_unhealthy_is_named(installed: Wizard) -> None:
    installed.standin.state.problems["registry"] = "no space left on device"
    late = installed.install(WIZARD_GATE_SECONDS="2").require(6)
    assert "registry no space left on device" in late.stderr
    installed.standin.state.problems.clear()
    installed.nothing_to_do()
