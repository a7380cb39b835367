"""What went wrong in a run, gathered for people: what, why, what was seen, what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screens.signs import OF_CHECK, State
from wizard.answers.paths import Path, parse_path
from wizard.answers.problems import PresetInvalid
from wizard.diagnose.finding import Finding
from wizard.diagnose.offer import Offer
from wizard.errors import CheckFailed, WizardError

if TYPE_CHECKING:
    from screens.models.run import Run, StepView
    from wizard.run.events import CheckFinished

CHECKS = "checks"
"""Stands for all checks where a step's id is expected."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, or to look at; `details` are pairs of a label and a text.

    `step` is the id of the step that it belongs to, CHECKS, or empty for the run as a whole.
    """

    state: State
    title: str
    details: tuple[tuple[str, str], ...] = ()
    step: str = ""
    id: str = ""
    """The id of the finding, if it is one."""
    object: str = ""
    """The object that it is about, as people write it."""
    offer: Offer | None = None
    """What may be done about it here."""

    def lines(self, *, briefly: bool = False) -> Iterator[str]:
        """The details as text; briefly, with only the last of what was seen."""
        for at, (label, text) in enumerate(self.details):
            if briefly and label == "Seen" and "Seen" in dict(self.details[at + 1 :]):
                continue
            first, *rest = text.split("\n")
            yield f"{label.ljust(5)} {first}"
            yield from (f"      {line}" for line in rest)


def troubles(run: "Run") -> Sequence[Trouble]:
    """All that is wrong in a run, what ended it first; then what is only to be looked at."""
    found = [
        *_of_error(run),
        *(one for step in run.steps.values() for one in of_step(step)),
        *(_of_check(check) for check in run.checks if check.state in {"fail", "warn"}),
        *(_of(warning, "look") for warning in run.told.warnings),
    ]
    return sorted(found, key=lambda one: one.state != "wrong")


def of_step(step: "StepView") -> Sequence[Trouble]:
    """What is wrong with a step: its failure, and what was diagnosed meanwhile."""
    ended_by = next((one for one in step.findings if step.what.startswith(_head(one))), None)
    found = [_of_finding(one, step) for one in step.findings if one is not ended_by]
    if step.state not in ("failed", "waiting"):
        return found
    if ended_by:
        return [_of_finding(ended_by, step, decisive=True), *found]
    details = _details(("Why", step.why), ("Fix", step.fix))
    state: State = "look" if step.state == "waiting" else "wrong"
    return [Trouble(state, step.what, details, step.id), *found]


def of_checks(run: "Run") -> Sequence[Trouble]:
    """The checks that fail."""
    return [_of_check(check) for check in run.checks if check.state == "fail"]


def _of_error(run: "Run") -> Iterator[Trouble]:
    """What ended the run, where no step and no check tells it."""
    error = run.error
    if error is None or (isinstance(error, CheckFailed) and of_checks(run)):
        return
    if all(step.what != error.what for step in run.steps.values()):
        yield _of(error, "wrong")


def _of(error: WizardError, state: State) -> Trouble:
    first, *rest = error.what.split("\n")
    told = ("What", "\n".join(line.strip() for line in rest))
    return Trouble(
        state,
        first,
        _details(told, ("Where", error.where), ("Why", error.why), ("Fix", error.fix)),
    )


def _of_check(check: "CheckFinished") -> Trouble:
    details = _details(("Why", check.why), ("Fix", check.fix))
    return Trouble(OF_CHECK[check.state], f"{check.title}: {check.fact}", details, CHECKS)


def _of_finding(finding: Finding, step: "StepView", *, decisive: bool = False) -> Trouble:
    """A finding; one that did not end the run may have been mended since."""
    because = f"{finding.suppressed_by} explains it" if finding.suppressed_by else ""
    seen = [("Seen", line) for line in dict.fromkeys(finding.evidence)]
    details = _details(("Why", because), ("Why", finding.cause), *seen, ("Fix", finding.fix))
    state: State = "wrong" if decisive else "look"
    return Trouble(state, f"{finding.object}: {finding.title}", details, step.id, finding.id)


def _head(finding: Finding) -> str:
    """How the error begins that a finding ends a step with."""
    return f"{finding.id} {finding.object}: "


def _details(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, text) for label, text in pairs if text)


def answer_behind(run: "Run", topics: Sequence[str]) -> Path:
    """The answer that what ended a run is about; empty where it is about none.

    `topics` are the first words of the paths of answers that can be asked for.
    """
    for text in _named(run):
        try:
            path = parse_path(text)
        except ValueError:
            continue
        if str(path[0]) in topics:
            return path
    return ()


def _named(run: "Run") -> Iterator[str]:
    if isinstance(run.error, PresetInvalid):
        yield from (problem.path for problem in run.error.problems if problem.path)
    if run.error and "/" not in run.error.where and " " not in run.error.where:
        yield run.error.where
    if isinstance(run.error, CheckFailed):
        for result in run.told.results:
            if result.outcome.state == "fail":  # nearly all read the context: the last to blame
                yield from sorted(result.check.reads, key=lambda read: read.startswith("target"))
