"""Edits a list or a map: its items, one of them open for typing."""

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Footer, OptionList, Static
from textual.widgets.option_list import Option

from screens.dialogs.editor import Editor
from screens.dialogs.open_item import OpenItem
from screens.models.item_edits import ItemEdits, Key
from screens.models.question_text import hint
from screens.models.row_states import Told, told_of
from screens.models.shown import shown
from screens.signs import STYLES, sign
from screens.widgets.rows import QuestionRow
from wizard.answers.form import Question

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


class ItemsEditor(Editor):
    """One editor for all lists and maps of the model."""

    CSS_PATH = "items.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo", "Undo", id="undo"),
        Binding("ctrl+y", "redo", "Redo", id="redo", show=False),
    ]

    def __init__(self, editing: "Editing", question: Question) -> None:
        super().__init__(editing, question)
        self.edits = ItemEdits(editing.desk, question)
        self._nested = editing.over(self.edits.desk)

    def compose(self) -> ComposeResult:
        """What it is about, the items, and the place for the one that is open."""
        with Vertical(classes="window"):
            yield Static(self.question.label, classes="window-title", markup=False)
            yield Static(self.question.help, id="about", markup=False)
            yield Static("Nothing yet: a adds the first one.", id="nothing", markup=False)
            yield ItemList()
            yield OpenItem(self.edits, self._nested)
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

    def action_add(self) -> None:
        """Add an item and open it."""
        item = self.question.shape.item
        empty: Any = {} if item and item.form in {"section", "union", "secret", "map"} else ""
        self._open_item.commit()
        key = self.edits.add(empty)
        self._show(key)
        self._edit(key, fresh=True)

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
        if self._open_item.key is not None:
            self._open_item.close()

    @property
    def _open_item(self) -> OpenItem:
        return self.query_one(OpenItem)

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

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        if (key := self._here) is not None:
            self._edit(key)

    @work(group="open", exclusive=True)
    async def _edit(self, key: Key, *, fresh: bool = False) -> None:
        await self._open_item.open(key, fresh=fresh)

    @on(OpenItem.Changed)
    def _changed(self, event: OpenItem.Changed) -> None:
        self._warned = False
        self._show(event.key)

    @on(OpenItem.Closed)
    def _put_away(self) -> None:
        self.query_one("#about", Static).update(self.question.help)
        self._show()
        self.query_one(ItemList).focus()

    @on(QuestionRow.Entered)
    def _entered(self, event: QuestionRow.Entered) -> None:
        """Tell of the field that one is at."""
        text = f"{hint(event.row.question)}{self._nested.hint(event.row)}"
        self.query_one("#about", Static).update(text)

    @on(Button.Pressed)
    def _button(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "add":
            self.action_add()
        else:
            self.action_done()

    def action_done(self) -> None:
        """Take the items over."""
        if not self._open_item.commit():
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
