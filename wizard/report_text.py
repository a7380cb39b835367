"""Checks and plans as lines for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from wizard.checks.base import Result
from wizard.diagnose.components import ComponentState, dragged_down
from wizard.diagnose.evaluate import Diagnosis
from wizard.plan.plan import Plan, PlannedStep, Target
from wizard.run.rendering import Style, finding_parts
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
        yield from change_lines(change, style)
    untried = Counter(change.reason for change in step.changes if not change.validated)
    for reason, count in untried.items():
        yield f"    {count} not tried by the API server: {reason or 'unknown reason'}"


def change_lines(change: ObjectChange, style: Style) -> Iterator[str]:
    """A change, and its fields below it; secrets are masked."""
    sign, colour = _ACTION_SIGNS[change.action]
    doubt = "" if change.validated else "  (not tried)"
    yield f"    {style.paint(f'{sign:<3}', colour)} {change.ref}{doubt}"
    if change.action in {"update", "replace"}:
        for field in change.fields:
            yield _field_line(field)


def _field_line(field: FieldChange) -> str:
    taken = f"  (taken from {field.owner})" if field.owner else ""
    return f"          {field.path}: {field.before} → {field.after}{taken}"


_HEALTH_SIGNS = {"ok": "ok", "waiting": "waiting", "failed": "fail", "unknown": "skipped"}


def diagnosis_lines(
    target: Target,
    states: Sequence[ComponentState],
    diagnosis: Diagnosis,
    style: Style,
    *,
    offers: bool,
) -> Iterator[str]:
    """Every component with its state, what is wrong, and what could not be looked at; with
    `offers`, what the wizard may do about it.
    """
    yield f"{target}"
    above = dragged_down(states)
    for state in states:
        sign, why = _HEALTH_SIGNS[state.state], f": {state.reason}" if state.reason else ""
        if state.id in above:
            sign, why = "waiting", f" because of {', '.join(above[state.id])}{why}"
        volumes = "".join(f"; {fill.claim}: {fill}" for fill in state.volumes)
        yield f"  {style.sign(sign)} {state.title} {state.state}{why}{volumes}"
    for finding in diagnosis.findings:
        because = f" (because of {finding.suppressed_by})" if finding.suppressed_by else ""
        sign, text, details = finding_parts(finding)
        yield f"{style.sign(sign)} {text}{because}"
        yield from (f"  {line}" for line in details)
        if finding.offer and offers:
            yield f"  do: {finding.offer}: key a in `wizard troubleshoot` without --once"
    if not diagnosis.findings:
        yield "Nothing wrong was found."
    reasons = Counter(one.reason for one in diagnosis.not_checked)
    for reason, count in reasons.items():
        yield f"{style.sign('skipped')} {count} rules could not be asked: {reason}"
