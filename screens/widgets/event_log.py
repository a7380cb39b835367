"""What happened in a run, line by line, without the lines of logs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from textual.events import Resize
from textual.widgets import Log

from screens.models.wrapping import wrapped
from wizard.run.events import Event
from wizard.run.rendering import EventLines

MOST_LINES = 5_000


class EventLog(Log):
    """Shows events as the journal's log tells them, wrapped to its width."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, max_lines=MOST_LINES)
        self.start_anew()
        self._wrapped_to = 0

    def start_anew(self) -> None:
        """Forget everything."""
        self._lines_of = EventLines(_stamp)
        self._told: list[str] = []
        self.clear()

    def add(self, events: Iterable[Event], notes: Iterable[str]) -> None:
        """Tell of more events, and what else is good to know."""
        self._tell([f"         {note}" for note in notes])
        self._tell([line for event in events for line in self._lines_of.of(event)])

    @property
    def told(self) -> Sequence[str]:
        """All lines, as long as they are."""
        return self._told[-MOST_LINES:]

    def on_resize(self, event: Resize) -> None:
        """Wrap to the new width."""
        if self._room != self._wrapped_to:
            self._wrapped_to = self._room
            self.clear()
            self._write(self.told)

    def _tell(self, lines: list[str]) -> None:
        if lines:
            self._told += lines
            self._write(lines)

    def _write(self, lines: Sequence[str]) -> None:
        self.write_lines([part for line in lines for part in _parts(line, self._room)])

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.width


def _parts(line: str, width: int) -> list[str]:
    """The line in parts that fit, those after the first indented below its text."""
    if len(line) <= width:
        return [line]
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    return wrapped(text, width, indent, "  " if indent else " " * len("21:30:00 x "))


def _stamp(time: datetime) -> str:
    return time.astimezone().strftime("%H:%M:%S")
