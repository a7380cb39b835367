"""Chooses where a secret comes from, or takes it hidden for this session."""

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Paste
from textual.widgets import Button, Footer, Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from screens.certificates import mode_of
from screens.desk import Desk
from screens.dialogs.editor import Editor
from screens.secret_words import TYPED_KINDS, kinds, strength, strong, variable_state
from screens.widgets.form import Form
from screens.widgets.row_states import RowStates, Told, told_of
from screens.widgets.rows import QuestionRow, TextRow
from wizard.answers.entering import answered
from wizard.answers.form import Option as KindOption
from wizard.answers.form import Question
from wizard.answers.paths import Path, format_path

if TYPE_CHECKING:
    from screens.editing import Editing

NOTHING = ""
"""The kind that stands for no reference at all."""

_FIRST: Mapping[str, Any] = {"env": "", "file": "", "prompt": True, "generate": True}
"""What a reference of a kind begins with; those that are not here begin with an empty section."""


class HiddenInput(Input):
    """A line whose text is not shown."""

    def _on_paste(self, event: Paste) -> None:
        """Take a single line only: of several, the rest would be lost unseen."""
        if len(event.text.strip("\r\n").splitlines()) > 1:
            event.prevent_default()
            event.stop()
            self.notify(
                "That has several lines: put it into a file, and choose the file above.",
                severity="error",
            )


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
        desk, path = editing.desk, question.path
        raw = desk.value(path)
        self._given = raw
        self._former: dict[str, Any] = {}
        self._path_text = format_path(path)
        counts = raw if raw is not None else question.default
        self._kind = next((one.value for one in self._kinds() if _is_of(counts, one.value)), None)
        if raw is None and question.default is None and not question.required:
            self._kind = NOTHING
        self.desk = Desk(answered(desk.draft, path, counts if self._kind else None))
        self._states = SecretStates(self.desk)
        self._nested = editing.over(self.desk)

    def _kinds(self) -> list[KindOption]:
        """What there is to choose from."""
        found = kinds(self.question.shape)
        if not self.question.required and self.question.default is None:
            found.append(KindOption(NOTHING, "None", "It is not needed."))
        return found

    def compose(self) -> ComposeResult:
        """The kinds, the fields of the chosen one, and the hidden line."""
        with Vertical(classes="window"):
            yield Static(self.question.label, classes="window-title", markup=False)
            yield Static(self.question.help, id="about", markup=False)
            with VerticalScroll(can_focus=False):
                yield OptionList(id="kinds", compact=True)
                yield Static("", id="brings", markup=False)
                yield Static("", id="told", markup=False)
                yield Vertical(id="fields")
                with Vertical(id="typing"):
                    with Horizontal(classes="line"):
                        yield Label("Type it now", classes="label")
                        yield HiddenInput(password=True, id="typed")
                    yield Static("", id="strength", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Done", compact=True, id="done")
                yield Button("Show or hide", compact=True, id="show")
                yield Button("Make a strong one", compact=True, id="generate")
        yield Footer(compact=True, show_command_palette=False)

    async def on_mount(self) -> None:
        """Begin with the kinds."""
        await self._show_kind()
        options = self.query_one("#kinds", OptionList)
        values = [one.value for one in self._kinds()]
        options.highlighted = values.index(self._kind) if self._kind in values else 0
        options.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is for the hidden line is there while the line is."""
        if action in {"show", "generate"} and self.is_mounted:
            typing = self._kind in TYPED_KINDS
            return typing and (action == "show" or "generate" in self.question.shape.sections)
        if action == "pick":
            return self._kind == "file"
        return True

    # The kinds

    async def _show_kind(self) -> None:
        options, found = self.query_one("#kinds", OptionList), self._kinds()
        width = max(len(one.label) for one in found)
        at = options.highlighted
        options.set_options(
            Option(
                Content.assemble(
                    f"({'*' if one.value == self._kind else ' '}) {one.label.ljust(width + 2)}",
                    (one.help, "$text-muted"),
                )
            )
            for one in found
        )
        options.highlighted = at
        self.query_one("#typing").display = self._kind in TYPED_KINDS
        generates = "generate" in self.question.shape.sections
        self.query_one("#show").display = self._kind in TYPED_KINDS
        self.query_one("#generate").display = self._kind in TYPED_KINDS and generates
        await self._show_fields()
        self._tell()
        self.refresh_bindings()

    async def _show_fields(self) -> None:
        place = self.query_one("#fields")
        await place.remove_children()
        if self._kind and self._kind not in {"prompt", "generate"}:
            paths = [(*self.question.path, self._kind)]
            form = Form(self.desk, paths, self._states, all_in_front=True)
            await place.mount(form)
            if self._kind == "env":
                for row in form.rows:
                    if isinstance(row, TextRow):
                        row.suggest(sorted(self.editing.session.ways.environ))
        self._look()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.query_one("#brings", Static).update(self._kinds()[event.option_index].help)

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        kind = self._kinds()[event.option_index].value
        if kind == self._kind and kind not in TYPED_KINDS and not self.query(Form):
            self.action_done()
            return
        await self._choose_kind(kind)
        rows = [row for form in self.query(Form) for row in form.rows]
        if rows:
            rows[0].focus_control()
        elif kind in TYPED_KINDS:
            self.query_one(HiddenInput).focus()

    async def _choose_kind(self, kind: str) -> None:
        if kind == self._kind:
            return
        if self._kind:
            self._former[self._kind] = deepcopy(self.desk.value(self.question.path))
        self._kind, self._warned = kind, False
        value = self._former.get(kind, {kind: deepcopy(_FIRST.get(kind, {}))}) if kind else None
        self.desk.answer(self.question.path, value)
        await self._show_kind()

    # The fields

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        event.stop()
        self._warned = False
        self._look()
        self._tell()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        """Say what this machine knows of the variable or file."""
        path = (*self.question.path, self._kind or "")
        value = self.desk.value(path)
        told: Told | None = None
        if self._kind == "env":
            told = variable_state(str(value or ""), self.editing.session.ways.environ)
        elif self._kind == "file" and value:
            file = FilePath(str(self.desk.draft.absolute().get(format_path(path))))
            fact = await asyncio.to_thread(mode_of, file)
            words = fact.words if fact.state == "wrong" else f"readable {fact.text}: {fact.words}"
            told = fact.state or "ok", words.rstrip(": ")
        self._states.found = {path: told} if told else {}
        for form in self.query(Form):
            form.refresh_states()

    def _tell(self) -> None:
        """Say what is wrong with the reference as such, and how the typed secret stands."""
        wrong = [one for one in self.desk.problems if one.path == self._path_text]
        clear = self._kind is None and self._given is not None
        told: Told | None = told_of(wrong[0]) if wrong and self._kind else None
        if clear:
            told = "wrong", "what stands there is no reference, and is not shown: choose one"
        self.tell("#told", told)
        self.tell("#strength", self._typed_state())

    def _typed_state(self) -> Told:
        value = self.query_one(HiddenInput).value
        if value:
            here = "generate" in self.question.shape.sections
            return strength(self._path_text, value, chosen_here=here)
        if self._path_text in self.editing.desk.typed:
            return "ok", "typed already for this session"
        return "not yet", "for this session only; it is never saved"

    @on(Input.Changed, "#typed")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._warned = False
        self._tell()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, from the last one out."""
        if event.input.id == "typed":
            self.action_done()
            return
        if any(form.focus_next() for form in self.query(Form)):
            return
        if self._kind in TYPED_KINDS:
            self.query_one(HiddenInput).focus()
        else:
            self.query_one("#done").focus()

    @work(group="choose", exclusive=True)
    async def action_pick(self) -> None:
        """Choose the file."""
        for form in self.query(Form):
            row = form.row_in_front or form.rows[0]
            await self._nested.choose(row)

    @on(QuestionRow.Pressed)
    def _pressed(self, event: QuestionRow.Pressed) -> None:
        event.stop()

    # The hidden line

    @on(Button.Pressed)
    def _button(self, event: Button.Pressed) -> None:
        event.stop()
        actions = {
            "done": self.action_done,
            "show": self.action_show,
            "generate": self.action_generate,
        }
        actions[event.button.id or "done"]()

    def action_show(self) -> None:
        """Show what is typed, or hide it again."""
        line = self.query_one(HiddenInput)
        line.password = not line.password
        line.focus()

    def action_generate(self) -> None:
        """Make a strong secret; it stays hidden until it is shown."""
        line = self.query_one(HiddenInput)
        line.value = strong(self._path_text)
        line.focus()
        self.notify("Made. Keep it somewhere: Show or hide shows it.")

    # The end

    def action_done(self) -> None:
        """Take over where it comes from; what was typed is kept for this session."""
        typed = self.query_one(HiddenInput).value if self._kind in TYPED_KINDS else ""
        if self._kind is None:
            self.notify("Choose where it comes from.", severity="warning")
            return
        problems = [one.message for one in self._wrong()]
        if typed and self._typed_state()[0] == "wrong":
            problems.append(self._typed_state()[1])
        if problems and self.warn(f"{problems[0][:1].upper()}{problems[0][1:]}."):
            self._states.strict = True
            for form in self.query(Form):
                form.refresh_states()
            return
        self.dismiss(self._take_over(typed))

    def _wrong(self) -> list[Any]:
        return [one for one in self.desk.problems_at(self.question.path) if one.severity == "error"]

    def _take_over(self, typed: str) -> bool:
        desk, path = self.editing.desk, self.question.path
        value = self.desk.value(path)
        if self._given is None and value == self.question.default:
            value = None
        changed = value != self._given
        desk.answer(path, value)
        if typed:
            self.editing.session.redactor.conceal(typed)
            desk.keep_secret(self._path_text, typed)
        elif self._kind not in TYPED_KINDS and self._path_text in desk.typed:
            desk.keep_secret(self._path_text, "")
            changed = True
        return changed or bool(typed)


def _is_of(reference: Any, kind: str) -> bool:
    return isinstance(reference, Mapping) and kind in reference
