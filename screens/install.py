"""The screen of a run: its steps, logs, events and problems; on failure, how to go on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import OptionList, Static

from screens import going_on
from screens.actions import Actions
from screens.log_screen import LogScreen
from screens.run import Run
from screens.run_rows import headline, rows, waits
from screens.signs import sign
from screens.troubles import troubles
from screens.widgets.event_log import EventLog
from screens.widgets.log_view import LogView
from screens.widgets.logs_pane import LogsPane
from screens.widgets.pane_tabs import PaneTabs
from screens.widgets.problem_list import ProblemList
from screens.widgets.prompt import Prompt
from screens.widgets.step_list import StepList
from wizard.commands import JOURNAL_NOTE
from wizard.errors import ExitCode, NotAccepted
from wizard.run.events import Event, Log
from wizard.run.records import LOG_FILE

PANES = {"steps": "Steps", "logs": "Logs", "events": "Events", "problems": "Problems"}
REPAINT_SECONDS = 0.1
"""So much may change at once that not each change is drawn."""


class InstallScreen(LogScreen):
    """Shows the newest run of the session, as long as the session lasts."""

    CSS_PATH = "install.tcss"
    COMMANDS = {Actions}  # noqa: RUF012 - so in Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(key), f"pane('{pane}')", title, show=False, tooltip=f"Go to {title}")
            for key, (pane, title) in enumerate(PANES.items(), start=1)
        ),
        Binding("r", "retry", "Retry", tooltip="Go on from what is there, with the same answers"),
        Binding("e", "edit", "Edit, retry", tooltip="Change the answer behind it, then go on"),
        Binding("k", "keep", "Keep, stop", tooltip="Leave all as it is; go on another time"),
        Binding("ctrl+n", "next", "Next", id="next", tooltip="On to what comes now"),
    ]
    stop = "install"
    HELP_TEXT = (
        "## Install\n\nThe steps with their states and times, and what each waits for. A step "
        "that you go to with the arrows shows its own logs; `l` chooses pods and containers.\n\n"
        "Escape goes back to the answers, and the installation goes on. Ctrl+C stops it after "
        "one question: what was done stays done, and it can go on from there.\n\n"
        "`/` searches the logs, `n` and `N` go to the next match and the one before, `f` follows "
        "the end, `v` shows only graver lines, `t` only lines with a text, `c` copies, `x` writes "
        "a file. `1` to `4` bring steps, logs, events and problems to the front."
    )

    def __init__(self) -> None:
        super().__init__()
        self.run: Run | None = None
        self._unlisten: Callable[[], None] = lambda: None
        self._repainting: Timer | None = None
        self._told = (0, 0)
        """How many events and notes are shown."""
        self._lines: list[Log] = []
        self._concluded = False
        self._front = "steps"
        self._step = ""
        """The step whose logs are shown."""

    def body(self) -> ComposeResult:
        """The head, and the panes."""
        yield Static("", id="head", markup=False)
        yield PaneTabs(PANES)
        with Container(id="panes"):
            with Vertical(id="steps"):
                yield Static("", id="run-waits", markup=False)
                yield StepList(id="step-list")
            yield LogsPane(id="logs")
            yield EventLog(id="events")
            yield ProblemList(id="problems")
        yield Prompt()

    def on_mount(self) -> None:
        """Begin in the steps, and keep the clocks going."""
        for key, (pane, title) in enumerate(PANES.items(), start=1):
            self.query_one(f"#{pane}").border_title = f"{key} {title}"
        self.query_one(StepList).focus()
        self.set_interval(1.0, self._tick)

    def refresh_frame(self) -> None:
        """Show the newest run, and the frame, as they are now."""
        super().refresh_frame()
        if self.run is not self.wizard.session.run:
            self._take_up(self.wizard.session.run)
        self._repaint()

    def _take_up(self, run: Run | None) -> None:
        """Show another run from now on."""
        self._unlisten()
        self.run, self._told, self._concluded, self._step = run, (0, 0), False, ""
        self._lines = []
        self.query_one(EventLog).start_anew()
        self.logs.start_anew("")
        self.query_one(StepList).lead()
        self._unlisten = run.listen(self._heard) if run else lambda: None

    def _heard(self, event: Event) -> None:
        if isinstance(event, Log):
            self._lines.append(event)
        if self._repainting is None:
            self._repainting = self.set_timer(REPAINT_SECONDS, self._repaint)

    def _tick(self) -> None:
        if self.run is not None and self.run.running and self.is_current:
            self._paint_steps(self.run)

    def _repaint(self) -> None:
        """Show the run as it stands, and where it ended, what comes now."""
        self._repainting = None
        self.set_class(self.run is None, "-none")
        if self.run is None:
            self.query_one("#head", Static).update(
                "Nothing is being installed yet: Review is where it begins."
            )
            self._paint_front()
            return
        self._paint_logs(self.run)
        self._paint_events(self.run)
        self._paint_steps(self.run)
        if not self.run.running and not self._concluded and self.is_current:
            self._concluded = True
            self._conclude(self.run)

    def _paint_logs(self, run: Run) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self.logs.add(lines)
        if self._step in run.steps:
            step = run.steps[self._step]
            self.logs.show(step.sources, of=step.title)

    def _paint_events(self, run: Run) -> None:
        events, notes = run.events[self._told[0] :], run.told.notes[self._told[1] :]
        self._told = len(run.events), len(run.told.notes)
        self.query_one(EventLog).add(events, notes)
        for note in notes:
            if note.startswith(JOURNAL_NOTE):
                folder = note.removeprefix(JOURNAL_NOTE)
                self.logs.kept_at(f"every line is kept in {folder}/{LOG_FILE}")

    def _paint_steps(self, run: Run) -> None:
        now = datetime.now(UTC)
        state = self.wizard.session.state_of(self.stop)
        self.query_one("#head", Static).update(f"{sign(state)} {headline(run, now)}")
        self.query_one("#head", Static).set_class(state == "wrong", "-wrong")
        self.query_one("#run-waits", Static).update(waits(run))
        self.query_one("#run-waits", Static).display = bool(waits(run))
        self.query_one(StepList).show(rows(run, now))
        self.query_one(ProblemList).show(troubles(run))
        self._paint_front()

    def _paint_front(self) -> None:
        count = len(troubles(self.run)) if self.run else 0
        self.set_class(not count, "-no-problems")
        self.query_one(PaneTabs).show(self._front, {"problems": count})
        for pane in PANES:
            self.query_one(f"#{pane}").set_class(pane == self._front, "-front")

    def _conclude(self, run: Run) -> None:
        """It has ended just now, or while one was elsewhere."""
        self.refresh_bindings()
        if run.exit == ExitCode.DONE:
            self.wizard.go("done")
        elif isinstance(run.error, NotAccepted):
            going_on.review_again(self.wizard, run.error)
        else:
            self.action_pane("steps")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """How to go on is offered once there is something to go on from."""
        ended = self.run is not None and not self.run.running
        if action in {"retry", "edit", "keep"}:
            return ended and self.run is not None and self.run.exit != ExitCode.DONE
        if action == "next":
            return self.run is None or (ended and self.run.exit == ExitCode.DONE)
        return super().check_action(action, parameters)

    def footer_has_room(self) -> bool:
        """See LogScreen: after a failure other keys come first."""
        failed = self.run is not None and bool(self.run.exit)
        return not failed or self.has_class("-wide") or self.logs.view.has_focus

    def bring_logs(self) -> bool:
        """See LogScreen; beside the steps the logs are always in sight."""
        hidden = not self.logs.is_on_screen
        if hidden:
            self.action_pane("logs")
        return hidden

    def copied(self) -> str:
        """See LogScreen: what the pane that has the focus shows."""
        if self.query_one(EventLog).has_focus:
            return "\n".join(self.query_one(EventLog).told)
        if self.query_one(ProblemList).has_focus:
            return self.query_one(ProblemList).text
        return super().copied()

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.action_pane(event.pane)

    def action_pane(self, pane: str) -> None:
        """Bring a pane to the front, and the keyboard to it."""
        self._front = pane
        self._paint_front()
        inner: dict[str, type[Widget]] = {"steps": StepList, "logs": LogView}
        kind = inner.get(pane)
        self.query_one(kind if kind else f"#{pane}").focus()

    @on(StepList.Chosen)
    def _step_chosen(self, event: StepList.Chosen) -> None:
        """Show the logs of the step that the person went to; all where it is none."""
        self._step = event.id
        if self.run is not None and event.id in self.run.steps:
            self._paint_logs(self.run)
        else:
            self.logs.show(None)

    @on(OptionList.OptionSelected, "#step-list")
    def _step_entered(self) -> None:
        """Enter goes on where there is where to go; else to the logs of the step."""
        if self.check_action("next", ()):
            self.action_next()
        else:
            self.action_pane("logs")

    def action_next(self) -> None:
        """To Done once Harbor is installed; to Review while nothing was begun."""
        self.wizard.go("review" if self.run is None else "done")

    def action_retry(self) -> None:
        """Go on from what is there."""
        going_on.retry(self.wizard)

    def action_edit(self) -> None:
        """Change the answer behind what went wrong."""
        going_on.edit(self.wizard)

    def action_keep(self) -> None:
        """Leave all as it is."""
        self.run_worker(going_on.keep(self.wizard), group="keep", exclusive=True)
