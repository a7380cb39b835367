"""The screen of one page of questions."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.widgets import Input, Static

from screens.editing import CONTEXT, Editing
from screens.frame import FrameScreen
from screens.models.placing import place_of
from screens.models.question_text import explanation, hint
from screens.models.row_states import RowStates
from screens.pages.page import Page
from screens.signs import sign
from screens.widgets.editable_form import EditableForm
from screens.widgets.extra import Extra
from screens.widgets.form import Form, TopicButton
from screens.widgets.rows import KindRow, QuestionRow
from wizard.answers.paths import Path, parse_path
from wizard.checks.base import Result
from wizard.errors import WizardError


class PageScreen(FrameScreen):
    """Asks the questions of a page; the cluster's answers come beside them."""

    AUTO_FOCUS = ""
    CSS_PATH = "page_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "Next", id="next", tooltip="On to the next step"),
        Binding("f4", "pick", "Choose", id="pick", tooltip="Choose from what there is, or edit"),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.stop = page.id
        self._paths = [parse_path(path) for path in page.paths]
        self._unanswered: set[str] = set()
        """The ids of the checks that were asked, and whose outcome is not there yet."""

    def body(self) -> ComposeResult:
        """The question of the page, its form, and a line of help."""
        desk = self.wizard.session.desk
        self.states = RowStates(desk)
        self.editing = Editing(self.app, self.wizard.session, desk)
        yield Static(self.page.question, classes="question-title", markup=False)
        yield EditableForm(self.editing, desk, self._paths, self.states)
        yield from self.page.extras(desk)
        yield Static("", id="hint", markup=False)

    async def arrive(self, focus: Path) -> None:
        """Show the answers as they are now, at the one that was asked for; else where one was."""
        form = self.query_one(Form)
        self.wizard.session.desk.visited.add(self.page.id)
        await form.sync()
        if focus:
            await form.reveal(focus)
        elif self.focused is None and form.rows:
            form.rows[0].focus_control()
        self._tell_extras()
        self._ask(self._paths)
        await self.editing.suppose(form.row_at(CONTEXT))

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        self.refresh_frame()
        self._tell_extras()
        self._ask([event.path])

    def _tell_extras(self) -> None:
        for extra in self.query(Extra):
            extra.answers_changed()

    @on(QuestionRow.Entered)
    def _entered(self, event: QuestionRow.Entered) -> None:
        row = event.row
        told = row.under_cursor if isinstance(row, KindRow) else ""
        key = self.editing.hint(row)
        self.query_one("#hint", Static).update(told or f"{hint(row.question)}{key}")
        self._suggest(row)

    @on(DescendantFocus)
    def _at_topic(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, TopicButton):
            self.query_one("#hint", Static).update("Enter shows or hides these answers.")

    @work(group="suggest", exclusive=True)
    async def _suggest(self, row: QuestionRow) -> None:
        """Complete what is typed to what the cluster offers."""
        await self.editing.suggest(row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key for choosing is named where it does something."""
        if action != "pick":
            return super().check_action(action, parameters)
        row = next((form.row_in_front for form in self.query(Form)), None)
        return row is not None and self.editing.offers(row)

    def action_pick(self) -> None:
        """Choose the answer in front from what there is, or edit it."""
        self.query_one(EditableForm).pick()

    @on(Input.Submitted)
    async def _submitted(self, event: Input.Submitted) -> None:
        """Enter goes on: to the next question, or from the last one to the next step."""
        if not self.query_one(Form).focus_next():
            await self.action_next()

    @on(QuestionRow.Kept)
    async def _kept(self, event: QuestionRow.Kept) -> None:
        """Enter on what is chosen already goes on as it does from text."""
        event.stop()
        if not self.query_one(Form).focus_next():
            await self.action_next()

    async def action_next(self) -> None:
        """Go on, unless something here is wrong: then that is shown."""
        desk, form = self.wizard.session.desk, self.query_one(Form)
        wrong = [
            parse_path(problem.path)
            for path in self._paths
            for problem in desk.problems_at(path)
            if problem.severity == "error"
        ]
        wrong += self.states.failing
        if wrong and not self.states.strict:
            self.states.strict = True
            form.refresh_states()
            await form.reveal(wrong[0])
            self.app.clear_notifications()
            self.notify(
                f"Something on this page is missing or wrong ({sign('wrong')}). "
                "Ctrl+N again leaves it for later.",
                severity="warning",
            )
            return
        self.wizard.go_next(self.page.id)

    @work(group="ask", exclusive=True)
    async def _ask(self, paths: list[Path]) -> None:
        """Ask what depends on these answers, and whatever a newer change like this one cut off."""
        form, asker = self.query_one(Form), self.wizard.session.asker
        self._unanswered |= {check.id for check in asker.concerned(paths)}
        checks = [one for one in asker.concerned(self._paths) if one.id in self._unanswered]
        front = [row.question for row in form.rows if row.question.front]
        places = {
            check.id: place
            for check in checks
            if (place := place_of(check, front, self._paths)) is not None
        }

        def took(result: Result) -> None:
            self._unanswered.discard(result.check.id)
            self.states.took(result, places[result.check.id])
            form.refresh_states()
            self._mark()

        self.states.asking(places.values())
        form.refresh_states()
        self._mark()
        try:
            await asker.ask([one for one in checks if one.id in places], took)
        except WizardError as error:
            self.states.unreachable(error)
        finally:
            self.states.answered()
            if form.is_attached:
                form.refresh_states()

    def _mark(self) -> None:
        """Let the way show whether a check fails about an answer of this page."""
        self.wizard.session.failing[self.page.id] = bool(self.states.failing)

    def help_text(self) -> str:
        """About the question in front."""
        row = self.query_one(Form).row_in_front
        return explanation(row.question) if row else self.page.question
