"""What a person has to agree to before anything is written."""

import pytest

from wizard.checks.base import Check, Outcome, Result, State
from wizard.errors import CheckFailed, NotAccepted
from wizard.plan.plan import Plan, PlannedStep, Target
from wizard.ports import Kind, Ref, World
from wizard.run.consent import (
    Consent,
    require_no_failures,
    require_plan_accepted,
    require_warnings_accepted,
)
from wizard.steps.base import Action, FieldChange, ObjectChange

CORE = Ref(Kind("apps/v1", "Deployment"), "harbor", "harbor-core")
TAKEN = (FieldChange("spec.replicas", "3", "1", "kubectl-scale"),)


async def unasked(world: World, subject: object) -> Outcome:
    raise AssertionError


def results(*states: State) -> list[Result]:
    return [
        Result(Check(f"c{n}", f"Check {n}", (), unasked), Outcome(state, "fact"), 0.0)
        for n, state in enumerate(states)
    ]


def plan(action: Action, fields: tuple[FieldChange, ...] = ()) -> Plan:
    step = PlannedStep("harbor.release", "Harbor", (), (ObjectChange(action, CORE, fields),))
    return Plan("production", Target("uid", "context", "harbor", "harbor"), (step,))


def test_a_failed_check_cannot_be_accepted_away() -> None:
    with pytest.raises(CheckFailed, match=r"1 of 3 checks failed: Check 1"):
        require_no_failures(results("ok", "fail", "warn"))


def test_warnings_want_a_yes() -> None:
    with pytest.raises(NotAccepted, match=r"1 of 2 checks warn: Check 1") as refused:
        require_warnings_accepted(results("ok", "warn"), Consent())

    assert "--yes" in refused.value.fix
    require_warnings_accepted(results("ok", "warn"), Consent(warnings=True))


def test_what_could_not_be_checked_is_no_warning() -> None:
    require_warnings_accepted(results("ok", "skipped"), Consent())


@pytest.mark.parametrize(
    ("action", "fields", "permission"),
    [
        ("delete", (), "delete"),
        ("replace", (), "replace"),
        ("update", TAKEN, "take-fields"),
    ],
)
def test_what_loses_or_takes_wants_its_own_permission(
    action: Action, fields: tuple[FieldChange, ...], permission: str
) -> None:
    with pytest.raises(NotAccepted, match="Deployment harbor/harbor-core") as refused:
        require_plan_accepted(plan(action, fields), Consent(warnings=True))

    assert refused.value.fix.endswith(f"--allow {permission}")
    require_plan_accepted(plan(action, fields), Consent(permitted=frozenset({permission})))


def test_another_permission_does_not_do() -> None:
    with pytest.raises(NotAccepted):
        require_plan_accepted(plan("delete"), Consent(permitted=frozenset({"replace"})))


def test_creating_and_updating_own_fields_wants_nothing() -> None:
    require_plan_accepted(plan("create"), Consent())
    require_plan_accepted(plan("update", (FieldChange("a", "1", "2"),)), Consent())


def test_only_the_reviewed_plan_is_carried_out() -> None:
    reviewed = plan("create")

    require_plan_accepted(reviewed, Consent(plan=reviewed.hash))
    with pytest.raises(NotAccepted, match="not 0123 as it was reviewed"):
        require_plan_accepted(reviewed, Consent(plan="0123"))
