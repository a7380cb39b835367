"""Asks for one secret, unseen; it is kept for this session only."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Footer, Input, Static

from screens.dialogs.dialog import Dialog
from screens.widgets.hidden_input import HiddenInput


class AskSecret(Dialog[str]):
    """A hidden line to type in. Gives back what was typed; nothing where the person will not.

    `variable` is the environment variable that would make the question needless, `why` what keeps
    the wizard from knowing the secret.
    """

    def __init__(self, path: str, label: str, variable: str, why: str) -> None:
        super().__init__()
        self._path = path
        self._label = label
        self._variable = variable
        self._why = why

    def compose(self) -> ComposeResult:
        """What is asked for and why, the line, and what becomes of it."""
        with Vertical(classes="window -small"):
            yield Static(self._label, classes="window-title", markup=False)
            yield Static(f"{self._path}: {self._why}", markup=False)
            yield HiddenInput("typed unseen", classes="narrow")
            yield Static(
                "Kept for this session only, in no file. At the next start the variable "
                f"{self._variable} gives it without a question.",
                markup=False,
            )
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
