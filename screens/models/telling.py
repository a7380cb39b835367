"""What a run tells, taken in by the application instead of being written to a stream."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wizard.checks.base import Result
from wizard.errors import WizardError
from wizard.plan.plan import Plan, Target
from wizard.report import Text
from wizard.run.events import Event
from wizard.run.redaction import Redactor
from wizard.run.rendering import Style
from wizard.voices import Voices


class Told:
    """The report and the notes of one look or run, kept; `on_event` hears of each event."""

    def __init__(self, on_event: Callable[[Event], None] = lambda _: None) -> None:
        self._on_event = on_event
        self.results: Sequence[Result] = ()
        self.target: Target | None = None
        self.planned: Plan | None = None
        self.warnings: list[WizardError] = []
        self.notes: list[str] = []
        self.ended_by: WizardError | None = None
        self.lines: Sequence[str] = ()
        """What a look found, in lines for people."""

    def voices(self, redactor: Redactor) -> Voices:
        """The voices of a command that speaks to here."""
        return Voices(self, self, redactor)

    def event(self, event: Event) -> None:
        """Something happened."""
        self._on_event(event)

    def checks(self, preset: str, target: Target | None, results: Sequence[Result]) -> None:
        """All checks have been asked."""
        self.target, self.results = target, results

    def plan(self, plan: Plan) -> None:
        """What would be done now."""
        self.planned = plan

    def data(self, document: Mapping[str, Any], text: Text) -> None:
        """What a look was asked for."""
        self.lines = list(text(Style(unicode=True)))

    def error(self, error: WizardError) -> None:
        """What ended the work."""
        self.ended_by = error

    def warning(self, error: WizardError) -> None:
        """What is wrong, but does not end it."""
        self.warnings.append(error)

    def note(self, text: str) -> None:
        """A line that is good to know."""
        self.notes.append(text)

    def close(self) -> None:
        """Nothing is left to do."""
