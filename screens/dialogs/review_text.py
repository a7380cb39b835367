"""A text to look through before something is done with it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Footer, Static

from screens.dialogs.dialog import Dialog


class ReviewText(Dialog[bool]):
    """A question above a text; gives back whether it is to be done, which `yes` names."""

    def __init__(self, question: str, text: str, yes: str) -> None:
        super().__init__()
        self._question = question
        self._text = text
        self._yes = yes

    def compose(self) -> ComposeResult:
        """The question, the text, the buttons."""
        with Vertical(classes="window"):
            yield Static(self._question, classes="window-title", markup=False)
            with VerticalScroll():
                yield Static(self._text, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._yes, compact=True, name="yes")
                yield Button("Leave it", compact=True)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one(VerticalScroll).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name == "yes")
