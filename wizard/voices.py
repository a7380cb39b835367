"""Where a command speaks."""

from dataclasses import dataclass
from typing import Protocol

from wizard.errors import WizardError
from wizard.report import Report
from wizard.run.redaction import Redactor


class Notes(Protocol):
    """What people are told besides data: on stderr, or on a screen."""

    def error(self, error: WizardError) -> None:
        """What ended the work."""

    def warning(self, error: WizardError) -> None:
        """What is wrong, but does not end it."""

    def note(self, text: str) -> None:
        """A line that is good to know."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Data to the report, notes to people, secrets hidden in both."""

    report: Report
    console: Notes
    redactor: Redactor
