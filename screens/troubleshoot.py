"""Watches a Harbor that runs: its parts, what is wrong and why, logs, events.

Nothing is changed but by an action that the person chose and confirmed.
"""

from contextlib import aclosing
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.worker import Worker

from screens.looking import LookingScreen
from screens.models.watching import Watching
from screens.start import StartScreen
from screens.widgets.finding_list import FindingList
from screens.widgets.live_panes import pane_keys
from screens.widgets.prompt import Prompt
from screens.widgets.step_list import StepList
from screens.widgets.watch_panes import WatchPanes
from wizard.actions.claims import more_than
from wizard.diagnose.offer import Offer
from wizard.errors import WizardError
from wizard.plan.plan import Target as PlannedTarget
from wizard.ports import Kind, LogLine
from wizard.run.events import Log
from wizard.run.redaction import Redactor

if TYPE_CHECKING:
    from screens.models.session import Session

DEPLOYMENT = Kind("apps/v1", "Deployment")
REPAINT_SECONDS = 0.1
"""So many lines may come at once that not each is drawn by itself."""


async def harbors(session: "Session") -> list[tuple[str, str]]:
    """Namespace and release of every Harbor in the cluster, by the labels of its chart.

    Raises WizardError where the cluster cannot be asked.
    """
    world = await session.asker.world()
    found = await world.objects.list(DEPLOYMENT, labels="app=harbor,component=core")
    return sorted(
        (obj["metadata"]["namespace"], obj["metadata"]["labels"].get("release", ""))
        for obj in found.items
    )


_AT_ONCE_SECONDS = 0.3
"""So long nothing is painted between the empty view and its first picture: what comes by pieces
would be laid out for each of them (with 5,000 pods 3 % of the processor time until they show)."""


class TroubleshootScreen(LookingScreen):
    """Shows one release as it is now, by watches alone, for as long as it is open."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["panes.tcss"]
    HELP_TEXT = (
        "## A running Harbor\n\nObjects, events and logs are watched; there is nothing to refresh, "
        "and nothing is changed by itself. The parts stand in the order of blame: what others need "
        "comes first. Enter on a part shows its logs.\n\n"
        "A part that is only dragged down says because of what. What could not be looked at is "
        "never shown as good. `wizard troubleshoot --once` tells the same."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act", id="watch.act", tooltip="Do what the chosen problem offers"),
        *pane_keys(WatchPanes.TITLES, "watch"),
    ]

    def __init__(self, watching: Watching, redactor: Redactor) -> None:
        super().__init__(watching.target, redactor, watching.preset)
        self._watching = watching
        self._offered: Offer | None = None
        self._watcher: Worker[None] | None = None

    def body(self) -> ComposeResult:
        """The panes, and the line that asks."""
        self.panes: WatchPanes = WatchPanes(self._redactor.redact)
        yield from super().body()

    def on_mount(self) -> None:
        """Watch at once."""
        self.set_interval(REPAINT_SECONDS, self._flow)
        self._watcher = self._watch()

    async def on_unmount(self) -> None:
        """Look no longer, where it was closed before it stood; else who watches ends that."""
        if self._watcher is None:
            await self._watching.close()

    def action_back(self) -> None:
        """Back to where it was opened; where nothing is under it, to the first screen."""
        if self.wizard.viewed_at_once:
            self.app.switch_screen(StartScreen())
        else:
            self.app.pop_screen()

    @work(group="watch", exclusive=True)
    async def _watch(self) -> None:
        """Show every picture there is, until the screen is left or the login ends."""
        try:
            with self.app.batch_update():  # the view stands empty; what comes now by pieces is one
                await self._watching.begun(_AT_ONCE_SECONDS)
            self.refresh()  # what a batch held back is painted at the next message only
            async with aclosing(self._watching.pictures()) as seen:
                async for picture in seen:
                    if self.stands:
                        self.panes.show(picture)
        except WizardError as error:
            self.panes.tell(self._redactor.redact(str(error)))
        finally:
            await self._watching.close()

    def _flow(self) -> None:
        if self._watching.lines and self.stands:
            self.panes.add_logs([self._log(line) for line in self._watching.lines])
            self._watching.lines.clear()

    def _log(self, line: LogLine) -> Log:
        text = self._redactor.redact(line.text)
        return Log(time=line.time, run="", source=f"{line.pod}/{line.container}", text=text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """See LogScreen; what a problem offers is named only while it is chosen in sight."""
        if action == "act":
            return self._offer is not None
        return super().check_action(action, parameters)

    def footer_has_room(self) -> bool:
        """See LogScreen: what can be done comes first."""
        return not (self._offer or self._open) or self.has_class("-wide")

    @property
    def _offer(self) -> Offer | None:
        problems = self.query(FindingList)
        shown = problems and problems.first().is_on_screen
        chosen = problems.first().chosen if shown else None
        return chosen.offer if chosen else None

    @on(FindingList.Chosen)
    def _problem_chosen(self) -> None:
        self.refresh_bindings()

    def action_pane(self, pane: str) -> None:
        """See LogScreen; what can be done depends on what is in sight."""
        super().action_pane(pane)
        self.call_after_refresh(self.refresh_bindings)

    def action_act(self) -> None:
        """Show what the chosen problem offers; a claim that is to grow needs a size first."""
        offer, picture = self._offer, self.panes.picture
        if offer is None or picture is None:
            return
        self._offered = offer
        claim = picture.view.get(offer.object) if offer.action == "grow" else None
        if claim is not None:
            self.query_one(Prompt).ask("grow", "Grow to ", more_than(claim))
        else:
            self._act(offer, picture.target)

    @on(Prompt.Answered)
    def _size_given(self, event: Prompt.Answered) -> None:
        if event.purpose == "grow" and self._offered and self.panes.picture:
            self._act(self._offered, self.panes.picture.target, event.text.strip())

    @work(group="act", exclusive=True)
    async def _act(self, offer: Offer, target: PlannedTarget, size: str = "") -> None:
        await self.wizard.ready()
        from screens.acting import act_on

        try:
            await act_on(self.wizard, target, offer, size)
        except WizardError as error:
            self.notify(self._redactor.redact(str(error)), severity="error", markup=False)

    @on(StepList.Chosen)
    def _part_chosen(self, event: StepList.Chosen) -> None:
        self.panes.show_logs_of(event.id)

    @on(OptionList.OptionSelected, "#step-list")
    def _part_entered(self) -> None:
        """Enter goes to the logs of the part."""
        self.action_pane("logs")
