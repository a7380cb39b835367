"""The screen of one page of questions."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from screens.frame import FrameScreen
from screens.pages.page import Page
from screens.placing import place_of
from screens.widgets.form import Form
from screens.widgets.row_states import RowStates
from screens.widgets.rows import KindRow, QuestionRow
from wizard.answers.form import Question, flow
from wizard.answers.paths import Path, parse_path
from wizard.answers.secret_values import variable_for
from wizard.checks.base import Result
from wizard.errors import WizardError


class PageScreen(FrameScreen):
    """Asks the questions of a page; the cluster's answers come beside them."""

    CSS_PATH = "page_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "Next", id="next", tooltip="On to the next step"),
        Binding("f4", "pick", "Choose", id="pick", tooltip="Choose from what the cluster offers"),
    ]

    def __init__(self, page: Page, focus: Path = ()) -> None:
        super().__init__()
        self.page = page
        self.stop = page.id
        self._focus = focus
        self._paths = [parse_path(path) for path in page.paths]

    def body(self) -> ComposeResult:
        """The question of the page, its form, and a line of help."""
        desk = self.wizard.session.desk
        self.states = RowStates(desk)
        yield Static(self.page.question, classes="question-title", markup=False)
        yield Form(desk, self._paths, self.states)
        yield from self.page.extras(desk)
        yield Static("", id="hint", markup=False)

    async def on_mount(self) -> None:
        """Begin at the first question, or where one was sent."""
        self.wizard.session.desk.visited.add(self.page.id)
        form = self.query_one(Form)
        if self._focus:
            await form.reveal(self._focus)
        elif form.rows:
            form.rows[0].focus_control()
        self._ask(self._paths)

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        self.refresh_frame()
        self._ask([event.path])

    @on(QuestionRow.Entered)
    def _entered(self, event: QuestionRow.Entered) -> None:
        row = event.row
        told = row.under_cursor if isinstance(row, KindRow) else ""
        self.query_one("#hint", Static).update(told or hint(row.question))

    @on(Input.Submitted)
    async def _submitted(self, event: Input.Submitted) -> None:
        """Enter goes on: to the next question, or from the last one to the next step."""
        form = self.query_one(Form)
        rows = form.rows
        here = next((i for i, row in enumerate(rows) if row.has_focus_within), len(rows) - 1)
        if here + 1 < len(rows):
            rows[here + 1].focus_control()
        else:
            await self.action_next()

    async def action_next(self) -> None:
        """Go on, unless something here is wrong: then that is shown."""
        desk, form = self.wizard.session.desk, self.query_one(Form)
        wrong = [
            problem
            for path in self._paths
            for problem in desk.problems_at(path)
            if problem.severity == "error"
        ]
        if wrong and not self.states.strict:
            self.states.strict = True
            form.refresh_states()
            await form.reveal(parse_path(wrong[0].path))
            self.notify(
                f"{len(wrong)} to look at on this page. Next again leaves it for later.",
                severity="warning",
            )
            return
        self.wizard.go_next(self.page.id)

    @work(group="ask", exclusive=True)
    async def _ask(self, paths: list[Path]) -> None:
        """Ask what depends on these answers; a newer change cancels it."""
        form, asker = self.query_one(Form), self.wizard.session.asker
        front = [row.question for row in form.rows if row.question.front]
        places = {
            check.id: place
            for check in asker.concerned(paths)
            if (place := place_of(check, front, self._paths)) is not None
        }

        def took(result: Result) -> None:
            self.states.took(result, places[result.check.id])
            form.refresh_states()

        self.states.asking(places.values())
        form.refresh_states()
        try:
            await asker.ask([c for c in asker.concerned(paths) if c.id in places], took)
        except WizardError as error:
            self.states.unreachable(error)
        finally:
            self.states.answered()
            if form.is_attached:
                form.refresh_states()

    def help_text(self) -> str:
        """About the question in front."""
        row = next((row for row in self.query_one(Form).rows if row.has_focus_within), None)
        return explanation(row.question) if row else self.page.question


def hint(question: Question) -> str:
    """The line of help under the form."""
    unit = f" In {question.unit}." if question.unit else ""
    example = f" Example: {question.example}" if question.example else ""
    return f"{question.help}{unit}{example}"


def explanation(question: Question) -> str:
    """What F1 says about a question, in Markdown."""
    lines = [f"## {question.label}", question.help]
    if question.example:
        lines.append(f"Example: `{question.example}`")
    if question.default not in (None, "", [], {}):
        lines.append(f"Without an answer: `{flow(question.default)}`")
    lines += [f"- **{option.label}** {option.help}" for option in question.options]
    lines.append(f"In a preset: `{question.name}`, on the command line: `--set {question.name}=…`")
    if question.control == "secret":
        lines.append(
            "A preset never holds the secret itself, only where it comes from. The variable "
            f"`{variable_for(question.name)}` overrides that at every run."
        )
    return "\n\n".join(line for line in lines if line)
