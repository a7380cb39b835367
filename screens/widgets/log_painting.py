"""A line of a log as a strip of cells, with what a search found in it marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from screens.widgets.log_lines import CLOCK, Line, clock


@dataclass(frozen=True, slots=True)
class Paints:
    """The styles of the parts of a line."""

    base: Style
    source: Style
    error: Style
    warn: Style
    match: Style
    current: Style

    def of_severity(self, severity: str) -> Style:
        """The style of the text of a line."""
        return {"error": self.error, "warn": self.warn}.get(severity, self.base)


def paints_of(widget: Widget) -> Paints:
    """The styles that a widget's component classes `log-view--…` have now."""

    def component(part: str, partial: bool = False) -> Style:
        return widget.get_component_rich_style(f"log-view--{part}", partial=partial)

    return Paints(
        base=widget.rich_style,
        source=component("source"),
        error=component("error"),
        warn=component("warn"),
        match=component("match", partial=True),
        current=component("current-match", partial=True),
    )


def finder(text: str) -> re.Pattern[str] | None:
    """What finds a text in a line, in capitals or not; None where there is nothing to find."""
    return re.compile(re.escape(text), re.IGNORECASE) if text else None


def painted(line: Line, find: re.Pattern[str] | None, paints: Paints, current: bool) -> Strip:
    """The whole line; its time is no place to find anything."""
    mark = paints.current if current else paints.match
    return Strip(
        [
            Segment(f"{clock(line.seconds)} ", paints.source),
            *_marked(line.source, find, paints.source, mark),
            Segment(" ", paints.base),
            *_marked(line.text, find, paints.of_severity(line.severity), mark),
        ]
    )


def cells_of_match(line: Line, find: re.Pattern[str]) -> tuple[int, int]:
    """From which cell of the line to which the first thing found reaches; (0, 0): nothing found."""
    start = CLOCK
    for part in (line.source, line.text):
        if found := find.search(part):
            start += cell_len(part[: found.start()])
            return start, start + cell_len(found[0])
        start += cell_len(part) + 1
    return 0, 0


def _marked(
    text: str, find: re.Pattern[str] | None, style: Style, mark: Style
) -> Iterator[Segment]:
    """A part of a line, in which nothing is understood as markup."""
    end = 0
    for found in find.finditer(text) if find else ():
        if found.start() > end:
            yield Segment(text[end : found.start()], style)
        yield Segment(found[0], style + mark)
        end = found.end()
    if end < len(text):
        yield Segment(text[end:], style)
