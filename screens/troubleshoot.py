"""Watches a Harbor that runs: its parts, what is wrong and why, logs, events. Changes nothing."""

from contextlib import aclosing
from pathlib import PurePath
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList

from screens.log_screen import LogScreen
from screens.models.session import Session
from screens.widgets.live_panes import pane_keys
from screens.widgets.step_list import StepList
from screens.widgets.watch_panes import WatchPanes
from wizard.answers.target import Target
from wizard.errors import WizardError
from wizard.live import pictures
from wizard.ports import Kind, LogLine
from wizard.run.events import Log

DEPLOYMENT = Kind("apps/v1", "Deployment")
REPAINT_SECONDS = 0.1
"""So many lines may come at once that not each is drawn by itself."""


async def harbors(session: Session) -> list[tuple[str, str]]:
    """Namespace and release of every Harbor in the cluster, by the labels of its chart.

    Raises WizardError where the cluster cannot be asked.
    """
    world = await session.asker.world()
    found = await world.objects.list(DEPLOYMENT, labels="app=harbor,component=core")
    return sorted(
        (obj["metadata"]["namespace"], obj["metadata"]["labels"].get("release", ""))
        for obj in found.items
    )


class TroubleshootScreen(LogScreen):
    """Shows one release as it is now, by watches alone, for as long as it is open."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["panes.tcss"]
    HELP_TEXT = (
        "## A running Harbor\n\nObjects, events and logs are watched; nothing is changed, and "
        "there is nothing to refresh. The parts stand in the order of blame: what others need "
        "comes first. Enter on a part shows its logs.\n\n"
        "A part that is only dragged down says because of what. What could not be looked at is "
        "never shown as good. `wizard troubleshoot --once` tells the same."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*pane_keys(WatchPanes.TITLES, "watch")]

    def __init__(self, target: Target) -> None:
        super().__init__()
        self._target = target
        self._lines: list[Log] = []

    def body(self) -> ComposeResult:
        """The panes, and the line that asks."""
        self.panes: WatchPanes = WatchPanes(self.wizard.session.redactor.redact)
        yield from super().body()

    def on_mount(self) -> None:
        """Watch at once."""
        self.set_interval(REPAINT_SECONDS, self._flow)
        self._watch()

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.app.pop_screen()

    @work(group="watch", exclusive=True)
    async def _watch(self) -> None:
        """Show every picture there is, until the screen is left or the login ends."""
        session = self.wizard.session
        try:
            world = await session.asker.world()
            async with aclosing(pictures(world, self._target, self._logged)) as seen:
                async for picture in seen:
                    if self.stands:
                        self.panes.show(picture)
        except WizardError as error:
            self.panes.tell(session.redactor.redact(str(error)))

    def _logged(self, line: LogLine) -> None:
        text = self.wizard.session.redactor.redact(line.text)
        source = f"{line.pod}/{line.container}"
        self._lines.append(Log(time=line.time, run="", source=source, text=text))

    def _flow(self) -> None:
        if self._lines and self.stands:
            lines, self._lines = self._lines, []
            self.panes.add_logs(lines)

    @on(StepList.Chosen)
    def _part_chosen(self, event: StepList.Chosen) -> None:
        self.panes.show_logs_of(event.id)

    @on(OptionList.OptionSelected, "#step-list")
    def _part_entered(self) -> None:
        """Enter goes to the logs of the part."""
        self.action_pane("logs")
