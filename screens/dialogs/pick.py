"""Choose one of several things."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from screens.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its value, and what is told of it."""

    value: str
    text: str = ""


class Pick(Dialog[str]):
    """A list to choose from; typing narrows it."""

    def __init__(self, title: str, choices: Sequence[Choice], chosen: str = "") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """The title, what is typed, and the list."""
        with Vertical(classes="window"):
            yield Static(self._title, classes="window-title", markup=False)
            yield Input(placeholder="type to narrow the list", classes="narrow")
            yield OptionList()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show everything."""
        self._list("")
        values = [choice.value for choice in self._choices]
        if self._chosen in values:
            self.query_one(OptionList).highlighted = values.index(self._chosen)
        self.query_one(OptionList).focus()

    def _list(self, narrow: str) -> None:
        width = max((len(choice.value) for choice in self._choices), default=0)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(
                Content.assemble(choice.value.ljust(width + 2), (choice.text, "$text-muted")),
                id=str(index),
            )
            for index, choice in enumerate(self._choices)
            if narrow.lower() in f"{choice.value} {choice.text}".lower()
        )
        if options.option_count:
            options.highlighted = 0

    @on(Input.Changed)
    def _narrowed(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted)
    def _first(self) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            options.focus()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[int(event.option.id or 0)].value)
