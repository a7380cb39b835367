"""Lines of many sources in little memory: kept in columns, the oldest dropped, found quickly."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from screens.models.log_entry import LogEntry, Severity, is_readable, readable, severity_of

MAX_LINES = 100_000
MAX_CHARACTERS = 20_000_000
MAX_SOURCE = 200
CLOCK = len("00:00:00 ")

_CODES: tuple[Severity, ...] = ("debug", "", "info", "warn", "error")
_CODE_OF = {severity: code for code, severity in enumerate(_CODES)}
_UNKNOWN = 255
"""The code of a line that nobody has looked at closely yet."""
_LEAST_CODE = {"": 0, "debug": 0, "info": 1, "warn": 3, "error": 4}
"""From which code on a line is as grave as asked: one that names no level counts as "info"."""


class Line(NamedTuple):
    """A line as it is shown: seconds since midnight, then what the entry said."""

    seconds: int
    source: str
    text: str
    severity: Severity


@lru_cache(maxsize=1024)
def clock(seconds: int) -> str:
    """A time of day for people."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are to be shown: all of these at once."""

    sources: frozenset[str] | None = None
    """Only these; None: every source."""
    text: str = ""
    """Somewhere in the source or in the text, in capitals or not."""
    severity: str = ""
    """At least as grave as this."""


class LogLines:
    """The newest lines. Each has a number that it keeps: the first line ever written has 0."""

    def __init__(self, limit: int = MAX_LINES, characters: int = MAX_CHARACTERS) -> None:
        self.dropped = 0
        """How many of the oldest are gone, and so the number of the oldest that is left."""
        self._limit = limit
        self._characters_limit = characters
        self._characters = 0
        self._texts: list[str] = []
        self._seconds = array("I")
        self._sources = array("I")
        self._widths = array("H")
        self._codes = bytearray()
        self._classified = 0
        self._names: list[str] = []
        self._name_widths: list[int] = []
        self._ids: dict[str, int] = {}
        self._cleaned: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self.dropped + len(self._texts)

    def __getitem__(self, number: int) -> Line:
        place = self._place(number)
        return Line(
            self._seconds[place],
            self._names[self._sources[place]],
            self._texts[place],
            _CODES[self._code(place)],
        )

    def told(self, numbers: Iterable[int]) -> Iterator[str]:
        """Lines as they are shown: what is there now, whatever happens meanwhile."""
        places = [self._place(number) for number in numbers]
        seconds = [self._seconds[place] for place in places]
        sources = [self._names[self._sources[place]] for place in places]
        texts = [self._texts[place] for place in places]
        parts = zip(seconds, sources, texts, strict=True)
        return (f"{clock(second)} {source} {text}" for second, source, text in parts)

    def append(self, entries: Iterable[LogEntry]) -> None:
        """Take entries in, and let the oldest lines go where there are too many."""
        for entry in entries:
            time, text = entry.time, entry.text
            seconds = time.hour * 3600 + time.minute * 60 + time.second
            source = self._ids.get(entry.source)
            if source is None:
                source = self._new_source(entry.source)
            if is_readable(text):
                self._add(seconds, source, text, _UNKNOWN)
            else:
                code = _CODE_OF[severity_of(text)]
                for line in readable(text):
                    self._add(seconds, source, line, code)
        self._drop()

    def classify(self, most: int) -> bool:
        """Find out how grave the next lines are, before somebody asks; whether any are left."""
        begin = max(self._classified, self.dropped)
        self._classified = min(begin + most, self.end)
        for place in range(begin - self.dropped, self._classified - self.dropped):
            self._code(place)
        return self._classified < self.end

    def width(self, numbers: Sequence[int]) -> int:
        """The cells that the widest of these lines takes."""
        return max((self._widths[self._place(number)] for number in numbers), default=0)

    def clear(self) -> None:
        """Forget all lines; those to come are numbered on."""
        self._drop_first(len(self))

    def chosen(self, numbers: Iterable[int], wanted: Wanted) -> Iterable[int]:
        """Those of some lines that are wanted, in the same order."""
        if wanted.sources is not None:
            ids = {self._ids[name] for name in wanted.sources if name in self._ids}
            sources, first = self._sources, self.dropped
            numbers = [number for number in numbers if sources[number - first] in ids]
        if wanted.text:
            numbers = self.holding(numbers, wanted.text)
        if least := _LEAST_CODE[wanted.severity]:
            code_at, first = self._code, self.dropped
            numbers = [number for number in numbers if code_at(number - first) >= least]
        return numbers

    def holding(self, numbers: Iterable[int], text: str) -> list[int]:
        """Those of some lines that have a text in their source or their text."""
        needle, texts, sources, first = text.lower(), self._texts, self._sources, self.dropped
        named = {id_ for id_, name in enumerate(self._names) if needle in name.lower()}
        return [
            number
            for number in numbers
            if needle in texts[number - first].lower() or sources[number - first] in named
        ]

    def _place(self, number: int) -> int:
        if number < self.dropped:
            raise IndexError(f"line {number} is gone")
        return number - self.dropped

    def _code(self, place: int) -> int:
        code = self._codes[place]
        if code == _UNKNOWN:
            code = self._codes[place] = _CODE_OF[severity_of(self._texts[place])]
        return code

    def _new_source(self, name: str) -> int:
        """The id of a source that was not met before; two that look alike are one."""
        shown = " ".join(readable(name))[:MAX_SOURCE]
        if shown not in self._cleaned:
            self._cleaned[shown] = len(self._names)
            self._names.append(shown)
            self._name_widths.append(CLOCK + cell_len(shown) + 1)
        self._ids[name] = self._cleaned[shown]
        return self._ids[name]

    def _add(self, seconds: int, source: int, text: str, code: int) -> None:
        self._texts.append(text)
        self._seconds.append(seconds)
        self._sources.append(source)
        cells = len(text) if text.isascii() else cell_len(text)
        self._widths.append(self._name_widths[source] + cells)
        self._codes.append(code)
        self._characters += len(text)

    def _drop(self) -> None:
        """Drop the oldest in chunks, so that it happens seldom."""
        chunk = max(1, self._limit // 100)
        if (more := len(self) - self._limit) > 0:
            self._drop_first(max(more, chunk))
        while self._characters > self._characters_limit and len(self) > 1:
            self._drop_first(min(chunk, len(self) - 1))

    def _drop_first(self, count: int) -> None:
        self._characters -= sum(map(len, self._texts[:count]))
        for column in (self._texts, self._seconds, self._sources, self._widths, self._codes):
            del column[:count]
        self.dropped += count


def only(sources: Collection[str] | None) -> frozenset[str] | None:
    """Sources as `Wanted` takes them."""
    return None if sources is None else frozenset(sources)
