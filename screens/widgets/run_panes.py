"""A run in four panes: steps, logs, events and problems."""

from datetime import UTC, datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from screens.models.run import Run
from screens.models.run_rows import Row, headline, rows, waits
from screens.models.troubles import troubles
from screens.signs import State, sign
from screens.widgets.event_log import EventLog
from screens.widgets.logs_pane import LogsPane
from screens.widgets.pane_tabs import PaneTabs
from screens.widgets.problem_list import ProblemList
from screens.widgets.step_list import StepList
from wizard.commands import JOURNAL_NOTE
from wizard.run.events import Event, Log
from wizard.run.records import LOG_FILE

PANES = {"steps": "Steps", "logs": "Logs", "events": "Events", "problems": "Problems"}

NOTHING = Row(
    "",
    "not yet",
    "Nothing is being installed yet",
    "",
    hint="Enter goes to Review: it begins there",
)


class RunPanes(Vertical):
    """One pane is in front; where there is room, all are in sight."""

    def __init__(self) -> None:
        super().__init__()
        self._step = ""
        """The step whose logs are shown."""
        self._lines: list[Log] = []
        self._told = (0, 0)
        """How many events and notes are shown."""

    def compose(self) -> ComposeResult:
        """The head, the names of the panes, and the panes."""
        yield Static("", id="head", markup=False)
        yield PaneTabs(PANES)
        with Container(id="panes"):
            with Vertical(id="steps"):
                yield Static("", id="run-waits", markup=False)
                yield StepList(id="step-list")
            yield LogsPane(id="logs")
            yield EventLog(id="events")
            yield ProblemList(id="problems")

    def on_mount(self) -> None:
        """Name the panes, and begin in the steps."""
        for key, (pane, title) in enumerate(PANES.items(), start=1):
            self.query_one(f"#{pane}").border_title = f"{key} {title}"
        self.bring("steps")

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

    def bring(self, pane: str) -> None:
        """Bring a pane to the front, and the keyboard to it."""
        self.query_one(PaneTabs).front(pane)
        for one in PANES:
            self.query_one(f"#{one}").set_class(one == pane, "-front")
        inner = {"steps": "#step-list", "logs": "#log"}
        self.query_one(inner.get(pane, f"#{pane}")).focus()

    def copied(self) -> str | None:
        """The text of the pane that has the keyboard; None: the logs', or none has it."""
        events, problems = self.query_one(EventLog), self.query_one(ProblemList)
        if events.has_focus:
            return "\n".join(events.told)
        return problems.text if problems.has_focus else None

    def show_logs_of(self, run: Run | None, step: str) -> None:
        """Show the logs of a step; all where it is none."""
        self._step = step
        if run is not None and step in run.steps:
            self._show_logs(run)
        else:
            self.query_one(LogsPane).show(None)

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.bring(event.pane)

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
