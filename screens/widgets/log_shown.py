"""What of a log is shown: the lines that are wanted, and those of them that a search finds."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, MutableSequence

from screens.models.log_entry import LogEntry
from screens.widgets.log_lines import LogLines, Wanted


class ShownLines:
    """Rows, counted from 0, of the lines that are wanted; a match of a search is a row."""

    def __init__(self, lines: LogLines) -> None:
        self.lines = lines
        self.wanted = Wanted()
        self.needle = ""
        self.width = 0
        """The cells of the widest line, also of one that is gone meanwhile."""
        self.current: int | None = None
        """The number of the line that the search stands on."""
        self._rows: MutableSequence[int] = array("Q")
        self._matches: MutableSequence[int] = array("Q")

    def __len__(self) -> int:
        return len(self._rows)

    def told(self) -> Iterator[str]:
        """The lines as they are shown now."""
        return self.lines.told(self._rows)

    def number(self, row: int) -> int:
        """The number of the line in a row."""
        return self._rows[row]

    def row(self, number: int) -> int:
        """The row of a line, or of the first that is shown after it."""
        return bisect_left(self._rows, number)

    def append(self, entries: Iterable[LogEntry]) -> int:
        """Take entries in; how many rows went from the top to make room."""
        before = self.lines.end
        self.lines.append(entries)
        gone = self._forget_dropped()
        news = range(max(before, self.lines.dropped), self.lines.end)
        fresh = array("Q", self.lines.chosen(news, self.wanted))
        self._rows.extend(fresh)
        self.width = max(self.width, self.lines.width(fresh))
        if self.needle:
            self._matches.extend(self.lines.holding(fresh, self.needle))
        return gone

    def want(self, wanted: Wanted) -> None:
        """Show other lines."""
        self.wanted = wanted
        numbers = range(self.lines.dropped, self.lines.end)
        self._rows = array("Q", self.lines.chosen(numbers, wanted))
        self.width = self.lines.width(self._rows)
        self._find()

    def clear(self) -> None:
        """Forget all lines; what is wanted and searched stays."""
        self.lines.clear()
        self._forget_dropped()
        self.width = 0

    @property
    def place(self) -> tuple[int, int]:
        """The match that the search stands on, counted from 1 (0: none), and how many there are."""
        total = len(self._matches)
        return (0 if self.current is None else self._match(self.current) + 1), total

    def search(self, text: str, near: int) -> None:
        """Find a text, and stand on the match at a row or next below it, else on the last above."""
        self.needle = text
        self.current = None
        self._find()
        if self._matches and near < len(self):
            index = self._match(self._rows[near])
            self.current = self._matches[min(index, len(self._matches) - 1)]

    def step(self, by: int, near: int) -> None:
        """Stand on the match after (1) or before (-1) this one, from a row on where none is.

        The first follows the last, and the other way round.
        """
        if not self._matches:
            return
        at = self._rows[min(near, len(self) - 1)] if self.current is None else self.current
        after = bisect_right if self.current == at else bisect_left
        index = after(self._matches, at) if by > 0 else self._match(at) - 1
        self.current = self._matches[index % len(self._matches)]

    def _match(self, number: int) -> int:
        return bisect_left(self._matches, number)

    def _find(self) -> None:
        found = self.lines.holding(self._rows, self.needle) if self.needle else ()
        self._matches = array("Q", found)
        if self.current not in self._matches[self._match(self.current or 0) :][:1]:
            self.current = None

    def _forget_dropped(self) -> int:
        """Forget rows and matches of lines that are gone; how many rows."""
        first = self.lines.dropped
        gone = bisect_left(self._rows, first)
        del self._rows[:gone]
        del self._matches[: self._match(first)]
        if self.current is not None and self.current < first:
            self.current = None
        return gone
