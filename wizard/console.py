"""The one place that writes stderr: errors, warnings and notes for people."""

from typing import TextIO

from wizard.errors import WizardError
from wizard.output import Output
from wizard.run.redaction import Redactor
from wizard.run.rendering import labelled


class Console:
    """Speaks to the person at the terminal, or to who reads the log of an unattended run."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._output = Output(stream, redactor)

    def error(self, error: WizardError) -> None:
        """What happened, where, why, and what to do."""
        self._say("fail", "error: ", error)

    def warning(self, error: WizardError) -> None:
        """The same for what does not end the command."""
        self._say("warn", "warning: ", error)

    def note(self, text: str) -> None:
        """A line that is good to know."""
        self._output.line(text)

    def _say(self, sign: str, word: str, error: WizardError) -> None:
        first, *rest = error.what.split("\n")
        self._output.line(f"{self._output.style.sign(sign)} {word}{first}")
        known = (("where", error.where), ("why", error.why), ("fix", error.fix))
        for line in [*rest, *labelled(*known)]:
            self._output.line(f"  {line}")
