"""Review: all answers, what the checks say, what would be changed; from here a run begins."""

import time
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Button
from textual.worker import Worker

from screens.conversations import ask_secrets, decide, save_answers
from screens.dialogs.copyable import Copyable
from screens.frame import FrameScreen
from screens.models.agreement import warnings_of
from screens.models.answer_rows import answer_of
from screens.models.check_rows import loss_of, result_of
from screens.models.looking import Looking
from screens.models.plan_rows import first_opened
from screens.models.reviewing import Reviewing
from screens.models.saving import Saving
from screens.models.session import Session
from screens.widgets.review_body import ANSWERS, CHECKS, PLAN, ReviewBody
from screens.widgets.row_list import RowList
from wizard.answers.paths import parse_path
from wizard.checks.suite import applying
from wizard.run.events import Event

_TOO_SOON = 0.5
"""Seconds for which Enter is not taken for a yes to what has just come to the screen."""

_HELP = """\
## Review

Nothing is changed before **Install**. On the left stands every answer: Enter opens its question,
Escape there comes back. The plan shows what each step would create, change or delete; Enter or
Space opens a step, and an object with its fields. What a dry run could not try says why.

The checks are read-only questions to the cluster. One that **fails** has to be mended. A
**warning** may be what you want: Space accepts it, `a` accepts all of them. What would be lost or
taken over is allowed one by one, by typing its name.

`s` saves the answers as a preset, `y` shows it, `p` asks everything again. 1, 2 and 3 or Tab and
the arrows go from pane to pane.
"""


_KEYS: list[BindingType] = [
    Binding("i", "install", "Install", id="install", tooltip="Begin the installation"),
    Binding("ctrl+n", "install", show=False),
    Binding("s", "save", "Save", id="save", tooltip="Save the answers as a preset"),
    Binding("y", "yaml", "YAML", id="yaml", tooltip="The preset as it would be saved"),
    Binding("p", "look", "Again", id="look", tooltip="Ask all checks and plan again"),
    Binding("a", "accept", "Accept", id="accept", tooltip="Accept all warnings"),
    Binding(
        "1", "pane('answers')", "Answers", show=False, id="answers", tooltip="Show the answers"
    ),
    Binding("2", "pane('plan')", "Plan", show=False, id="plan", tooltip="Show the plan"),
    Binding("3", "pane('checks')", "Checks", show=False, id="checks", tooltip="Show the checks"),
]


