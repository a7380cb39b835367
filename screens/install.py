"""The screen of a run: its steps, logs, events and problems; on failure, how to go on."""

from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import OptionList

from screens import going_on
from screens.log_screen import LogScreen
from screens.models.run import Run
from screens.signs import State
from screens.widgets.live_panes import pane_keys
from screens.widgets.run_panes import RunPanes
from screens.widgets.step_list import StepList
from wizard.errors import ExitCode, NotAccepted
from wizard.run.events import Event

REPAINT_SECONDS = 0.1
"""So much may change at once that not each change is drawn."""


class InstallScreen(LogScreen):
    """Shows the newest run of the session, as long as the session lasts."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["panes.tcss", "install.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *pane_keys(RunPanes.TITLES, "pane"),
        *(
            Binding(key, action, label, id=f"install.{action}", tooltip=told)
            for key, action, label, told in (
                ("r", "retry", "Retry", "Go on from what is there, with the same answers"),
                ("e", "edit", "Edit, retry", "Change the answer behind it, then go on"),
                ("k", "keep", "Keep, stop", "Leave all as it is; go on another time"),
                ("ctrl+n", "next", "Next", "On to what comes now"),
            )
        ),
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
        self.panes: RunPanes = RunPanes()
        self.run: Run | None = None
        self._unlisten: Callable[[], None] = lambda: None
        self._repainting: Timer | None = None
        self._concluded = False

    def on_mount(self) -> None:
        """Keep the clocks going."""
        self.set_interval(1.0, self._tick)

    def show_now(self) -> None:
        """Show the newest run, and the frame, as they are now."""
        super().show_now()
        if self.run is not self.wizard.session.run:
            self._take_up(self.wizard.session.run)
        self._repaint()

    def _take_up(self, run: Run | None) -> None:
        """Show another run from now on."""
        self._unlisten()
        self.run, self._concluded = run, False
        self.panes.begin()
        self._unlisten = run.listen(self._heard) if run else lambda: None
        self.refresh_bindings()

    def _heard(self, event: Event) -> None:
        self.panes.hear(event)
        if self._repainting is None and self.stands:
            self._repainting = self.set_timer(REPAINT_SECONDS, self._repaint)

    def _tick(self) -> None:
        if self.run is not None and self.run.running and self.is_current and self.stands:
            self.panes.show_steps(self.run, self._state)

    @property
    def _state(self) -> State:
        return self.wizard.session.state_of(self.stop)

    def _repaint(self) -> None:
        """Show the run as it stands, and where it ended, what comes now."""
        self._repainting = None
        if not self.stands:
            return
        if self.run is None:
            self.panes.show_nothing()
            return
        self.panes.show(self.run, self._state)
        if not self.run.running and not self._concluded and self.is_current:
            self._concluded = True
            self._conclude(self.run)

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

    @on(StepList.Chosen)
    def _step_chosen(self, event: StepList.Chosen) -> None:
        self.panes.show_logs_of(self.run, event.id)

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
