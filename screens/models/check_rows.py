"""What Review has to say about a look: losses, checks that fail, warn or were not had."""

from collections.abc import Callable, Iterator, Sequence

from screens.models.agreement import Agreement, warnings_of
from screens.models.answer_rows import STYLES, told_line
from screens.models.plain_words import in_words
from screens.models.rows import Line, Row
from screens.models.telling import Told
from screens.signs import OF_CHECK, sign
from wizard.checks.base import Result
from wizard.errors import WizardError
from wizard.plan.plan import Plan
from wizard.run.consent import PERMISSIONS, Loss, losses

Redact = Callable[[str], str]


def check_rows(told: Told, agreement: Agreement, redact: Redact) -> list[Row]:
    """The rows, the gravest first. Keys: `loss N`, `check ID`, `note N`."""
    failed = [one for one in told.results if one.outcome.state == "fail"]
    skipped = [one for one in told.results if one.outcome.state == "skipped"]
    good = [one for one in told.results if one.outcome.state == "ok"]
    rows = [_failed_row(one, redact) for one in failed]
    if told.ended_by and not failed:
        rows.append(_error_row("note end", told.ended_by, redact))
    if told.planned:
        rows += _loss_rows(told.planned, agreement, redact)
    rows += [_warning_row(one, agreement, redact) for one in warnings_of(told)]
    rows += _notes(told.warnings, redact)
    rows += [_skipped_row(one, redact) for one in skipped]
    if told.results:
        text = f"{len(good)} of {len(told.results)} checks are fine"
        rows.append(Row("note fine", (Line(text, lead=f"{sign('ok')} ", style=STYLES["ok"]),)))
    rows += [_good_row(one, redact) for one in good]
    return rows


def loss_of(key: str, plan: Plan) -> Loss | None:
    """The loss that a row stands for."""
    kind, _, number = key.partition(" ")
    return losses(plan)[int(number)] if kind == "loss" else None


def result_of(key: str, results: Sequence[Result]) -> Result | None:
    """The check that a row stands for."""
    kind, _, id_ = key.partition(" ")
    return next((one for one in results if kind == "check" and one.check.id == id_), None)


def _box(ticked: bool) -> str:
    return "[x] " if ticked else "[ ] "


def _outcome_lines(result: Result, redact: Redact) -> Iterator[Line]:
    outcome = result.outcome
    for word, text in (("", outcome.fact), ("Why: ", outcome.why), ("Fix: ", outcome.fix)):
        if text:
            yield Line(in_words(redact(text)), lead=word, lead_style="$text-muted", indent=6)


def _failed_row(result: Result, redact: Redact) -> Row:
    style = STYLES["wrong"]
    head = Line(
        f"{result.check.title}: fails, and cannot be accepted",
        lead=f"{sign('wrong')} ",
        style=style,
        lead_style=style,
    )
    return Row(f"check {result.check.id}", (head, *_outcome_lines(result, redact)))


def _warning_row(result: Result, agreement: Agreement, redact: Redact) -> Row:
    accepted = agreement.accepted(result)
    style = STYLES["look"]
    head = Line(
        f"{result.check.title}: {'accepted' if accepted else 'a warning to accept or to mend'}",
        lead=f"{sign('look')} {_box(accepted)}",
        style=style,
        lead_style=style,
    )
    return Row(f"check {result.check.id}", (head, *_outcome_lines(result, redact)))


def _loss_rows(plan: Plan, agreement: Agreement, redact: Redact) -> Iterator[Row]:
    for number, loss in enumerate(losses(plan)):
        allowed = agreement.allowed(loss, plan.hash)
        style = STYLES["wrong"]
        state = "allowed" if allowed else "Enter, then type its name to allow it"
        head = Line(
            f"{loss.permission} {loss.change.ref}: {state}",
            lead=f"{sign('look')} {_box(allowed)}",
            style=style,
            lead_style=style,
        )
        what = Line(f"{PERMISSIONS[loss.permission]}: {redact(loss.told)}", indent=6)
        yield Row(f"loss {number}", (head, what))


def _skipped_row(result: Result, redact: Redact) -> Row:
    state = OF_CHECK["skipped"]
    text = f"{result.check.title}: not known. {redact(result.outcome.fact)}"
    line = Line(text, lead=f"{sign(state)} ", style=STYLES[state], lead_style=STYLES[state])
    return Row(f"check {result.check.id}", (line, *_fixes(redact(result.outcome.fix))))


def _good_row(result: Result, redact: Redact) -> Row:
    text = f"{result.check.title}: {redact(result.outcome.fact)}"
    line = Line(text, lead=f"{sign('ok')} ", style="$text-muted", lead_style=STYLES["ok"])
    return Row(f"check {result.check.id}", (line,))


def _fixes(fix: str) -> Iterator[Line]:
    if fix:
        yield Line(fix, lead="Fix: ", lead_style="$text-muted", indent=6)


def _notes(warnings: Sequence[WizardError], redact: Redact) -> Iterator[Row]:
    """What is wrong with the answers or this machine without keeping anything from going on."""
    for number, warning in enumerate(warnings):
        yield Row(f"note {number}", (told_line("look", redact(warning.what)),))


def _error_row(key: str, error: WizardError, redact: Redact) -> Row:
    style = STYLES["wrong"]
    head = Line(redact(error.what), lead=f"{sign('wrong')} ", style=style, lead_style=style)
    rest = (("Where: ", error.where), ("Why: ", error.why), ("Fix: ", error.fix))
    lines = [
        Line(redact(text), lead=word, lead_style="$text-muted", indent=2)
        for word, text in rest
        if text
    ]
    return Row(key, (head, *lines))
