"""Watches a Harbor that runs: its parts, what is wrong and why, logs, events.

Nothing is changed but by an action that the person chose and confirmed.
"""

from contextlib import aclosing
from pathlib import PurePath
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from screens.conversations import ask_shares
from screens.dialogs.act import ActionDialog
from screens.looking import LookingScreen
from screens.models.acts import Acting, preview_text
from screens.models.session import Session
from screens.models.watching import Watching
from screens.widgets.finding_list import FindingList
from screens.widgets.live_panes import pane_keys
from screens.widgets.prompt import Prompt
from screens.widgets.step_list import StepList
from screens.widgets.watch_panes import WatchPanes
from wizard.actions.acting import act_of, preview, require_rights
from wizard.actions.base import Act
from wizard.actions.claims import more_than
from wizard.actions.seals import unseal_of
from wizard.diagnose.offer import Offer
from wizard.errors import WizardError
from wizard.plan.plan import Target as PlannedTarget
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

    def __init__(self, watching: Watching) -> None:
        super().__init__(watching.target)
        self._watching = watching
        self._offered: Offer | None = None

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
            async with aclosing(self._watching.pictures()) as seen:
                async for picture in seen:
                    if self.stands:
                        self.panes.show(picture)
        except WizardError as error:
            self.panes.tell(session.redactor.redact(str(error)))

    def _flow(self) -> None:
        if self._watching.lines and self.stands:
            self.panes.add_logs([self._log(line) for line in self._watching.lines])
            self._watching.lines.clear()

    def _log(self, line: LogLine) -> Log:
        text = self.wizard.session.redactor.redact(line.text)
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
        if offer.action == "unseal":
            self._unseal(offer, picture.target)
            return
        claim = picture.view.get(offer.object) if offer.action == "grow" else None
        if claim is not None:
            self.query_one(Prompt).ask("grow", "Grow to ", more_than(claim))
        else:
            self._preview(act_of(offer))

    @work(group="act", exclusive=True)
    async def _unseal(self, offer: Offer, target: PlannedTarget) -> None:
        """Ask for the key shares that are not in the keys file, then go on as with any action."""
        session = self.wizard.session
        preset, _ = session.desk.draft.tentative()
        try:
            world = await session.asker.world()
            act = unseal_of(world, offer, preset, session.redactor.conceal)
            await require_rights(world, target, act)
            questions = await act.questions(world)
        except WizardError as error:
            self._refuse(error)
            return
        if not questions or await ask_shares(self.wizard, act, questions):
            await self._show(act)

    @on(Prompt.Answered)
    def _size_given(self, event: Prompt.Answered) -> None:
        if event.purpose == "grow" and self._offered is not None:
            self._preview(act_of(self._offered, event.text.strip()))

    @work(group="act", exclusive=True)
    async def _preview(self, act: Act) -> None:
        await self._show(act)

    async def _show(self, act: Act) -> None:
        """Ask the API server what it would do, then the person whether to do it."""
        session, picture = self.wizard.session, self.panes.picture
        if picture is None:
            return
        try:
            world = await session.asker.world()
            plan = await preview(world, picture.target, act)
        except WizardError as error:
            self._refuse(error)
            return
        told = session.redactor.redact(preview_text(act, plan))
        work = Acting(session, world, act, plan).go
        await self.app.push_screen_wait(ActionDialog(act.title, told, work))

    def _refuse(self, error: WizardError) -> None:
        text = self.wizard.session.redactor.redact(str(error))
        self.notify(text, severity="error", markup=False)

    @on(StepList.Chosen)
    def _part_chosen(self, event: StepList.Chosen) -> None:
        self.panes.show_logs_of(event.id)

    @on(OptionList.OptionSelected, "#step-list")
    def _part_entered(self) -> None:
        """Enter goes to the logs of the part."""
        self.action_pane("logs")
