"""Choose one of several things."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from screens.dialogs.dialog import Dialog
from screens.models.errors import error_lines
from screens.signs import sign
from wizard.errors import WizardError


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its value, and what is told of it."""

    value: str
    text: str = ""


Ask = Callable[[], Awaitable[Sequence[Choice]]]


class Pick(Dialog[str]):
    """A list to choose from; typing narrows it.

    With `ask` the choices come later; closing the window cancels asking. It may raise WizardError,
    which is told in the window.
    """

    def __init__(
        self, title: str, choices: Sequence[Choice], chosen: str = "", ask: Ask | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._chosen = chosen
        self._ask = ask

    def compose(self) -> ComposeResult:
        """The title, what is typed, and the list."""
        with Vertical(classes="window"):
            yield Static(self._title, classes="window-title", markup=False)
            yield Input(placeholder="type to narrow the list", classes="narrow")
            yield Static("", id="asking", markup=False)
            yield OptionList()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show everything that is there by now."""
        self.query_one("#asking").display = False
        self._list("")
        self.query_one(OptionList).focus()
        if self._ask:
            self._fetch(self._ask)

    @work(group="ask", exclusive=True)
    async def _fetch(self, ask: Ask) -> None:
        """Ask for the choices, and say what is waited for meanwhile."""
        since = time.monotonic()

        def tell() -> None:
            seconds = int(time.monotonic() - since)
            self._say(f"{sign('asking')} asking what there is, {seconds} s. Escape ends it.")

        tell()
        clock = self.set_interval(1, tell)
        try:
            self._choices = await ask()
            self._say("" if self._choices else "Nothing is there to choose from: type it.")
        except WizardError as error:
            self._say(f"{sign('wrong')} {error_lines(error)}\nIt can be typed all the same.")
        finally:
            clock.stop()
        self._list(self.query_one(Input).value)

    def _say(self, text: str) -> None:
        told = self.query_one("#asking", Static)
        told.update(text)
        told.display = bool(text)

    def _list(self, narrow: str) -> None:
        width = max((len(choice.value) for choice in self._choices), default=0)
        options = self.query_one(OptionList)
        shown = [
            (index, choice)
            for index, choice in enumerate(self._choices)
            if narrow.lower() in f"{choice.value} {choice.text}".lower()
        ]
        options.set_options(
            Option(
                Content.assemble(choice.value.ljust(width + 2), (choice.text, "$text-muted")),
                id=str(index),
            )
            for index, choice in shown
        )
        values = [choice.value for _, choice in shown]
        if shown:
            at = values.index(self._chosen) if self._chosen in values else 0
            options.highlighted = at

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
