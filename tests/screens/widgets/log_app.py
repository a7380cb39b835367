"""A mini app around the log view."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from screens.models.log_entry import LogEntry
from screens.widgets.log_view import LogView
from tests.screens.screen_text import screen_strips

SIZE = (60, 10)
TIME = datetime(2026, 1, 2, 21, 30, 2)


def entries(*texts: str, source: str = "core") -> list[LogEntry]:
    return [LogEntry(TIME, source, text) for text in texts]


def numbered(first: int, last: int) -> list[LogEntry]:
    return entries(*(f"line {number}" for number in range(first, last + 1)))


class Watched(LogView):
    """Notes when it takes lines over to the screen."""

    def __init__(self, max_lines: int) -> None:
        super().__init__(max_lines=max_lines)
        self.settlings = 0
        self.settled = asyncio.Event()

    def settle(self, width: int, rows: int, top: int) -> None:
        super().settle(width, rows, top)
        self.settlings += 1
        self.settled.set()


class Mini(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, max_lines: int = 1000, early: list[LogEntry] | None = None) -> None:
        super().__init__()
        self.view = Watched(max_lines)
        self.view.write(early or [])
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_log_view_follow_changed(self, message: LogView.FollowChanged) -> None:
        self.told.append(message)

    def on_log_view_matched(self, message: LogView.Matched) -> None:
        self.told.append(message)


@asynccontextmanager
async def running(app: Mini) -> AsyncIterator[Pilot[None]]:
    async with app.run_test(size=SIZE) as pilot:
        app.view.focus()
        await pilot.pause()
        yield pilot


async def write(pilot: Pilot[None], new: list[LogEntry]) -> None:
    """Write, and wait for the screen."""
    view = pilot.app.query_one(LogView)
    view.write(new)
    view.flush()
    await pilot.pause()


def rows(pilot: Pilot[None]) -> list[str]:
    """The texts on the screen, without what stands before each, and without the bars."""
    lines = (strip.crop(0, SIZE[0] - 2).text.rstrip() for strip in screen_strips(pilot.app))
    return [line.removeprefix("21:30:02 core ") for line in lines if line]
