"""What is known of each answer: problems of its own, and what the cluster said about it."""

import re
from collections.abc import Iterable

from screens.models.desk import Desk
from screens.models.plain_words import in_words
from screens.signs import OF_CHECK, State
from wizard.answers.form import Question
from wizard.answers.paths import Path, overlap, parse_path
from wizard.answers.problems import Problem
from wizard.checks.base import Result
from wizard.checks.suite import CHECKS
from wizard.errors import WizardError

Told = tuple[State, str]


def _order(told: tuple[Result, Path]) -> tuple[int, int]:
    """First what is mostly about the answer, then the order in which people read checks."""
    check, place = told[0].check, told[1]
    near = [index for index, read in enumerate(check.reads) if overlap(parse_path(read), place)]
    return min(near, default=len(check.reads)), _RANKS[check.id]


_RANKS = {check.id: rank for rank, check in enumerate(CHECKS)}
"""The order in which people read what checks say."""


class RowStates:
    """Puts problems and results of checks beside the questions that they are about."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.strict = False
        """Whether problems are shown also where the person was not yet."""
        self._results: dict[str, tuple[Result, Path]] = {}
        self._asking: set[Path] = set()
        self._error: WizardError | None = None

    def asking(self, places: Iterable[Path]) -> None:
        """Questions about these answers are on their way; what was known of them is stale."""
        self._asking, self._error = set(places), None
        self._results = {
            id_: told for id_, told in self._results.items() if told[1] not in self._asking
        }

    def took(self, result: Result, place: Path) -> None:
        """A check has its outcome, which belongs beside the answer at `place`."""
        self._results[result.check.id] = result, place

    def unreachable(self, error: WizardError) -> None:
        """The cluster cannot be asked at all; said beside the context that names it."""
        self._error = error

    def answered(self) -> None:
        """All questions that were on their way are answered, or were given up."""
        self._asking = set()

    def of(self, question: Question, left: bool) -> list[Told]:
        """The lines for a question; problems only where the person was, or all of them."""
        own = [problem for problem in self._desk.problems if self.is_about(problem, question)]
        missing = [problem for problem in own if self._desk.missing(problem)]
        if missing and not self.strict:
            return [("not yet", "needed")]
        if own and (left or self.strict or self._desk.value(question.path) is not None):
            return [self._told_of(problem, question) for problem in own]
        told = self._lines(question)
        if self._error and question.path == ("target", "context"):
            told.append(("wrong", f"{self._error.what}. {self._error.fix}"))
        if any(path == question.path for path in self._asking):
            told.append(("asking", "asking the cluster"))
        return told

    def _told_of(self, problem: Problem, question: Question) -> Told:
        """A problem in the words of the form: kinds by their labels, not as files have them."""
        if question.control != "kind":
            return told_of(problem)
        if self._desk.missing(problem) and self._desk.value(question.path) is None:
            return "wrong", "needed: choose one of these"
        state, text = told_of(problem)
        labels = {str(option.value): option.label for option in question.options}
        kinds = "|".join(map(re.escape, labels))
        text = re.sub(rf"(?<![\w-])({kinds})(?![\w-])", lambda one: labels[one[0]], text)
        return state, text

    def is_about(self, problem: Problem, question: Question) -> bool:
        """Whether a problem is told beside a question."""
        path = parse_path(problem.path) if problem.path else ()
        if question.control == "kind":
            return path in {question.path, (*question.path, "kind")}
        if question.control == "section":
            return path == question.path
        return path[: len(question.path)] == question.path

    @property
    def failing(self) -> list[Path]:
        """The answers that a check fails about."""
        return [place for result, place in self._results.values() if result.outcome.state == "fail"]

    def _lines(self, question: Question) -> list[Told]:
        """What checks said about an answer: all that is to look at, and one good fact."""
        outcomes = [
            result.outcome
            for result, place in sorted(self._results.values(), key=_order)
            if place == question.path and result.outcome.state != "skipped"
        ]
        good = [outcome for outcome in outcomes if outcome.state == "ok"]
        bad = [outcome for outcome in outcomes if outcome.state != "ok"]
        told = [(OF_CHECK[one.state], in_words(_sentences(one.fact, one.fix))) for one in bad]
        if good and not bad:
            told = [("ok", good[0].fact)]
        return told


def _sentences(fact: str, fix: str) -> str:
    """What was seen and what to do, one sentence after the other."""
    if not fix:
        return fact
    return f"{fact.removesuffix('.')}. {fix[0].upper()}{fix[1:]}"


def told_of(problem: Problem) -> Told:
    """A problem as it stands beside its answer."""
    fix = f" {problem.fix[0].upper()}{problem.fix[1:]}" if problem.fix else ""
    state: State = "wrong" if problem.severity == "error" else "look"
    return state, in_words(f"{problem.message}.{fix}" if fix else problem.message)
