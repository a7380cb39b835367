"""Asks for one secret, unseen."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Footer, Input, Static

from screens.dialogs.dialog import Dialog
from screens.widgets.hidden_input import HiddenInput


class AskSecret(Dialog[str]):
    """A hidden line to type in. Gives back what was typed; nothing where the person will not.

    `why` is what keeps the wizard from knowing the secret, `kept` what becomes of it.
    """

    def __init__(self, label: str, why: str, kept: str) -> None:
        super().__init__()
        self._label = label
        self._why = why
        self._kept = kept

    def compose(self) -> ComposeResult:
        """What is asked for and why, the line, and what becomes of it."""
        with Vertical(classes="window -small"):
            yield Static(self._label, classes="window-title", markup=False)
            yield Static(self._why, markup=False)
            yield HiddenInput("typed unseen", classes="narrow")
            yield Static(self._kept, markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Use it", compact=True, name="use")
                yield Button("Not now", compact=True, name="cancel")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin at the line."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        value = self.query_one(Input).value
        if value:
            self.dismiss(value)
        else:
            self.notify("Nothing was typed. Escape leaves it for later.", severity="warning")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.name == "use":
            self._submitted()
        else:
            self.dismiss(None)
