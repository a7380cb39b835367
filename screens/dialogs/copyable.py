"""A text to read, and to copy as a whole."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Footer, Static

from screens.dialogs.dialog import Dialog


class Copyable(Dialog[None]):
    """A text under a title; `copied` is what is copied, if it is not the text itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "cancel", "Close", show=False),
        Binding("c", "copy", "Copy", id="copy", tooltip="Copy it to the clipboard"),
    ]

    def __init__(self, title: str, text: str, copied: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._copied = copied or text

    def compose(self) -> ComposeResult:
        """The title above the text."""
        with Vertical(classes="window"):
            yield Static(self._title, classes="window-title", markup=False)
            with VerticalScroll():
                yield Static(self._text, markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one(VerticalScroll).focus()

    def action_copy(self) -> None:
        """Copy it."""
        self.app.copy_to_clipboard(self._copied)
        self.notify("Copied, if this terminal lets programs copy.")
