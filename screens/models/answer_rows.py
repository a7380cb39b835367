"""All answers as rows of Review: what was given, what counts without it, what is wrong with it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from screens.models.desk import Desk
from screens.models.plain_words import in_words
from screens.models.rows import Line, Row
from screens.models.shown import source_words
from screens.pages import all_pages
from screens.pages.page import Page
from screens.signs import OF_CHECK, State, sign
from wizard.answers.form import Question, flow
from wizard.answers.outline import Shape
from wizard.answers.paths import Path, format_path, overlap, parse_path, printable
from wizard.answers.problems import Problem
from wizard.checks.base import Check, Result

_LABEL = 24
_LONGEST = 400
STYLES: Mapping[State, str] = {
    "ok": "$text-success",
    "look": "$text-warning",
    "wrong": "$text-error",
    "unknown": "$text-muted",
}

_WHERE = ("target", "network")
"""Sections that most checks read, if only to ask the right cluster."""

Redact = Callable[[str], str]


def answer_rows(desk: Desk, results: Sequence[Result], redact: Redact) -> list[Row]:
    """The rows by page; the key of each is the path of its answer."""
    rows: list[Row] = []
    placed: set[Problem] = set()
    grave = [one for one in results if one.outcome.state in {"warn", "fail"}]
    places = [(answer_of(one.check, desk), one) for one in grave]
    for page in all_pages():
        rows += _page_rows(page, desk, places, redact, placed)
    rest = [problem for problem in desk.problems if problem not in placed]
    if rest:
        rows = [_heading("The file as a whole"), *(_orphan(one, redact) for one in rest), *rows]
    return rows


def problem_rows(desk: Desk, redact: Redact) -> list[Row]:
    """Only what is wrong, by page; the key of each row is the path of its answer."""
    shown = [row for row in answer_rows(desk, (), redact) if not row.key or len(row.lines) > 1]
    return [
        row
        for row, after in zip(shown, [*shown[1:], None], strict=True)
        if row.key or (after is not None and after.key)
    ]


def _page_rows(
    page: Page,
    desk: Desk,
    places: Sequence[tuple[Path | None, Result]],
    redact: Redact,
    placed: set[Problem],
) -> Iterator[Row]:
    paths = [parse_path(path) for path in page.paths]
    asked = desk.questions(paths)
    wrong = [one for path in paths for one in desk.problems_at(path)]
    placed.update(wrong)
    yield _heading(page.title)
    for question in asked:
        own = [one for one in wrong if _nearest(one, asked) is question]
        told = [one for place, one in places if place == question.path]
        if own or told or _worth_a_row(desk, question):
            yield Row(
                format_path(question.path),
                (
                    _answer_line(desk, question, redact),
                    *_told_lines(own, told, redact),
                ),
            )
    yield from (_orphan(one, redact) for one in wrong if _nearest(one, asked) is None)


def answer_of(check: Check, desk: Desk) -> Path | None:
    """The answer that a check is mostly about: the first it reads that says more than where."""
    reads = [parse_path(read) for read in check.reads]
    telling = [read for read in reads if read[0] not in _WHERE] or reads
    pages = [parse_path(path) for page in all_pages() for path in page.paths]
    asked = [one.path for one in desk.questions(pages) if one.front]
    for read in telling[:1]:
        near = [path for path in asked if overlap(path, read)]
        return next((path for path in near if path == read), near[0] if near else read)
    return None


def _heading(text: str) -> Row:
    return Row("", (Line(text, style="bold $text-accent"),))


def _orphan(problem: Problem, redact: Redact) -> Row:
    """What is wrong where no question is asked."""
    head = Line(problem.path or "the file", lead="  ")
    return Row(problem.path, (head, *_told_lines([problem], (), redact)))


def _worth_a_row(desk: Desk, question: Question) -> bool:
    if desk.value(question.path) is not None or _typed(desk, question):
        return True
    return question.front and question.default not in (None, "", [], {}, False)


def _nearest(problem: Problem, asked: Sequence[Question]) -> Question | None:
    """The question that a problem stands beside: the one whose path leads furthest to it."""
    path = parse_path(problem.path) if problem.path else ()
    around = [one for one in asked if path[: len(one.path)] == one.path and _answers(one, path)]
    return max(around, key=lambda one: len(one.path), default=None)


def _answers(question: Question, path: Path) -> bool:
    if question.control == "kind":
        return path in {question.path, (*question.path, "kind")}
    return question.control != "section" or path == question.path


def _answer_line(desk: Desk, question: Question, redact: Redact) -> Line:
    around = question.around[-1] if len(question.around) > 1 else ""
    label = f"{around}: {question.label}" if around else question.label
    raw = desk.value(question.path)
    if raw is None and _typed(desk, question) and question.default is None:
        words = "typed for this session"
    elif raw is None and question.default is None:
        words = "not given"
    else:
        words = answer_words(question, raw if raw is not None else question.default)
        words += " (default)" if raw is None else ""
        words += ", typed for this session" if _typed(desk, question) else ""
    style = "" if raw is not None else "$text-muted"
    lead = f"  {label.ljust(_LABEL)} "
    return Line(redact(printable(words, _LONGEST)), lead=lead, style=style)


def _typed(desk: Desk, question: Question) -> bool:
    return question.control == "secret" and format_path(question.path) in desk.typed


def answer_words(question: Question, raw: Any) -> str:
    """An answer in the words of its form; secrets only as where they come from."""
    if question.control == "kind" and isinstance(raw, Mapping):
        raw = raw.get("kind", question.default)
    if question.control in {"kind", "choice"}:
        return next((one.label for one in question.options if one.value == raw), flow(raw))
    if question.control == "section":
        return "yes"
    if question.control == "flag" and isinstance(raw, bool):
        return "yes" if raw else "no"
    if raw in ([], {}):
        return "none"
    shown = _without_secrets(raw, question.shape)
    return shown if isinstance(shown, str) else flow(shown)


def _without_secrets(raw: Any, shape: Shape | None) -> Any:
    """A raw answer with words in place of whatever stands where a secret belongs."""
    if shape is not None and shape.form == "secret":
        return source_words(raw)
    if isinstance(raw, Mapping):
        inner = {key: shape.child(key, raw) if shape else None for key in raw}
        return {key: _without_secrets(value, inner[key]) for key, value in raw.items()}
    if isinstance(raw, list):
        child = shape.child(0, raw) if shape else None
        return [_without_secrets(item, child) for item in raw]
    return raw


def _told_lines(
    problems: Iterable[Problem], results: Iterable[Result], redact: Redact
) -> Iterator[Line]:
    """What is wrong with an answer, then what the cluster has against it."""
    for problem in problems:
        state: State = "wrong" if problem.severity == "error" else "look"
        fix = f". {problem.fix}" if problem.fix else ""
        yield told_line(state, in_words(redact(f"{problem.message}{fix}")))
    for result in results:
        yield told_line(OF_CHECK[result.outcome.state], in_words(redact(result.outcome.fact)))


def told_line(state: State, text: str) -> Line:
    """A line with the sign and the colour of a state."""
    style = STYLES[state]
    return Line(text, lead=f"{sign(state)} ", style=style, lead_style=style, indent=4)
