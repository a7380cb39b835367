"""Edits a list or a map: its items, one of them open for typing."""

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from screens.dialogs.editor import Editor
from screens.item_edits import ItemEdits, Key
from screens.question_text import hint
from screens.shown import shown
from screens.signs import STYLES, sign
from screens.widgets.form import Form
from screens.widgets.row_states import RowStates, Told, told_of
from screens.widgets.rows import QuestionRow, TextRow
from wizard.answers.form import Question, key_question
from wizard.answers.problems import Problem
from wizard.answers.translate import NOT_A_KEY

if TYPE_CHECKING:
    from screens.editing import Editing


class ItemList(OptionList):
    """The items, one a line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Edit"),
        Binding("a,insert", "screen.add", "Add"),
        Binding("c", "screen.copy", "Copy"),
        Binding("d,delete", "screen.delete", "Delete"),
        Binding("minus,shift+up", "screen.move(-1)", "Up", key_display="-"),
        Binding("plus,shift+down", "screen.move(1)", "Down", key_display="+"),
    ]


class KeyRow(TextRow):
    """The key of a map's item."""


class OpenItem(Vertical):
    """The fields of the item that is edited."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.close_item", "To the list", id="to-list"),
    ]


class ItemStates(RowStates):
    """What is known of an item's value; what is wrong with its key stands beside that."""

    def is_about(self, problem: Problem, question: Question) -> bool:
        """Whether a problem is told beside a question."""
        about_key = problem.message.startswith(NOT_A_KEY)
        return not about_key and super().is_about(problem, question)


