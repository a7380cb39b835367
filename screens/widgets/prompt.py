"""One line that asks for a text: what to search, what to filter by, where to write."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static


class Prompt(Horizontal):
    """Hidden until it asks. Every key belongs to its text; Enter answers, Escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="prompt.close", tooltip="Close without an answer"),
    ]

    @dataclass
    class Answered(Message):
        """The person answered, to a purpose."""

        purpose: str
        text: str

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._purpose = ""
        self._back: Widget | None = None

    def compose(self) -> ComposeResult:
        """The question and the line for its answer."""
        yield Static("", markup=False)
        yield Input(compact=True)

    def on_mount(self) -> None:
        """Ask nothing yet."""
        self.display = False

    def ask(self, purpose: str, question: str, text: str = "") -> None:
        """Ask for a text, beginning with one."""
        if not self.display:
            self._back = self.screen.focused
        self._purpose, self.display = purpose, True
        self.query_one(Static).update(question)
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)
        line.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_close()
        self.post_message(self.Answered(self._purpose, event.value))

    def action_close(self) -> None:
        """Hide it, and give the focus back."""
        self.display = False
        if self._back is not None and self._back.is_attached:
            self._back.focus()
