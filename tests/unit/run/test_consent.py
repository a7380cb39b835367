"""What a person has to agree to before anything is written."""

from dataclasses import replace

import pytest

from wizard.checks.base import Check, Outcome, Result, State
from wizard.errors import CheckFailed, NotAccepted
from wizard.plan.plan import Plan, PlannedStep, Target
from wizard.ports import Kind, Ref, World
from wizard.run.consent import (
    Consent,
    losses,
    require_accepted,
    require_expected,
    require_no_failures,
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
        require_accepted(Consent(), results("ok", "warn"))

    assert "--yes" in refused.value.fix
    require_accepted(Consent(warnings=True), results("ok", "warn"))


def test_what_could_not_be_checked_is_no_warning() -> None:
    require_accepted(Consent(), results("ok", "skipped"))


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
        require_accepted(Consent(warnings=True), [], plan(action, fields))

    assert refused.value.fix.endswith(f"--allow {permission}")
    require_accepted(Consent(permitted=frozenset({permission})), [], plan(action, fields))


def test_another_permission_does_not_do() -> None:
    with pytest.raises(NotAccepted):
        require_accepted(Consent(permitted=frozenset({"replace"})), [], plan("delete"))


def test_creating_and_updating_own_fields_wants_nothing() -> None:
    require_accepted(Consent(), [], plan("create"))
    require_accepted(Consent(), [], plan("update", (FieldChange("a", "1", "2"),)))


def test_only_the_reviewed_plan_is_carried_out() -> None:
    reviewed = plan("create")

    require_expected(reviewed, Consent(plan=reviewed.hash))
    with pytest.raises(NotAccepted, match="not 0123 as it was reviewed"):
        require_expected(reviewed, Consent(plan="0123"))


def test_all_that_waits_for_a_yes_is_told_at_once() -> None:
    with pytest.raises(NotAccepted, match="1 of 1 checks warn") as refused:
        require_accepted(Consent(), results("warn"), plan("delete"))

    assert "delete: Deployment harbor/harbor-core" in refused.value.what
    assert "--yes" in refused.value.fix
    assert "--allow delete" in refused.value.fix


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("Deployment", "it holds no data"),
        ("StatefulSet", "its claims and their data stay"),
        ("PersistentVolumeClaim", "its data goes too"),
    ],
)
def test_what_is_lost_says_what_becomes_of_the_data(kind: str, told: str) -> None:
    change = ObjectChange("delete", Ref(Kind("v1", kind), "harbor", "data"))
    gone = replace(plan("delete"), steps=(PlannedStep("a", "A", (), (change,)),))

    with pytest.raises(NotAccepted, match=f"{kind} harbor/data: {told}"):
        require_accepted(Consent(), [], gone)


def test_what_is_taken_is_told_as_in_the_plan() -> None:
    with pytest.raises(NotAccepted, match=r"spec\.replicas 3 → 1 \(set by kubectl-scale\)"):
        require_accepted(Consent(), [], plan("update", TAKEN))


def test_each_loss_names_its_permission_and_what_becomes_of_the_data() -> None:
    claim = Ref(Kind("v1", "PersistentVolumeClaim"), "harbor", "data")
    changes = (
        ObjectChange("create", CORE),
        ObjectChange("update", CORE, TAKEN),
        ObjectChange("delete", claim),
    )
    target = Target("uid", "prod", "harbor", "registry")
    plan = Plan("demo", target, (PlannedStep("one", "One", (), changes),))
    told = [(loss.permission, loss.change.ref, loss.told) for loss in losses(plan)]
    assert told == [
        ("take-fields", CORE, "spec.replicas 3 → 1 (set by kubectl-scale)"),
        ("delete", claim, "its data goes too, unless the volume is retained"),
    ]


@pytest.mark.parametrize(
    ("planned", "now", "within"),
    [
        ("create", "create", True),
        ("create", "update", True),  # begun, and left half way
        ("update", "update", True),
        ("update", "delete", False),
        ("update", "replace", False),
    ],
)
def test_the_rest_of_a_reviewed_plan_needs_no_other_review(
    planned: Action, now: Action, within: bool
) -> None:
    consent = Consent(rest_of=plan(planned))
    if within:
        require_expected(plan(now), consent)
        return
    with pytest.raises(NotAccepted, match="changes that were not reviewed"):
        require_expected(plan(now), consent)


def test_what_is_taken_from_somebody_is_no_rest() -> None:
    with pytest.raises(NotAccepted, match="not reviewed"):
        require_expected(plan("update", TAKEN), Consent(rest_of=plan("update")))
