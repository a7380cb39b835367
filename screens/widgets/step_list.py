"""The steps of a run as a list: sign, title, how it goes; below it what is waited for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual import on
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.models.run_rows import Row
from screens.models.wrapping import wrapped
from screens.signs import STYLES, sign

_INDENT = "    "
_MOST_LINES = 2
"""Of each text that tells of a failure, so that all of them fit below each other."""


class StepList(OptionList):
    """Shows rows; the cursor stays at what goes on until the person moves it."""

    @dataclass
    class Chosen(Message):
        """The person went to a row."""

        id: str

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._rows: Sequence[Row] = ()
        self._led = True
        self._leads_to = ""

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; only what changed is drawn anew."""
        if rows == self._rows:
            return
        before, self._rows = self._rows, rows
        if [row.id for row in before] == [row.id for row in rows]:
            for old, new in zip(before, rows, strict=True):
                if old != new:
                    self.replace_option_prompt(new.id, self._prompt(new))
        else:
            self._list()
        self._lead()
        if self._led:
            self.call_after_refresh(self.scroll_to_highlight)

    def lead(self) -> None:
        """Have the cursor go with the run again."""
        self._led = True
        self._lead()

    def on_resize(self, event: Resize) -> None:
        """What stands at the right belongs to the new edge."""
        if self.option_count:
            self._list()

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        at = self.highlighted_option.id if self.highlighted_option else None
        if event.option_id != at or (self._led and at == self._leads_to):
            return  # moved on meanwhile, or not by the person
        self._led = False
        self.post_message(self.Chosen(at or ""))

    def _list(self) -> None:
        at = self.highlighted_option.id if self.highlighted_option else None
        self.clear_options()
        self.add_options(Option(self._prompt(row), id=row.id) for row in self._rows)
        if at in {row.id for row in self._rows}:
            self._leads_to = at or ""
            self.highlighted = self.get_option_index(at or "")

    def _lead(self) -> None:
        """Put the cursor at what failed, or else goes on."""
        if not self._led or not self._rows:
            return
        first = {state: row for row in reversed(self._rows) for state in (row.state,)}
        row = first.get("wrong") or first.get("here") or self._rows[-1]
        self._leads_to = row.id
        self.highlighted = self.get_option_index(row.id)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width - 3

    def _prompt(self, row: Row) -> Content:
        colour = STYLES.get(row.state, "")
        title, word = f"{sign(row.state)} {row.title}", row.word
        for more in row.more:
            longer = f"{word}, {more}"
            word = longer if len(title) + 2 + len(longer) <= self._width else word
        room = self._width - 2 - len(word)
        title = title if len(title) <= room else f"{title[: room - 1]}…"
        gap = " " * max(2, self._width - len(title) - len(word))
        quiet = "$text-muted" if row.state in {"not yet", "unknown"} else ""
        lines = [Content.assemble((title, colour), gap, (word, quiet or colour))]
        lines += [Content.styled(line, "$text-muted") for line in self._wrapped(row.waits)]
        if row.trouble:
            head = f"{row.trouble.id}  {row.trouble.title}".strip()
            lines += [Content.styled(line, "bold") for line in self._wrapped(head)]
            for line in row.trouble.lines(briefly=True):
                lines += map(Content, _cut(list(self._wrapped(line, hanging=6)), line, self._width))
        lines += [Content.styled(line, "$text-accent") for line in self._wrapped(row.hint)]
        return Content("\n").join(lines)

    def _wrapped(self, text: str, hanging: int = 0) -> Iterator[str]:
        """The text in lines that fit, below the row's title."""
        yield from wrapped(text, self._width, _INDENT, " " * hanging)


def _cut(lines: list[str], text: str, width: int) -> list[str]:
    """As much as has room, since all is told among the problems; errors name their cause last."""
    if len(lines) <= _MOST_LINES:
        return lines
    if text.startswith("Seen"):
        first, *rest = lines[-_MOST_LINES:]
        return [f"{_INDENT}Seen  … {first.strip()}"[:width], *rest]
    last = lines[_MOST_LINES - 1]
    return [*lines[: _MOST_LINES - 1], f"{last[: width - 2]} …"]
