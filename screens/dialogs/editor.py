"""What the windows that edit an answer share."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from screens.dialogs.dialog import Dialog
from screens.dialogs.explain import Explain
from screens.models.question_text import explanation
from screens.models.row_states import Told
from screens.signs import STYLES, sign
from wizard.answers.form import Question

if TYPE_CHECKING:
    from screens.editing import Editing


class Editor(Dialog[bool]):
    """Edits the answer to a question. Gives back whether it is another now.

    Escape leaves the answer as it was; `done` takes over what was edited.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Leave", id="close", tooltip="Leave without a change"),
        Binding("ctrl+s", "done", "Done", id="done", tooltip="Take it over"),
        Binding("f1", "help", "Help", id="help", tooltip="More about this answer"),
    ]

    def __init__(self, editing: "Editing", question: Question) -> None:
        super().__init__()
        self.editing = editing
        self.question = question
        self._warned = False

    def action_done(self) -> None:
        """Take it over. Where something is wrong that is shown first; a second time it is taken."""
        raise NotImplementedError

    def action_help(self) -> None:
        """Explain the answer."""
        self.app.push_screen(Explain(explanation(self.question)))

    def warn(self, text: str) -> bool:
        """Say what is wrong, once; whether it was said now."""
        if not self._warned:
            self.notify(f"{text} Done again takes it over as it is.", severity="warning")
        told, self._warned = not self._warned, True
        return told

    def tell(self, selector: str, told: Told | None) -> None:
        """Show a state with its words in a place of the window; nothing: the place is gone."""
        place = self.query_one(selector, Static)
        place.display = told is not None
        if told:
            place.update(Content.styled(f"{sign(told[0])} {told[1]}", STYLES[told[0]]))
