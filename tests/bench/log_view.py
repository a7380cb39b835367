"""The log view under load, on a screen of 120x40 without a terminal."""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from textual.app import App, ComposeResult

from screens.models.log_entry import LogEntry
from screens.widgets.log_view import LogView
from tests.bench.measuring import Row

LINES, BATCH, TURNS = 100_000, 500, 5
STREAM_SECONDS = 5
STREAMED, BURST = 2_000, 5_000
"""Lines a second."""
SIZE = (120, 40)
BEGIN = datetime(2026, 1, 2, 21, 30)
LEVELS = ("INFO", "DEBUG", "INFO", "WARN", "INFO", "ERROR")


def entry(number: int) -> LogEntry:
    """One of the lines, about 100 characters wide."""
    level = LEVELS[number % len(LEVELS)]
    place = f"/core/controller/base.go:{number % 900}"
    text = (
        f"[{level}] [{place}]: request {number * 7919:012} of robot{number} took {number % 97} ms"
    )
    time = BEGIN + timedelta(milliseconds=number)
    return LogEntry(time, f"harbor-core-85f7c9d4b-{number % 7}/core", f"{text}, status 200")


class Viewer(App[None]):
    """The view alone; it tells when the screen is painted."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.view = LogView()
        self._painted = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield self.view

    def _display(self, *arguments: Any) -> None:
        super()._display(*arguments)
        self._painted.set()

    async def painted(self, condition: Callable[[], bool]) -> None:
        """Wait until the screen was painted while a condition holds."""
        while True:
            self._painted.clear()
            await self._painted.wait()
            if condition():
                return


@asynccontextmanager
async def viewing() -> AsyncIterator[Viewer]:
    """The view, shown and focused, with what is loaded frozen as `wizard` does (Navigation)."""
    gc.freeze()
    app = Viewer()
    async with app.run_test(size=SIZE) as pilot:
        app.view.focus()
        await pilot.pause()
        yield app


@dataclass
class Stalls:
    """How long the loop kept a task waiting that only sleeps, each time, in ms."""

    seen: list[float]

    @property
    def longest(self) -> float:
        return max(self.seen)


@asynccontextmanager
async def stalls() -> AsyncIterator[Stalls]:
    """Watch the loop."""
    found = Stalls([])

    async def watch() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            found.seen.append(1000 * (time.perf_counter() - begun))

    task = asyncio.create_task(watch())
    try:
        yield found
    finally:
        task.cancel()


async def fill(app: Viewer, entries: list[LogEntry]) -> None:
    """Write entries in batches, and wait until the last is painted."""
    expected = app.view.dropped + app.view.line_count + len(entries)
    for start in range(0, len(entries), BATCH):
        app.view.write(entries[start : start + BATCH])
        await asyncio.sleep(0)
    await app.painted(lambda: app.view.dropped + app.view.virtual_size.height == expected)


async def stream(app: Viewer, rate: int, seconds: float) -> None:
    """Write one line after another, as many a second, in events of a few lines."""
    begun, written = time.perf_counter(), 0
    while (passed := time.perf_counter() - begun) < seconds:
        due = int(passed * rate)
        app.view.write(map(entry, range(written, due)))
        written = due
        await asyncio.sleep(0.002)


async def keys(app: Viewer, seconds: float) -> list[float]:
    """Milliseconds from a key to its repaint, key by key."""
    taken = []
    begun = time.perf_counter()
    async with asyncio.timeout(seconds + 60):
        while time.perf_counter() - begun < seconds:
            at = app.view.scroll_offset.x
            pressed = time.perf_counter()
            app.simulate_key("left" if at else "right")
            await app.painted(lambda at=at: app.view.scroll_offset.x != at)
            taken.append(1000 * (time.perf_counter() - pressed))
            await asyncio.sleep(0.02)
    return taken


async def filling() -> list[Row]:
    """A full view: time of the processor, stalls while it fills."""
    entries = list(map(entry, range(LINES)))
    walls, times, longest = [], [], []
    for _ in range(TURNS):
        async with viewing() as app, stalls() as stalled:
            begun, used = time.perf_counter(), time.process_time()
            await fill(app, entries)
            walls.append(time.perf_counter() - begun)
            times.append(time.process_time() - used)
        longest.append(stalled.longest)
    return [
        Row(f"log view: CPU of {LINES:,} lines", "s", 0.5, times),
        Row(f"log view: {LINES:,} lines until painted", "s", 0.5, walls),
        Row("log view: longest stall meanwhile", "ms", 50, longest),
    ]


async def memory() -> Row:
    """What a full view takes, with the texts of its lines."""
    async with viewing() as app:
        tracemalloc.start()
        for start in range(0, LINES, BATCH):
            app.view.write(map(entry, range(start, start + BATCH)))
            app.view.flush()
            await asyncio.sleep(0)
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return Row(f"log view: memory of {LINES:,} lines", "MiB", 30, [taken / 2**20])


async def streaming(rate: int, seconds: float) -> list[Row]:
    """Keys and stalls while lines stream into a full view."""
    async with viewing() as app:
        await fill(app, list(map(entry, range(LINES))))
        async with stalls() as stalled, asyncio.TaskGroup() as tasks:
            tasks.create_task(stream(app, rate, seconds))
            pressed = tasks.create_task(keys(app, seconds))
    slowest = quantiles(pressed.result(), n=20)[-1]
    return [
        Row(f"log view: p95 key to repaint, {rate:,} lines/s", "ms", 50, [slowest]),
        Row(f"log view: longest stall, {rate:,} lines/s", "ms", 50, [stalled.longest]),
    ]


async def measured() -> list[Row]:
    """All of it."""
    return [
        *await filling(),
        await memory(),
        *await streaming(STREAMED, STREAM_SECONDS),
        *await streaming(BURST, STREAM_SECONDS),
    ]


def log_view() -> list[Row]:
    """The rows of the table."""
    return asyncio.run(measured())
