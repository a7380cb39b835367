"""Checks and plans as lines for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from wizard.checks.base import Result
from wizard.plan.plan import Plan, PlannedStep
from wizard.run.rendering import Style
from wizard.steps.base import FieldChange, ObjectChange

_ACTION_SIGNS = {
    "create": ("+", "32"),
    "update": ("~", "33"),
    "replace": ("-/+", "31"),
    "delete": ("-", "31"),
}


def checks_summary(results: Sequence[Result]) -> str:
    """One line: `12 ok, 1 warning, 0 failed, 2 skipped`."""
    counted = Counter[str](result.outcome.state for result in results)
    words = {"ok": "ok", "warn": "to look at", "fail": "failed", "skipped": "skipped"}
    return ", ".join(f"{counted[state]} {word}" for state, word in words.items())


def plan_lines(plan: Plan, style: Style) -> Iterator[str]:
    """The plan: every step with its changes, every change with its fields."""
    yield f"Plan {plan.hash}: {plan.preset} on {plan.target}"
    for step in plan.steps:
        yield from _step_lines(step, style)
    yield ", ".join(f"{count} to {action}" for action, count in plan.summary.items())


def _step_lines(step: PlannedStep, style: Style) -> Iterator[str]:
    if not step.changes:
        yield style.paint(f"  {step.id}: {step.title}, nothing to change", "2")
        return
    yield f"  {step.id}: {step.title}"
    for change in step.changes:
        yield from _change_lines(change, style)


def _change_lines(change: ObjectChange, style: Style) -> Iterator[str]:
    sign, colour = _ACTION_SIGNS[change.action]
    doubt = "" if change.validated else f"  (not tried: {change.reason or 'unknown reason'})"
    yield f"    {style.paint(f'{sign:<3}', colour)} {change.ref}{doubt}"
    if change.action in {"update", "replace"}:
        for field in change.fields:
            yield _field_line(field, style)


def _field_line(field: FieldChange, style: Style) -> str:
    taken = f"  (taken from {field.owner})" if field.owner else ""
    return f"          {field.path}: {field.before} {style.sign('arrow')} {field.after}{taken}"