class ReviewScreen(FrameScreen):
    """Looks at the cluster with the answers, and begins the run that was agreed to."""

    CSS_PATH = "review.tcss"
    AUTO_FOCUS = "#install"  # Enter moves on
    BINDINGS: ClassVar[list[BindingType]] = _KEYS
    stop = "review"
    HELP_TEXT = _HELP

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._review = Reviewing(session)
        self._worker: Worker[None] | None = None
        self._timer: Timer | None = None
        self._shown_at = 0.0

    def body(self) -> ComposeResult:
        """The review."""
        yield ReviewBody()

    @property
    def _body(self) -> ReviewBody:
        return self.query_one(ReviewBody)

    def on_mount(self) -> None:
        """Be ready to tell how far a look has come."""
        self._timer = self.set_interval(0.5, self._tick, pause=True)

    async def arrive(self, focus: tuple[str | int, ...]) -> None:
        """Look at once: answers and cluster may have changed."""
        self.call_after_refresh(self.action_look)

    def action_look(self) -> None:
        """Ask all checks and plan, from the beginning."""
        self._review.told = None
        self._worker = self._look()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        """Look, where the answers and the secrets are there to look with."""
        review, session = self._review, self._session
        self._show()
        review.missing = [] if review.wrong else await ask_secrets(self.wizard)
        if review.wrong or review.missing:
            self._finished()
            return
        preset, _ = session.desk.draft.tentative()
        review.looking = looking = Looking(applying(preset))
        if self._timer:
            self._timer.resume()
        self._show()

        def heard(event: Event) -> None:
            looking.took(event)

        try:
            review.told = told = await session.look(heard)
        finally:
            if review.looking is looking:
                review.looking = None
        if told.planned:
            review.opened = first_opened(told.planned)
        self._finished()

    def _tick(self) -> None:
        """Show how far the look has come."""
        if self._review.looking and self.stands:
            self._body.show_words(self._review)
        elif self._timer:
            self._timer.pause()

    def _finished(self) -> None:
        """Show what came of it; what the person has to decide first comes to the front."""
        if not self.stands:
            return
        self._shown_at = time.monotonic()
        self._show()
        body = self._body
        if self.focused in {None, body.button} and self._review.waiting:
            body.panes.bring(CHECKS if self._review.told else ANSWERS, focus=True)

    def _show(self) -> None:
        if self.stands:
            self._body.show(self._review)
            self.refresh_frame()
            self.refresh_bindings()

    def _decided(self) -> None:
        """Show what depends on what the person agreed to."""
        self._body.show_checks(self._review)
        self._body.show_words(self._review)
        self.refresh_bindings()

    def action_back(self) -> None:
        """Stop a look that goes on; else go back."""
        if self._review.looking and self._worker:
            self._worker.cancel()
            self._review.looking = None
            self._show()
        else:
            super().action_back()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        """Enter: open a question, fold a step, decide about a loss."""
        told = self._review.told
        if event.source.id == PLAN:
            self._fold(event.key)
        elif event.source.id == ANSWERS:
            self.wizard.go_to_answer(parse_path(event.key))
        elif event.key.startswith("loss "):
            self._decide(event.key)
        elif told and (result := result_of(event.key, told.results)):
            path = answer_of(result.check, self._session.desk)
            if path is not None:
                self.wizard.go_to_answer(path)

    @on(RowList.Toggled)
    def _toggled(self, event: RowList.Toggled) -> None:
        """Space: fold a step, accept a warning, decide about a loss."""
        told = self._review.told
        if event.source.id == PLAN:
            self._fold(event.key)
        elif event.key.startswith("loss "):
            self._decide(event.key)
        elif told and (result := result_of(event.key, told.results)):
            if result.outcome.state == "warn":
                self._session.agreement.toggle(result)
                self._decided()
            elif result.outcome.state == "fail":
                self.notify("A check that fails cannot be accepted. Mend what it names, then p.")

    def _fold(self, key: str) -> None:
        self._review.opened ^= {key}
        self._body.show_plan(self._review)

    @work(group="decide", exclusive=True)
    async def _decide(self, key: str) -> None:
        """Have the name typed before something is lost; or take the permission back."""
        plan = self._review.told.planned if self._review.told else None
        loss = loss_of(key, plan) if plan else None
        if plan is None or loss is None:
            return
        await decide(self.wizard, loss, plan)
        self._decided()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is dimmed."""
        told = self._review.told
        if action == "accept":
            open_ = warnings_of(told) if told else []
            return any(not self._session.agreement.accepted(one) for one in open_) or None
        return True

    def action_accept(self) -> None:
        """Accept all warnings."""
        if self._review.told:
            self._session.agreement.accept(warnings_of(self._review.told))
            self._decided()

    @on(Button.Pressed, "#install")
    def _pressed(self) -> None:
        if time.monotonic() - self._shown_at > _TOO_SOON:
            self.action_install()

    def action_install(self) -> None:
        """Begin the run, or say what keeps it from that."""
        told, waits = self._review.told, self._review.waiting
        if waits:
            how = " 3 shows the checks; a accepts warnings." if told else ""
            self.notify(f"{'; '.join(waits)}.{how}", title="Not yet", severity="warning")
        elif told:
            self.wizard.start_run(self._session.agreement.consent(told))

    @work(group="save", exclusive=True)
    async def action_save(self) -> None:
        """Save the answers as a preset."""
        await save_answers(self.wizard, self._saving())
        self._show()

    def action_yaml(self) -> None:
        """Show the preset as it would be saved."""
        text = self._saving().yaml()
        self.app.push_screen(Copyable("The preset as it would be saved", text))

    def _saving(self) -> Saving:
        target = self._review.told.target if self._review.told else None
        return Saving(self._session, target.cluster_uid if target else "")

    def action_pane(self, id_: str) -> None:
        """Go to a pane."""
        self._body.panes.bring(id_, focus=True)
