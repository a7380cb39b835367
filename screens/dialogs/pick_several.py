"""Choose several of some things."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, SelectionList, Static
from textual.widgets.selection_list import Selection

from screens.dialogs.dialog import Dialog


class PickSeveral(Dialog[frozenset[str]]):
    """A list with a mark for each thing; gives back those that are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", "Show these", priority=True, id="pick.done"),
        Binding("space", "", "Mark or not", id="pick.mark"),
        Binding("a", "all", "All or none", id="pick.all"),
    ]

    def __init__(self, title: str, things: Sequence[str], chosen: Collection[str]) -> None:
        super().__init__()
        self._title = title
        self._things = things
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """The title and the list."""
        with Vertical(classes="window"):
            yield Static(self._title, classes="window-title", markup=False)
            yield SelectionList[str](
                *(Selection(Content(one), one, one in self._chosen) for one in self._things),
                compact=True,
            )
        yield Footer(compact=True, show_command_palette=False)

    @property
    def _list(self) -> "SelectionList[str]":
        return self.query_one(SelectionList)

    def action_done(self) -> None:
        """Answer with what is marked."""
        self.dismiss(frozenset(self._list.selected))

    def action_all(self) -> None:
        """Mark all, or none where all are marked."""
        if len(self._list.selected) == len(self._things):
            self._list.deselect_all()
        else:
            self._list.select_all()
