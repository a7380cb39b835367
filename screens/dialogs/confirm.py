"""Asks before something that cannot be taken back."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from screens.dialogs.dialog import Dialog


class Confirm(Dialog[str]):
    """A question with some answers; the first has the focus. Gives back the answer's words."""

    def __init__(self, question: str, answers: Sequence[str]) -> None:
        super().__init__()
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        """The question, and a button for each answer."""
        with Vertical(classes="window -small"):
            yield Static(self._question, markup=False)
            with Horizontal(classes="buttons"):
                for answer in self._answers:
                    yield Button(answer, compact=True, name=answer)

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name)
