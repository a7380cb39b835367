"""Chooses where a secret comes from, or takes it hidden for this session."""

import asyncio
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Footer, Input, OptionList, Static

from screens.dialogs.editor import Editor
from screens.models.certificates import mode_of
from screens.models.desk import Desk
from screens.models.row_states import RowStates, Told, told_of
from screens.models.secret_choice import SecretChoice
from screens.models.secret_words import variable_state
from screens.widgets.form import Form
from screens.widgets.hidden_line import HiddenLine
from screens.widgets.kind_list import KindList, show_kinds
from screens.widgets.rows import QuestionRow, TextRow
from wizard.answers.form import Question
from wizard.answers.paths import Path, format_path

if TYPE_CHECKING:
    from screens.editing import Editing


class SecretStates(RowStates):
    """Problems with a reference, and what this machine knows of where it leads."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.found: dict[Path, Told] = {}

    def of(self, question: Question, left: bool) -> list[Told]:
        """The lines for a question."""
        told = super().of(question, left)
        found = self.found.get(question.path)
        return [found] if found and not told else told


class SecretEditor(Editor):
    """Where a secret comes from. What stood there in clear text is never shown."""

    CSS_PATH = "secret_editor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "show", "Show or hide", id="show"),
        Binding("ctrl+r", "generate", "Make a strong one", id="generate"),
        Binding("f4", "pick", "Browse", id="pick"),
    ]

    def __init__(self, editing: "Editing", question: Question) -> None:
        super().__init__(editing, question)
        self.choice = SecretChoice(editing.desk, question)
        self._states = SecretStates(self.choice.desk)
        self._nested = editing.over(self.choice.desk)

    def compose(self) -> ComposeResult:
        """The kinds, the fields of the chosen one, and the hidden line."""
        name, known = self.choice.name, self.choice.name in self.editing.desk.typed
        with Vertical(classes="window"):
            yield Static(self.question.label, classes="window-title", markup=False)
            yield Static(self.question.help, id="about", markup=False)
            with VerticalScroll(can_focus=False):
                yield KindList(self.choice.kinds, self.choice.kind, id="kinds")
                yield Static("", id="brings", markup=False)
                yield Static("", id="told", markup=False)
                yield Vertical(id="fields")
                yield HiddenLine(name, chosen_here=self.choice.generates, known=known)
            with Horizontal(classes="buttons"):
                yield Button("Done", compact=True, id="done")
                yield Button("Show or hide", compact=True, id="show")
                yield Button("Make a strong one", compact=True, id="generate")
        yield Footer(compact=True, show_command_palette=False)

    async def on_mount(self) -> None:
        """Begin with the kinds."""
        await self._show_kind()
        options = self.query_one("#kinds", OptionList)
        values = [one.value for one in self.choice.kinds]
        options.highlighted = values.index(self.choice.kind) if self.choice.kind in values else 0
        options.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is for the hidden line is there while the line is."""
        if action == "show":
            return self.choice.takes_typing
        if action == "generate":
            return self.choice.takes_typing and self.choice.generates
        return self.choice.kind == "file" if action == "pick" else True

    @property
    def _hidden(self) -> HiddenLine:
        return self.query_one(HiddenLine)

    async def _show_kind(self) -> None:
        """Show the chosen kind with what belongs to it."""
        choice = self.choice
        show_kinds(self.query_one("#kinds", OptionList), choice.kinds, choice.kind)
        self._hidden.display = choice.takes_typing
        self.query_one("#show").display = choice.takes_typing
        self.query_one("#generate").display = choice.takes_typing and choice.generates
        place = self.query_one("#fields")
        await place.remove_children()
        if choice.fields:
            form = Form(choice.desk, [choice.fields], self._states, all_in_front=True)
            await place.mount(form)
            self._suggest_variables(form.rows)
        self._look()
        self._tell()
        self.refresh_bindings()

    def _suggest_variables(self, rows: list[QuestionRow]) -> None:
        for row in rows if self.choice.kind == "env" else []:
            if isinstance(row, TextRow):
                row.suggest(sorted(self.editing.session.ways.environ))

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.query_one("#brings", Static).update(self.choice.kinds[event.option_index].help)

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        """Choose a kind and go on to what it asks for; once more, and it is done."""
        event.stop()
        if self.choice.choose(self.choice.kinds[event.option_index].value):
            self._warned = False
            await self._show_kind()
        elif not self.choice.fields and not self.choice.takes_typing:
            self.action_done()
            return
        rows = [row for form in self.query(Form) for row in form.rows]
        if rows:
            rows[0].focus_control()
        elif self.choice.takes_typing:
            self._hidden.line.focus()

    @on(KindList.Marked)
    async def _marked(self, event: KindList.Marked) -> None:
        """Choose a kind, and stay in the list."""
        event.stop()
        if event.kind is not None and self.choice.choose(event.kind):
            self._warned = False
            await self._show_kind()

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        event.stop()
        self._warned = False
        self._look()
        self._tell()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        """Say what this machine knows of the variable or file."""
        path, kind, desk = self.choice.fields or (), self.choice.kind, self.choice.desk
        value = str(desk.value(path) or "") if kind in {"env", "file"} else ""
        told: Told | None = None
        if kind == "env":
            told = variable_state(value, self.editing.session.ways.environ)
        elif value:
            file = FilePath(str(desk.draft.absolute().get(format_path(path))))
            fact = await asyncio.to_thread(mode_of, file)
            words = fact.words if fact.state == "wrong" else f"readable {fact.text}: {fact.words}"
            told = fact.state or "ok", words.rstrip(": ")
        self._states.found = {path: told} if told else {}
        for form in self.query(Form):
            form.refresh_states()

    def _tell(self) -> None:
        """Say what is wrong with the reference as such."""
        wrong = self.choice.problems
        told: Told | None = told_of(wrong[0]) if wrong and self.choice.kind else None
        if self.choice.is_clear_text:
            told = "wrong", "what stands there is no reference, and is not shown: choose one"
        self.tell("#told", told)

    @on(HiddenLine.Changed)
    def _typed(self) -> None:
        self._warned = False

    @on(HiddenLine.Entered)
    def _entered(self) -> None:
        self.action_done()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, from the last one out."""
        event.stop()
        if any(form.focus_next() for form in self.query(Form)):
            return
        if self.choice.takes_typing:
            self._hidden.line.focus()
        else:
            self.query_one("#done").focus()

    @work(group="choose", exclusive=True)
    async def action_pick(self) -> None:
        """Choose the file."""
        for form in self.query(Form):
            await self._nested.choose(form.row_in_front or form.rows[0])

    @on(Button.Pressed)
    def _button(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "show":
                self.action_show()
            case "generate":
                self.action_generate()
            case _:
                self.action_done()

    def action_show(self) -> None:
        """Show what is typed, or hide it again."""
        self._hidden.toggle()

    def action_generate(self) -> None:
        """Make a strong secret."""
        self._hidden.make()

    def action_done(self) -> None:
        """Take over where it comes from; what was typed is kept for this session."""
        if self.choice.kind is None:
            self.notify("Choose where it comes from.", severity="warning")
            return
        typed = self._hidden.value if self.choice.takes_typing else ""
        problems = [one.message for one in self.choice.wrong]
        if typed and self._hidden.told[0] == "wrong":
            problems.append(self._hidden.told[1])
        if problems and self.warn(f"{problems[0][:1].upper()}{problems[0][1:]}."):
            self._states.strict = True
            for form in self.query(Form):
                form.refresh_states()
            return
        if typed:
            self.editing.session.redactor.conceal(typed)
        self.dismiss(self.choice.take_over(self.editing.desk, typed))
