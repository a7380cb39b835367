"""The one place that writes stdout: data only, as text, as one JSON document or as JSON lines.

An error that ends a command also stands on stdout where programs read it: as `error` in the
document (`json`), as a last line with the event "error" where no "run.finished" tells the exit
code (`jsonl`). People read errors on stderr (`wizard.console`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, Protocol, TextIO

from wizard.checks.base import Result
from wizard.errors import WizardError
from wizard.output import Output
from wizard.plan.plan import Plan, Target
from wizard.report_documents import (
    VERSION,
    ResultDocument,
    checks_document,
    error_document,
)
from wizard.report_text import checks_summary, plan_lines
from wizard.run.events import EVENTS_VERSION, Event, RunFinished, RunStarted, document, timestamp
from wizard.run.redaction import Redactor
from wizard.run.rendering import EventLines, Style

Format = Literal["text", "json", "jsonl"]

Text = Callable[[Style], Iterable[str]]
"""Makes lines for people, in the signs and colours that their terminal can show."""


def _now() -> datetime:
    return datetime.now(UTC)


class Report(Protocol):
    """What a command has to say, in one of the formats."""

    def event(self, event: Event) -> None:
        """Something happened, a check's outcome included."""

    def checks(self, preset: str, target: Target | None, results: Sequence[Result]) -> None:
        """All checks have been asked; each was told as an event before."""

    def plan(self, plan: Plan) -> None:
        """What would be done now, or is going to be done."""

    def data(self, document: Mapping[str, Any], text: Text) -> None:
        """What a command was asked for: as a document, and as lines for people."""

    def error(self, error: WizardError) -> None:
        """The command ends with this error."""

    def close(self) -> None:
        """Nothing more comes. Raises UsageError where the output could not be written."""


def open_report(output: Format, stream: TextIO, redactor: Redactor) -> Report:
    """The report of a command to a stream (stdout) in a format."""
    match output:
        case "text":
            return TextReport(stream, redactor)
        case "json":
            return JsonReport(stream, redactor)
        case "jsonl":
            return JsonLinesReport(stream, redactor)


class TextReport:
    """Lines for people, as things happen: no line is ever changed once it is written.

    Times are told in `zone`, by default that of this machine.
    """

    def __init__(self, stream: TextIO, redactor: Redactor, zone: tzinfo | None = None) -> None:
        self._output = Output(stream, redactor)
        self._zone = zone
        self._lines = EventLines(self._clock, self._output.style)

    def event(self, event: Event) -> None:
        """Write the event's lines."""
        for line in self._lines.of(event):
            self._output.line(line)

    def checks(self, preset: str, target: Target | None, results: Sequence[Result]) -> None:
        """Write how many checks ended how."""
        self._output.line(f"Checks: {checks_summary(results)}")

    def plan(self, plan: Plan) -> None:
        """Write every step with its changes."""
        for line in plan_lines(plan, self._output.style):
            self._output.line(line)

    def data(self, document: Mapping[str, Any], text: Text) -> None:
        """Write the lines."""
        for line in text(self._output.style):
            self._output.line(line)

    def error(self, error: WizardError) -> None:
        """Nothing: people read errors on stderr."""

    def close(self) -> None:
        """Raises UsageError where the output could not be written."""
        self._output.close()

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%H:%M:%S}"


class JsonReport:
    """One document at the end: of the run if one began, else of the plan, else of the checks."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._output = Output(stream, redactor)
        self._document: dict[str, Any] = {"version": VERSION}
        self._result = ResultDocument()
        self._error: dict[str, Any] = {}

    def event(self, event: Event) -> None:
        """Keep what belongs to the result."""
        self._result.add(event)

    def checks(self, preset: str, target: Target | None, results: Sequence[Result]) -> None:
        """Keep the checks as the document so far."""
        self._document = checks_document(preset, target, results)

    def plan(self, plan: Plan) -> None:
        """Keep the plan as the document so far."""
        self._document = plan.document()

    def data(self, document: Mapping[str, Any], text: Text) -> None:
        """Keep the document."""
        self._document = dict(document)

    def error(self, error: WizardError) -> None:
        """Keep the error, which then stands in the document."""
        self._error = {"error": error_document(error)}

    def close(self) -> None:
        """Write the document."""
        self._output.document((self._result.document() or self._document) | self._error, indent=2)
        self._output.close()


class JsonLinesReport:
    """The event stream, one event a line as it happens.

    A plan that no run follows is told at the end as an event "plan", an error that no
    "run.finished" tells as an event "error".
    """

    def __init__(
        self, stream: TextIO, redactor: Redactor, now: Callable[[], datetime] = _now
    ) -> None:
        self._output = Output(stream, redactor)
        self._now = now
        self._untold: dict[str, dict[str, Any]] = {}
        self._finished = False

    def event(self, event: Event) -> None:
        """Write the event."""
        self._output.document(document(event))
        if isinstance(event, RunStarted):
            self._untold.pop("plan", None)
        self._finished = isinstance(event, RunFinished)

    def checks(self, preset: str, target: Target | None, results: Sequence[Result]) -> None:
        """Nothing: each check was an event."""

    def plan(self, plan: Plan) -> None:
        """Keep the plan in case that no run follows."""
        self._untold["plan"] = plan.document()

    def data(self, document: Mapping[str, Any], text: Text) -> None:
        """Write the document in one line."""
        self._output.document(dict(document))

    def error(self, error: WizardError) -> None:
        """Keep the error for the end."""
        if not self._finished:
            self._untold["error"] = error_document(error)

    def close(self) -> None:
        """Write what no event told."""
        for name, told in self._untold.items():
            head = {"v": EVENTS_VERSION, "time": timestamp(self._now()), "run": None}
            self._output.document(head | {"event": name, "step": None} | told)
        self._output.close()
