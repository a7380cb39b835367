"""Rows of a form: one question each, with its control and the state of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Label, OptionList, Select, Static

from screens.models.shown import shown
from screens.signs import STYLES, State, sign
from screens.widgets.kind_list import KindList, show_kinds
from wizard.answers.entering import entered
from wizard.answers.form import Question, flow

Told = tuple[State, str]
"""A state with the words for it."""


class QuestionRow(Vertical):
    """One question: label, control, and below them what is known of the answer.

    Subclasses make the control and show values in it.
    """

    @dataclass
    class Answered(Message):
        """The person gave an answer (None: took it back)."""

        row: "QuestionRow"
        value: Any

    @dataclass
    class Entered(Message):
        """The person came to this question."""

        row: "QuestionRow"

    @dataclass
    class Left(Message):
        """The person left this question."""

        row: "QuestionRow"

    @dataclass
    class Kept(Message):
        """The person leaves this answer as it is and wants the next question."""

        row: "QuestionRow"

    @dataclass
    class Pressed(Message):
        """The person wants the editor of this question."""

        row: "QuestionRow"

    def __init__(self, question: Question, value: Any) -> None:
        super().__init__(classes="question")
        self.question = question
        self.value = value
        self.left = False
        """Whether the person was here and went on: from then on problems are shown."""
        self._told: Sequence[Told] = ()

    def compose(self) -> ComposeResult:
        """The label and the control in one line, the state below."""
        with Horizontal(classes="line"):
            yield Label(self.question.label, classes="label", markup=False)
            yield self.control()
        state = Static("", classes="state", markup=False)
        state.display = False
        yield state

    def control(self) -> Widget:
        """The control that shows the value."""
        raise NotImplementedError

    def show(self, value: Any) -> None:
        """Show another value."""
        self.value = value

    def tell(self, told: Sequence[Told]) -> None:
        """Show what is known of the answer, line by line."""
        places = self.query(".state")
        if not places or list(told) == list(self._told):
            return  # not there yet, or not any more: answers may come while one leaves
        self._told = told
        parts: list[Content | tuple[str, str]] = []
        for state, text in told:
            parts += ["\n"] if parts else []  # type: ignore[list-item]
            parts.append((f"{sign(state)} {text}", STYLES[state]))
        shown = places.first(Static)
        shown.update(Content.assemble(*parts))
        shown.display = bool(told)

    @property
    def told(self) -> Sequence[Told]:
        """What is shown of the answer."""
        return self._told

    def focus_control(self) -> None:
        """Give the control the focus."""
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus(scroll_visible=False)  # the whole row is brought into sight
                return

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Tell that the person is here; the label stands above its control in sight."""
        self.add_class("-here")
        self.call_after_refresh(self.scroll_visible, animate=False)
        self.post_message(self.Entered(self))

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Tell that the person went on."""
        self.remove_class("-here")
        self.left = True
        self.post_message(self.Left(self))


class TextRow(QuestionRow):
    """Typed text: texts, numbers, files."""

    def control(self) -> Widget:
        """An input line; what counts without an answer stands in it, quietly."""
        question = self.question
        quiet = flow(question.default) if question.default not in (None, "") else ""
        if not quiet and question.example:
            quiet = f"such as {question.example}"
        return Input(_text(self.value), placeholder=quiet, select_on_focus=False)

    def show(self, value: Any) -> None:
        """Show another value."""
        super().show(value)
        field = self.query_one(Input)
        if entered(field.value, self.question.shape) != value:
            with self.prevent(Input.Changed):
                field.value = _text(value)

    def take(self, value: str) -> None:
        """Take a value as if it had been typed."""
        field = self.query_one(Input)
        field.value = value
        field.cursor_position = len(value)
        field.focus()

    def suggest(self, values: Sequence[str]) -> None:
        """Complete what is typed to one of these."""
        self.query_one(Input).suggester = SuggestFromList(values)

    def suppose(self, text: str) -> None:
        """Tell, quietly, what counts without an answer."""
        self.query_one(Input).placeholder = text

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        value = entered(event.value, self.question.shape)
        if value != self.value:
            self.value = value
            self.post_message(self.Answered(self, value))


def _text(value: Any) -> str:
    return "" if value in (None, "") else flow(value)


class ChoiceRow(QuestionRow):
    """One of a few values, or one of several kinds of section."""

    def control(self) -> Widget:
        """A list that opens; without an answer the default stands in it."""
        options = [(_choice(option.label, option.help), option.value) for option in self._options()]
        default = self.question.default
        prompt = f"{_label(self.question, default)} (default)" if default is not None else "choose"
        value = self.value if self.value in [option[1] for option in options] else Select.NULL
        if value is Select.NULL and self.question.control == "kind" and default is not None:
            value = default
        return Select(options, prompt=prompt, value=value, allow_blank=not self._must_choose())

    def _options(self) -> Sequence[Any]:
        return self.question.options

    def open(self) -> None:
        """Show what there is to choose from."""
        self.query_one(Select).action_show_overlay()

    def _must_choose(self) -> bool:
        return self.question.control == "kind" and self.question.default is not None

    def show(self, value: Any) -> None:
        """Show another value."""
        super().show(value)
        select = self.query_one(Select)
        known = {option.value for option in self.question.options}
        wanted = value if value in known else Select.NULL
        if wanted is Select.NULL and self._must_choose():
            wanted = self.question.default
        if select.value != wanted:
            with self.prevent(Select.Changed):
                select.value = wanted

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        value = None if event.value is Select.NULL else event.value
        if value != self.value and not (self.value is None and value == self.question.default):
            self.value = value
            self.post_message(self.Answered(self, value))


def _choice(label: str, help_text: str) -> str:
    return f"{label}: {help_text}" if help_text else label


def _label(question: Question, value: Any) -> str:
    return next((one.label for one in question.options if one.value == value), flow(value))


class KindRow(QuestionRow):
    """One of several kinds, all in view, each with what it brings."""

    def control(self) -> Widget:
        """A line for each kind."""
        chosen = self.value or self.question.default
        return KindList(self.question.options, chosen)

    def show(self, value: Any) -> None:
        """Show another value."""
        super().show(value)
        chosen = self.value or self.question.default
        show_kinds(self.query_one(OptionList), self.question.options, chosen)

    @property
    def under_cursor(self) -> str:
        """What the kind under the cursor brings."""
        index = self.query_one(OptionList).highlighted
        return "" if index is None else self.question.options[index].help

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.has_focus_within:
            self.post_message(self.Entered(self))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id == (self.value or self.question.default):
            self.post_message(self.Kept(self))
        else:
            self.choose(event.option_id)

    def choose(self, kind: str | None) -> None:
        """Take a kind as the answer."""
        if kind != self.value:
            self.show(kind)
            self.post_message(self.Answered(self, kind))

    @on(KindList.Marked)
    def _marked(self, event: KindList.Marked) -> None:
        event.stop()
        self.choose(event.kind)


class FlagRow(QuestionRow):
    """Yes or no."""

    def control(self) -> Widget:
        """A box to tick."""
        return Checkbox("yes", value=self._shown(self.value))

    def _shown(self, value: Any) -> bool:
        return bool(self.question.default if value is None else value)

    def show(self, value: Any) -> None:
        """Show another value."""
        super().show(value)
        with self.prevent(Checkbox.Changed):
            self.query_one(Checkbox).value = self._shown(value)

    @on(Checkbox.Changed)
    def _ticked(self, event: Checkbox.Changed) -> None:
        event.stop()
        if event.value != self._shown(self.value):
            self.value = event.value
            self.post_message(self.Answered(self, event.value))


class SectionRow(FlagRow):
    """Whether a section is given at all."""

    def _shown(self, value: Any) -> bool:
        return value is not None

    @on(Checkbox.Changed)
    def _ticked(self, event: Checkbox.Changed) -> None:
        event.stop()
        if event.value != self._shown(self.value):
            self.value = {} if event.value else None
            self.post_message(self.Answered(self, self.value))


class EditorRow(QuestionRow):
    """An answer that is edited in a window of its own: lists, maps, raw values, secrets."""

    def control(self) -> Widget:
        """A button that tells the answer and opens its editor."""
        return Button(self.summary(self.value), compact=True, classes="editor")

    def summary(self, value: Any) -> str:
        """The answer in a few words."""
        shape, default = self.question.shape, self.question.default
        if value in (None, [], {}):
            quiet = value is not None or default in (None, [], {})
            return "none" if quiet else f"{shown(default, shape)} (default)"
        return shown(value, shape)

    def show(self, value: Any) -> None:
        """Show another value."""
        super().show(value)
        try:
            self.query_one(Button).label = self.summary(value)
        except NoMatches:
            return

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Pressed(self))
