"""A run in four panes: steps, logs, events and problems."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from screens.models.run import Run
from screens.models.run_rows import Row, headline, rows, waits
from screens.models.troubles import troubles
from screens.signs import State, sign
from screens.widgets.event_log import EventLog
from screens.widgets.live_panes import LivePanes
from screens.widgets.logs_pane import LogsPane
from screens.widgets.pane_tabs import PaneTabs
from screens.widgets.problem_list import ProblemList
from screens.widgets.step_list import StepList
from wizard.commands import JOURNAL_NOTE
from wizard.run.events import Event, Log
from wizard.run.records import LOG_FILE

NOTHING = Row(
    "",
    "not yet",
    "Nothing is being installed yet",
    "",
    hint="Enter goes to Review: it begins there",
)


class RunPanes(LivePanes):
    """Shows a run as it goes on."""

    TITLES: ClassVar[Mapping[str, str]] = {
        "steps": "Steps",
        "logs": "Logs",
        "events": "Events",
        "problems": "Problems",
    }

    def __init__(self) -> None:
        super().__init__()
        self._step = ""
        """The step whose logs are shown."""
        self._lines: list[Log] = []
        self._told = (0, 0)
        """How many events and notes are shown."""

    def panes(self) -> ComposeResult:
        """See LivePanes."""
        with Vertical(id="steps"):
            yield Static("", id="run-waits", markup=False)
            yield StepList(id="step-list")
        yield LogsPane(id="logs")
        yield EventLog(id="events")
        yield ProblemList(id="problems")

    def begin(self) -> None:
        """Forget the run that was shown."""
        self._step, self._lines, self._told = "", [], (0, 0)
        self.query_one(EventLog).start_anew()
        self.query_one(LogsPane).start_anew("")
        self.query_one(StepList).lead()

    def hear(self, event: Event) -> None:
        """Keep a line of a log until the next painting; the rest the run gathers itself."""
        if isinstance(event, Log):
            self._lines.append(event)

    def show_nothing(self) -> None:
        """There is no run."""
        self.query_one("#head", Static).update("")
        self.query_one(StepList).show([NOTHING])
        self.add_class("-no-problems")

    def show(self, run: Run, state: State) -> None:
        """Show a run as it stands."""
        self._show_logs(run)
        self._show_events(run)
        self.show_steps(run, state)

    def show_steps(self, run: Run, state: State) -> None:
        """Show how the steps stand now."""
        now, found = datetime.now(UTC), troubles(run)
        head, waiting = self.query_one("#head", Static), self.query_one("#run-waits", Static)
        head.update(f"{sign(state)} {headline(run, now)}")
        head.set_class(state == "wrong", "-wrong")
        waiting.update(waits(run))
        waiting.display = bool(waits(run))
        self.query_one(StepList).show(rows(run, now))
        self.query_one(ProblemList).show(found)
        self.set_class(not found, "-no-problems")
        self.query_one(PaneTabs).count({"problems": len(found)})

    @property
    def events_text(self) -> str:
        """See LivePanes."""
        return "\n".join(self.query_one(EventLog).told)

    def show_logs_of(self, run: Run | None, step: str) -> None:
        """Show the logs of a step; all where it is none."""
        self._step = step
        if run is not None and step in run.steps:
            self._show_logs(run)
        else:
            self.query_one(LogsPane).show(None)

    def _show_logs(self, run: Run) -> None:
        lines, self._lines = self._lines, []
        logs = self.query_one(LogsPane)
        if lines:
            logs.add(lines)
        if self._step in run.steps:
            step = run.steps[self._step]
            logs.show(step.sources, of=step.title)

    def _show_events(self, run: Run) -> None:
        events, notes = run.events[self._told[0] :], run.told.notes[self._told[1] :]
        self._told = len(run.events), len(run.told.notes)
        self.query_one(EventLog).add(events, notes)
        for note in notes:
            if note.startswith(JOURNAL_NOTE):
                folder = note.removeprefix(JOURNAL_NOTE)
                self.query_one(LogsPane).kept_at(f"every line: {folder}/{LOG_FILE}")
