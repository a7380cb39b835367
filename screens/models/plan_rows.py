"""A plan as rows of Review: steps, the objects in them, the fields of each object."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from screens.models.rows import Line, Row
from wizard.plan.plan import Plan, PlannedStep
from wizard.steps.base import FieldChange, ObjectChange

_SIGNS: Mapping[str, tuple[str, str]] = {
    "create": ("+", "$text-success"),
    "update": ("~", "$text-warning"),
    "replace": ("-/+", "$text-error"),
    "delete": ("-", "$text-error"),
}

Redact = Callable[[str], str]


def plan_rows(plan: Plan, opened: Collection[str], redact: Redact) -> list[Row]:
    """The rows; those whose keys are among `opened` show what is in them."""
    return [row for step in plan.steps for row in _step_rows(step, opened, redact)]


def first_opened(plan: Plan) -> set[str]:
    """What is shown open at first: every step that touches what is already there."""
    return {
        _step_key(step)
        for step in plan.steps
        if any(change.action != "create" for change in step.changes)
    }


def counts(summary: Mapping[str, int]) -> str:
    """How much a plan does: `41 to create, 0 to change, 0 to delete`."""
    replaced = f"{summary['replace']} to replace, " if summary["replace"] else ""
    return (
        f"{summary['create']} to create, {summary['update']} to change, {replaced}"
        f"{summary['delete']} to delete"
    )


def _step_key(step: PlannedStep) -> str:
    return f"step {step.id}"


def _object_key(step: PlannedStep, change: ObjectChange) -> str:
    return f"object {step.id} {change.ref}"


def _step_rows(step: PlannedStep, opened: Collection[str], redact: Redact) -> Iterator[Row]:
    key = _step_key(step)
    if not step.changes:
        told = f"{step.title}: nothing to change"
        yield Row(key, (Line(told, lead="  ", style="$text-muted"),))
        return
    number = Counter[str](change.action for change in step.changes)
    told = ", ".join(f"{action} {count}" for action, count in number.items())
    yield Row(key, (Line(f"{step.title}: {told}", lead=fold(key in opened), style="bold"),))
    if key not in opened:
        return
    for change in step.changes:
        yield from _object_rows(_object_key(step, change), change, opened, redact)
    untried = Counter(change.reason for change in step.changes if not change.validated)
    for reason, count in untried.items():
        text = f"{count} not tried by the API server: {redact(reason) or 'unknown reason'}"
        yield Row(f"untried {step.id} {reason}", (Line(text, style="$text-muted", indent=4),))


def _object_rows(
    key: str, change: ObjectChange, opened: Collection[str], redact: Redact
) -> Iterator[Row]:
    mark, colour = _SIGNS[change.action]
    doubt = "" if change.validated else "  (not tried)"
    lead = f"{fold(key in opened) if change.fields else '  '}{mark.ljust(3)} {change.action} "
    yield Row(key, (Line(f"{change.ref}{doubt}", lead=lead, lead_style=colour, indent=2),))
    if key in opened:
        for field in change.fields:
            yield Row(f"{key} {field.path}", tuple(_field_lines(field, redact)))


def _field_lines(field: FieldChange, redact: Redact) -> Iterator[Line]:
    taken = f"  (taken from {field.owner})" if field.owner else ""
    yield Line(f"{field.path}{taken}", style="$text-warning" if taken else "", indent=10)
    yield Line(redact(field.before), lead="  ", style="$text-muted", indent=12)
    yield Line(redact(field.after), lead="→ ", indent=12)


def fold(is_open: bool) -> str:
    """The sign before what opens and closes."""
    return "▾ " if is_open else "▸ "
