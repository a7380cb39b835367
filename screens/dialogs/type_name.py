"""Asks to type the name of a thing before it is lost or taken over."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Footer, Input, Static

from screens.dialogs.dialog import Dialog


class TypeName(Dialog[bool]):
    """What would happen, and a line for the name. Gives back whether it was typed.

    `purpose` completes "Type NAME to …".
    """

    def __init__(self, name: str, purpose: str, told: str) -> None:
        super().__init__()
        self._name_wanted = name
        self._purpose = purpose
        self._told = told

    def compose(self) -> ComposeResult:
        """The sentence, what becomes of the thing, and the line."""
        with Vertical(classes="window -small"):
            yield Static(
                f"Type {self._name_wanted} to {self._purpose}.",
                classes="window-title",
                markup=False,
            )
            yield Static(self._told, markup=False)
            yield Input(placeholder="its name", classes="narrow")
            yield Static("", id="wrong", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Allow it", compact=True, name="allow")
                yield Button("Leave it", compact=True, name="leave")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin at the line."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self.query_one(Input).value.strip() == self._name_wanted:
            self.dismiss(True)
        else:
            self.query_one("#wrong", Static).update(
                f"This is not the name. Type {self._name_wanted}, or Escape leaves it."
            )

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.name == "allow":
            self._submitted()
        else:
            self.dismiss(False)
