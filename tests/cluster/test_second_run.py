"""What a second run does: nothing, and it says so."""

from __future__ import annotations

from tests.cluster.wizard import Wizard


def test_a_second_run_has_nothing_to_do_and_writes_nothing(installed: Wizard) -> None:
    audit, user = installed.control_plane.audit, installed.identity.user
    mark = audit.mark()
    ended = installed.install().require(0)
    assert audit.writes(user, mark) == []
    assert audit.verbs_used(user, mark), "the audit log saw the run"
    states = {e["step"]: e["state"] for e in ended.events if e["event"] == "step.finished"}
    assert set(states.values()) == {"unchanged"}
    assert ended.events[-1]["summary"].startswith("nothing to do")


def test_the_plan_is_empty_then(installed: Wizard) -> None:
    plan = installed.plan(code=0)
    assert plan["summary"] == {"create": 0, "update": 0, "replace": 0, "delete": 0}
    assert all(not step["changes"] for step in plan["steps"])


def test_another_person_elsewhere_has_nothing_to_do_either(installed: Wizard) -> None:
    """Nothing that this machine remembers is needed: all is read from the cluster."""
    audit, user = installed.control_plane.audit, installed.identity.user
    mark = audit.mark()
    installed.install(XDG_STATE_HOME=str(installed.folder / "elsewhere")).require(0)
    assert audit.writes(user, mark) == []


def test_checks_and_verification_write_nothing(installed: Wizard) -> None:
    audit, user = installed.control_plane.audit, installed.identity.user
    mark = audit.mark()
    preset = str(installed.folder / "preset.yaml")
    installed.run("--preset", preset, "--check").require(0)
    installed.run("troubleshoot", "--preset", preset, "--once").require(0)
    assert audit.writes(user, mark) == []
