"""A list of rows whose lines wrap under themselves; the one widget of all panes of Review."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.models.rows import Line, Row

_PADDING = 2
"""Columns around each row, as the stylesheet has it."""
_NARROWEST = 20
"""Columns that text gets, however much stands before it."""


def laid_out(line: Line, width: int) -> Content:
    """A line within so many columns."""
    before = line.indent + len(line.lead)
    parts = wrap(line.text, max(width - before, _NARROWEST), break_on_hyphens=False) or [""]
    rest = "".join(f"\n{' ' * before}{part}" for part in parts[1:])
    lead = (f"{' ' * line.indent}{line.lead}", line.lead_style)
    return Content.assemble(lead, (f"{parts[0]}{rest}", line.style))


class RowList(OptionList):
    """Rows to move through. Enter chooses one, space toggles it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "toggle_row", "Toggle", show=False)]

    @dataclass
    class Chosen(Message):
        """Enter on a row."""

        source: "RowList"
        key: str

    @dataclass
    class Toggled(Message):
        """Space on a row."""

        source: "RowList"
        key: str

    def __init__(self, id_: str) -> None:
        super().__init__(id=id_, compact=True, markup=False)
        self._rows: Sequence[Row] = ()
        self._width = 0

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown."""
        return self._rows

    @property
    def key(self) -> str:
        """The row under the cursor; empty without one."""
        return self._rows[self.highlighted].key if self.highlighted is not None else ""

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows; the cursor stays on its row, or on the first one."""
        here, top = self.key, self.scroll_offset.y
        self._rows = tuple(rows)
        self._lay_out()
        self.move_to(lambda key: key == here) or self.move_to(bool)
        self.scroll_to(y=top, animate=False)

    def move_to(self, wanted: Callable[[str], object]) -> bool:
        """Put the cursor on the first row whose key is wanted; whether there is one."""
        for index, row in enumerate(self._rows):
            if row.key and wanted(row.key):
                self.highlighted = index
                return True
        return False

    def on_resize(self, event: Resize) -> None:
        """Wrap the lines anew."""
        if self._columns() != self._width:
            here = self.highlighted
            self._lay_out()
            self.highlighted = here

    def _columns(self) -> int:
        return self.scrollable_content_region.width - _PADDING

    def _lay_out(self) -> None:
        self._width = width = self._columns()
        self.set_options(
            Option(
                Content("\n").join(laid_out(line, width) for line in row.lines),
                disabled=not row.key,
            )
            for row in self._rows
        )

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self, self._rows[event.option_index].key))

    def action_toggle_row(self) -> None:
        """Toggle the row under the cursor."""
        if self.key:
            self.post_message(self.Toggled(self, self.key))
