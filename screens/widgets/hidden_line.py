"""A line to type a secret in, unseen, with what can be said of its strength."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, Static

from screens.models.secret_words import Told, strength, strong
from screens.signs import STYLES, sign
from screens.widgets.hidden_input import HiddenInput


class HiddenLine(Vertical):
    """Takes a secret for this session. `name_of` is the answer's path as people write it."""

    @dataclass
    class Changed(Message):
        """Something else stands in the line."""

    @dataclass
    class Entered(Message):
        """Enter was pressed in the line."""

    def __init__(self, name_of: str, *, chosen_here: bool, known: bool) -> None:
        super().__init__(id="typing")
        self._name_of = name_of
        self._chosen_here = chosen_here
        self._known = known

    def compose(self) -> ComposeResult:
        """The line, and its strength below."""
        with Horizontal(classes="line"):
            yield Label("Type it now", classes="label")
            yield HiddenInput()
        yield Static("", id="strength", markup=False)

    def on_mount(self) -> None:
        """Say what typing here is for."""
        self._tell()

    @property
    def line(self) -> HiddenInput:
        """The line itself."""
        return self.query_one(HiddenInput)

    @property
    def value(self) -> str:
        """What was typed."""
        return self.line.value

    @property
    def told(self) -> Told:
        """How that stands."""
        if self.value:
            return strength(self._name_of, self.value, chosen_here=self._chosen_here)
        if self._known:
            return "ok", "typed already for this session"
        return "not yet", "for this session only; it is never saved"

    def _tell(self) -> None:
        state, words = self.told
        place = self.query_one("#strength", Static)
        place.update(Content.styled(f"{sign(state)} {words}", STYLES[state]))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    def toggle(self) -> None:
        """Show what is typed, or hide it again."""
        self.line.password = not self.line.password
        self.line.focus()

    def make(self) -> None:
        """Put a new strong secret there; it stays hidden until it is shown."""
        self.line.value = strong(self._name_of)
        self.line.focus()
        self.notify("Made. Keep it somewhere: Show or hide shows it.")