class ItemsEditor(Editor):
    """One editor for all lists and maps of the model."""

    CSS_PATH = "items.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo", "Undo", id="undo"),
        Binding("ctrl+y", "redo", "Redo", id="redo", show=False),
        Binding("f4", "pick", "Choose", id="pick", show=False),
    ]

    def __init__(self, editing: "Editing", question: Question) -> None:
        super().__init__(editing, question)
        self.edits = ItemEdits(editing.desk, question)
        self._nested = editing.over(self.edits.desk)
        self._states = ItemStates(self.edits.desk)
        self._open: Key | None = None
        self._fresh: Key | None = None
        """An item that was just added: left untouched, it goes again."""

    def compose(self) -> ComposeResult:
        """What it is about, the items, and the place for the one that is open."""
        with Vertical(classes="window"):
            yield Static(self.question.label, classes="window-title", markup=False)
            yield Static(self.question.help, id="about", markup=False)
            yield Static("Nothing yet: a adds the first one.", id="nothing", markup=False)
            yield ItemList()
            yield OpenItem(id="open")
            yield Static("", id="told", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Done", compact=True, id="done")
                yield Button("Add", compact=True, id="add")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the list."""
        self._show()
        self.query_one(ItemList).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Moving is for lists only."""
        return self.edits.is_list if action == "move" else True

    # What can be done in the list

    def action_add(self) -> None:
        """Add an item and open it."""
        item = self.question.shape.item
        empty: Any = {} if item and item.form in {"section", "union", "secret", "map"} else ""
        self._commit()
        key = self.edits.add(empty)
        self._fresh = key
        self._show(key)
        self._edit(key)

    def action_copy(self) -> None:
        """Copy the highlighted item."""
        if (key := self._here) is not None:
            self._show(self.edits.copy(key))

    def action_delete(self) -> None:
        """Delete the highlighted item; undo brings it back."""
        if (key := self._here) is not None:
            index = self.edits.keys.index(key)
            self.edits.delete(key)
            keys = self.edits.keys
            self._show(keys[min(index, len(keys) - 1)] if keys else None)

    def action_move(self, by: int) -> None:
        """Move the highlighted item up or down."""
        if (key := self._here) is not None:
            self._show(self.edits.move(key, by))

    def action_undo(self) -> None:
        """Take the last edit back."""
        if not self.edits.undo():
            self.notify("Nothing to undo.")
        self._travelled()

    def action_redo(self) -> None:
        """Do again what was undone."""
        self.edits.redo()
        self._travelled()

    def _travelled(self) -> None:
        self._show(self._here)
        if self._open is not None:
            self._close()

    @property
    def _here(self) -> Key | None:
        """The key of the highlighted item."""
        index, keys = self.query_one(ItemList).highlighted, self.edits.keys
        return keys[index] if index is not None and index < len(keys) else None

    def _show(self, key: Key | None = None) -> None:
        """Show the items as they are now, and highlight one."""
        items = self.query_one(ItemList)
        keys = self.edits.keys
        at = keys.index(key) if key in keys else items.highlighted
        items.set_options([Option(self._line(key, value)) for key, value in self.edits.items])
        items.highlighted = min(at or 0, len(keys) - 1) if keys else None
        self.query_one("#nothing").display = not keys
        whole = self.edits.problems_of_all
        self.tell("#told", told_of(whole[0]) if whole and keys else None)

    def _line(self, key: Key, value: Any) -> Content:
        item = self.question.shape.item
        text = shown(value, item) if item and value not in ("", {}) else "(empty)"
        name = text if self.edits.is_list else f"{key or '(no key)'}: {text}"
        state, words = self._state_of(key)
        return Content.assemble(
            (f"{sign(state)} ", STYLES[state]), name, (f"  {words}", STYLES[state])
        )

    def _state_of(self, key: Key) -> Told:
        wrong = self.edits.problems(key)
        if not wrong:
            return "ok", ""
        missing = self.edits.desk.missing(wrong[0])
        return ("not yet", "needed") if missing else (told_of(wrong[0])[0], wrong[0].message)

    # The open item

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        if (key := self._here) is not None:
            self._edit(key)

    @work(group="open", exclusive=True)
    async def _edit(self, key: Key) -> None:
        """Open an item for typing."""
        self._open = key
        self.edits.settle()
        place, path = self.query_one(OpenItem), (*self.edits.path, key)
        await place.remove_children()
        asked = key_question(self.edits.desk.draft.data, path)
        if asked:
            key_row = KeyRow(asked, str(key))
            await place.mount(key_row)
            self._tell_key(key_row)
        form = Form(self.edits.desk, [path], self._states, all_in_front=True)
        await place.mount(form)
        place.display = True
        for row in [*place.query(KeyRow), *form.rows][:1]:
            row.focus_control()

    def action_close_item(self) -> None:
        """Back to the list; what was typed stays, but for a key that cannot be."""
        if not self._commit():
            self.notify(f"The key stays {self._open}.", severity="warning", markup=False)
        self._close()

    def _close(self) -> None:
        if self._fresh is not None and dict(self.edits.items).get(self._fresh) in ("", {}):
            self.edits.withdraw(self._fresh)
        self._open = self._fresh = None
        self.query_one(OpenItem).display = False
        self._say(self.question.help)
        self._show()
        self.query_one(ItemList).focus()

    @on(QuestionRow.Entered)
    def _entered(self, event: QuestionRow.Entered) -> None:
        question = event.row.question
        self._say(f"{hint(question)}{self._nested.hint(event.row)}")
        self._suggest(event.row)

    @work(group="suggest", exclusive=True)
    async def _suggest(self, row: QuestionRow) -> None:
        await self._nested.suggest(row)

    def _say(self, text: str) -> None:
        self.query_one("#about", Static).update(text)

    @on(QuestionRow.Left)
    def _left(self, event: QuestionRow.Left) -> None:
        self.edits.settle()
        if isinstance(event.row, KeyRow):
            self._commit()

    def _commit(self) -> bool:
        """Give the open item the key that was typed; whether it has that now."""
        rows, key = self.query(KeyRow), self._open
        if not rows or key is None or key not in self.edits.keys:
            return True
        row = rows.first(KeyRow)
        try:
            self.edits.rename(key, row.query_one(Input).value.strip())
        except ValueError as error:
            row.tell([("wrong", str(error))])
            return False
        new = row.query_one(Input).value.strip()
        if new != key:
            self._open, self._fresh = new, None
            self.query_one(OpenItem).query_one(Form).move_to((*self.edits.path, new))
            self._show(new)
        self._tell_key(row)
        return True

    def _tell_key(self, row: KeyRow) -> None:
        wrong = self.edits.key_problems(self._open) if self._open else ()
        row.tell([told_of(problem) for problem in wrong])

    @on(Input.Submitted)
    def _submitted(self) -> None:
        """Enter goes on to the next field, from the last one back to the list."""
        place = self.query_one(OpenItem)
        forms, keys = place.query(Form), place.query(KeyRow)
        if keys and keys.first().has_focus_within:
            if self._commit():
                forms.first(Form).rows[0].focus_control()
        elif not forms or not forms.first(Form).focus_next():
            self.action_close_item()

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        event.stop()
        self._show(self._open)

    # Editors and choices within the open item

    @on(QuestionRow.Pressed)
    def _pressed(self, event: QuestionRow.Pressed) -> None:
        event.stop()
        self._choose(event.row)

    def action_pick(self) -> None:
        """Choose the answer in front from what there is."""
        forms = self.query_one(OpenItem).query(Form)
        row = forms.first(Form).row_in_front if forms else None
        if row:
            self._choose(row)

    @work(group="choose", exclusive=True)
    async def _choose(self, row: QuestionRow) -> None:
        if await self._nested.choose(row):
            await self.query_one(OpenItem).query_one(Form).edited(row.question.path)

    # The end

    @on(Button.Pressed, "#add")
    def _add_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_add()

    @on(Button.Pressed, "#done")
    def _done_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_done()

    def action_done(self) -> None:
        """Take the items over."""
        if not self._commit():
            return
        if "" in self.edits.keys:
            self._edit("")
            self.notify("An item has no key yet: type one, or delete it.", severity="error")
            return
        wrong = [key for key in self.edits.keys if self.edits.problems(key)]
        if wrong and self.edits.changed and self.warn(f"{len(wrong)} of the items to look at."):
            self._show(wrong[0])
            return
        self.dismiss(self.edits.take_over(self.editing.desk))
