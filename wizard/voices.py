"""Where a command speaks."""

from dataclasses import dataclass

from wizard.console import Console
from wizard.report import Report
from wizard.run.redaction import Redactor


@dataclass(frozen=True, slots=True)
class Voices:
    """Data to stdout, notes to stderr, secrets hidden in both."""

    report: Report
    console: Console
    redactor: Redactor
