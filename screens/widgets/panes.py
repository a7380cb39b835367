"""Panes side by side where there is room; otherwise one at a time under a line of tabs."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from screens.widgets.row_list import RowList


class Tab(Static):
    """The name of a pane; a click shows it."""

    @dataclass
    class Clicked(Message):
        """The person wants to see the pane."""

        pane: str

    def __init__(self, pane: str) -> None:
        super().__init__("", markup=False, classes="tab")
        self.pane = pane

    def on_click(self) -> None:
        """Show the pane."""
        self.post_message(self.Clicked(self.pane))


class Pane(Vertical):
    """A list of rows under a title."""

    def __init__(self, id_: str) -> None:
        super().__init__(id=f"pane-{id_}", classes="pane")
        self._list = RowList(id_)

    def compose(self) -> ComposeResult:
        """The title, then the rows."""
        yield Static("", classes="pane-title", markup=False)
        yield self._list


class Panes(Vertical):
    """Several lists of rows, by their ids; the first one is shown at first."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(id="panes")
        self._ids = tuple(ids)
        self.shown = self._ids[0]
        """The pane that is in front."""

    def compose(self) -> ComposeResult:
        """The tabs above the panes."""
        with Horizontal(id="tabs"):
            for id_ in self._ids:
                yield Tab(id_)
        with Container(id="lists"):
            for id_ in self._ids:
                yield Pane(id_)

    def on_mount(self) -> None:
        """Bring the first pane to the front."""
        self.bring(self.shown)

    def rows(self, id_: str) -> RowList:
        """The list of a pane."""
        return self.query_one(f"#{id_}", RowList)

    def name_pane(self, id_: str, title: str) -> None:
        """Give a pane its title."""
        number = self._ids.index(id_) + 1
        for tab in self.query(Tab):
            if tab.pane == id_:
                tab.update(f"{number} {title}")
        self.query_one(f"#pane-{id_} .pane-title", Static).update(f"{number} {title}")

    def bring(self, id_: str, *, focus: bool = False) -> None:
        """Bring a pane to the front."""
        self.shown = id_
        for pane in self.query(Pane):
            pane.set_class(pane.id == f"pane-{id_}", "-shown")
        for tab in self.query(Tab):
            tab.set_class(tab.pane == id_, "-shown")
        if focus:
            self.rows(id_).focus()

    def neighbour(self, step: int) -> str | None:
        """The pane so many places further; None past the ends."""
        place = self._ids.index(self.shown) + step
        return self._ids[place] if 0 <= place < len(self._ids) else None

    def at(self, number: int) -> str:
        """The id of the pane with a number."""
        return self._ids[number - 1]

    def on_tab_clicked(self, event: Tab.Clicked) -> None:
        """Show the pane that was clicked."""
        self.bring(event.pane, focus=True)
