"""The item of a list or a map that is open for typing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from screens.models.item_edits import ItemEdits, Key
from screens.models.row_states import RowStates, told_of
from screens.widgets.editable_form import EditableForm
from screens.widgets.form import Form
from screens.widgets.rows import QuestionRow, TextRow
from wizard.answers.form import Question, key_question
from wizard.answers.problems import Problem
from wizard.answers.translate import NOT_A_KEY

if TYPE_CHECKING:
    from screens.editing import Editing


class KeyRow(TextRow):
    """The key of a map's item."""


class ItemStates(RowStates):
    """What is known of an item's value; what is wrong with its key stands beside that."""

    def is_about(self, problem: Problem, question: Question) -> bool:
        """Whether a problem is told beside a question."""
        about_key = problem.message.startswith(NOT_A_KEY)
        return not about_key and super().is_about(problem, question)


class OpenItem(Vertical):
    """The key of an item, where it has one, and the questions for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "To the list", id="to-list"),
        Binding("f4", "pick", "Choose", id="pick", show=False),
    ]

    @dataclass
    class Changed(Message):
        """The item that has this key now is another."""

        key: Key

    @dataclass
    class Closed(Message):
        """The person is done with the item."""

    def __init__(self, edits: ItemEdits, editing: "Editing") -> None:
        super().__init__(id="open")
        self._edits = edits
        self._editing = editing
        self._states = ItemStates(edits.desk)
        self.key: Key | None = None
        """The key of the item that is open; None: none is."""
        self._fresh = False
        """Whether the item was added just now: left empty, it goes again."""

    async def open(self, key: Key, *, fresh: bool = False) -> None:
        """Open an item for typing."""
        self.key, self._fresh = key, fresh
        self._edits.settle()
        path = (*self._edits.path, key)
        await self.remove_children()
        asked = key_question(self._edits.desk.draft.data, path)
        if asked:
            row = KeyRow(asked, str(key))
            await self.mount(row)
            self._tell_key(row)
        form = EditableForm(
            self._editing, self._edits.desk, [path], self._states, all_in_front=True
        )
        await self.mount(form)
        self.display = True
        for first in [*self.query(KeyRow), *form.rows][:1]:
            first.focus_control()

    def close(self) -> None:
        """Put the item away; what was typed stays."""
        items = dict(self._edits.items)
        if self._fresh and self.key in items and items[self.key] in ("", {}):
            self._edits.withdraw(self.key)
        self.key, self._fresh = None, False
        self.display = False
        self.post_message(self.Closed())

    def action_close(self) -> None:
        """Back to the list; a key that cannot be is not taken."""
        if not self.commit():
            self.notify(f"The key stays {self.key}.", severity="warning", markup=False)
        self.close()

    def commit(self) -> bool:
        """Give the item the key that was typed; whether it has that now."""
        rows, key = self.query(KeyRow), self.key
        if not rows or key is None or key not in self._edits.keys:
            return True
        row = rows.first(KeyRow)
        new = row.query_one(Input).value.strip()
        try:
            self._edits.rename(key, new)
        except ValueError as error:
            row.tell([("wrong", str(error))])
            return False
        if new != key:
            self.key, self._fresh = new, False
            self.query_one(Form).move_to((*self._edits.path, new))
            self.post_message(self.Changed(new))
        self._tell_key(row)
        return True

    def _tell_key(self, row: KeyRow) -> None:
        wrong = self._edits.key_problems(self.key) if self.key else ()
        row.tell([told_of(problem) for problem in wrong])

    @on(QuestionRow.Entered)
    def _entered(self, event: QuestionRow.Entered) -> None:
        self._suggest(event.row)

    @work(group="suggest", exclusive=True)
    async def _suggest(self, row: QuestionRow) -> None:
        await self._editing.suggest(row)

    @on(QuestionRow.Left)
    def _left(self, event: QuestionRow.Left) -> None:
        self._edits.settle()
        if isinstance(event.row, KeyRow):
            self.commit()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, from the last one back to the list."""
        event.stop()
        form, keys = self.query_one(Form), self.query(KeyRow)
        if keys and keys.first().has_focus_within:
            if self.commit():
                form.rows[0].focus_control()
        elif not form.focus_next():
            self.close()

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        event.stop()
        if self.key is not None:
            self.post_message(self.Changed(self.key))

    def action_pick(self) -> None:
        """Choose the answer in front from what there is."""
        self.query_one(EditableForm).pick()
