"""A live log of many sources: it follows its end, filters, searches, and stays quick."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from screens.models.log_entry import LogEntry, Severity
from screens.models.log_export import write_lines
from screens.widgets.following import FollowingView
from screens.widgets.log_lines import MAX_LINES, LogLines, Wanted, only
from screens.widgets.log_painting import Paints, cells_of_match, finder, painted, paints_of
from screens.widgets.log_shown import ShownLines

FLUSH_SECONDS = 0.05
MOST_WAITING = 5_000
"""Entries that wait for the next flush; where more come, they are taken in at once."""
CLASSIFIED_PER_FLUSH = 200
"""Lines looked at closely between two flushes, so that a filter by severity comes at once."""


class LogView(FollowingView):
    """Shows the newest lines; their full text is somebody else's to keep.

    All of it is to be called from the app's own thread.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-view--source",
        "log-view--error",
        "log-view--warn",
        "log-view--match",
        "log-view--current-match",
    }
    DEFAULT_CSS = """
    LogView {
        background: $surface;
        color: $text;
        & > .log-view--source { color: $text-muted; }
        & > .log-view--error { color: $text-error; }
        & > .log-view--warn { color: $text-warning; }
        & > .log-view--match { text-style: underline; }
        & > .log-view--current-match { text-style: bold reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "n", "match(1)", "Next", show=False, id="log.next", tooltip="Next match of the search"
        ),
        Binding(
            "N", "match(-1)", "Before", show=False, id="log.previous", tooltip="Match before this"
        ),
    ]

    @dataclass
    class Matched(Message):
        """Where the search stands, counted from 1 (0: nowhere), and how many lines match."""

        index: int
        total: int

    def __init__(
        self,
        *,
        max_lines: int = MAX_LINES,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._shown = ShownLines(LogLines(max_lines))
        self._find = finder("")
        self._told = self._shown.place
        self._waiting: list[LogEntry] = []
        self._flushing: Timer | None = None
        self._flushed = 0.0
        self._paints: Paints | None = None

    @property
    def dropped(self) -> int:
        """How many of the oldest lines were let go."""
        return self._shown.lines.dropped

    @property
    def line_count(self) -> int:
        """How many lines the filter shows, in sight or not."""
        self.flush()
        return len(self._shown)

    def write(self, entries: Iterable[LogEntry]) -> None:
        """Add entries at the end; the screen takes them over twenty times a second at most."""
        rest = iter(entries)
        while more := list(islice(rest, MOST_WAITING)):
            self._waiting += more
            if len(self._waiting) >= MOST_WAITING:
                self.flush()
        self._flush_soon()

    def flush(self) -> None:
        """Take in what waits, now."""
        if not self._waiting:
            return
        entries, self._waiting = self._waiting, []
        gone = self._shown.append(entries)
        self._settle(max(0, self.scroll_offset.y - gone))

    def show(self, sources: Collection[str] | None) -> None:
        """Show only these sources; None: all."""
        self._want(replace(self._shown.wanted, sources=only(sources)))

    def set_filter(self, text: str = "", severity: Severity = "") -> None:
        """Show only lines that have this text, and are at least as grave as this.

        A line that names no level counts as "info".
        """
        self._want(replace(self._shown.wanted, text=text, severity=severity))

    def search(self, text: str) -> int:
        """Mark the shown lines that have a text, go to the nearest; how many there are."""
        self.flush()
        near = top = self.scroll_offset.y
        if self._shown.current is not None:
            row = self._shown.row(self._shown.current)
            near = row if top <= row < top + self.size.height else top
        self._find = finder(text)
        self._shown.search(text, near)
        self._go_to_match()
        return self._told[1]

    def next_match(self) -> None:
        """Go to the next match; the first follows the last."""
        self.action_match(1)

    def previous_match(self) -> None:
        """Go to the match before this one; the last comes before the first."""
        self.action_match(-1)

    def action_match(self, by: int) -> None:
        """Go one match on, or back."""
        self.flush()
        self._shown.step(by, self.scroll_offset.y)
        self._go_to_match()

    def clear(self) -> None:
        """Forget all lines; filter and search stay."""
        self.flush()
        self._shown.clear()
        self._settle(0)

    def copy_text(self) -> str:
        """The lines that the filter shows, in sight or not."""
        self.flush()
        return "\n".join(self._shown.told())

    async def export(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the lines that the filter shows to a file that only its owner reads.

        Raises FileExistsError where there is one already, unless it may be overwritten; OSError.
        """
        self.flush()
        await asyncio.to_thread(write_lines, self._shown.told(), path, overwrite)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a part of the view, all in the styles that are valid now."""
        self._paints = paints_of(self)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """The row at a height of the view."""
        left, top = self.scroll_offset
        width, paints = self.size.width, self._paints or paints_of(self)
        if top + y >= len(self._shown):
            return Strip.blank(width, paints.base)
        number = self._shown.number(top + y)
        is_current = number == self._shown.current
        line = painted(self._shown.lines[number], self._find, paints, is_current)
        return line.crop_extend(left, left + width, paints.base)

    def on_mount(self) -> None:
        """Show what was written before."""
        self.flush()

    def _flush_soon(self) -> None:
        if self._flushing is None and self.is_running:
            wait = self._flushed + FLUSH_SECONDS - monotonic()
            self._flushing = self.set_timer(max(0.001, wait), self._flush_in_time)

    def _flush_in_time(self) -> None:
        self._flushing = None
        self._flushed = monotonic()
        self.flush()
        if self._shown.lines.classify(CLASSIFIED_PER_FLUSH):
            self._flush_soon()

    def _want(self, wanted: Wanted) -> None:
        """Show other lines; the line at the top stays there, or the next that is shown."""
        self.flush()
        top = self.scroll_offset.y
        number = self._shown.number(top) if top < len(self._shown) else 0
        self._shown.want(wanted)
        self._settle(self._shown.row(number))

    def _settle(self, top: int) -> None:
        self.settle(self._shown.width, len(self._shown), top)
        self._tell_place()

    def _tell_place(self) -> None:
        if self._told != self._shown.place:
            self._told = self._shown.place
            self.post_message(self.Matched(*self._told))

    def _go_to_match(self) -> None:
        """Bring the match that the search stands on into sight, and no longer follow."""
        self._tell_place()
        self.refresh()
        number = self._shown.current
        if number is None or self._find is None:
            return
        start, end = cells_of_match(self._shown.lines[number], self._find)
        self.reveal(self._shown.row(number), start, end)
