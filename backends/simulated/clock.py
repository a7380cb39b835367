"""Scenario time: as fast as a person wants to watch it, or without any waiting."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Action = Callable[[], None]


class Clock:
    """The simulated world's time. Scripted actions run in the order of their time.

    `speed` is how many seconds of the scenario pass in one real second. With 0 nobody ever
    waits: time jumps to the next action as soon as everything else has had its turn.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._start = datetime.now(UTC)
        self._began = time.monotonic()
        self._skipped = 0.0
        self._due: list[tuple[float, int, Action]] = []
        self._count = itertools.count()
        self._changed = asyncio.Event()

    @property
    def elapsed(self) -> float:
        """Seconds of the scenario since the world began."""
        return (time.monotonic() - self._began) * self._speed + self._skipped

    def now(self) -> datetime:
        """The scenario's date and time, in UTC."""
        return self._start + timedelta(seconds=self.elapsed)

    def timestamp(self) -> str:
        """Now, as Kubernetes writes times."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def after(self, seconds: float, action: Action) -> None:
        """Have an action run when so many seconds of the scenario have passed."""
        heapq.heappush(self._due, (self.elapsed + seconds, next(self._count), action))
        self._changed.set()

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the scenario."""
        over = asyncio.Event()
        self.after(seconds, over.set)
        await over.wait()

    async def run(self) -> None:
        """Run the actions as they fall due, for ever."""
        while True:
            if not self._due:
                await self._until_changed(None)
                continue
            wait = self._due[0][0] - self.elapsed
            if wait > 0 and self._speed:
                await self._until_changed(wait / self._speed)
                continue
            await asyncio.sleep(0)
            self._run_next()

    def _run_next(self) -> None:
        due, _, action = heapq.heappop(self._due)
        self._skipped += max(0.0, due - self.elapsed)
        action()

    async def _until_changed(self, seconds: float | None) -> None:
        """Until something new is due, or the (real) seconds are over."""
        self._changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass
