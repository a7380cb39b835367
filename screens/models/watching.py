"""A look at a release that goes on, from when it is asked for: whoever shows it may come later."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import TYPE_CHECKING

from wizard.live import Picture, pictures
from wizard.plan.plan import Wanted
from wizard.ports import LogLine, World

if TYPE_CHECKING:
    from wizard.answers.preset import Preset


class Watching:
    """Watches a release of a world that may still be opened; `preset` is what it was installed by,
    where that is known.
    """

    def __init__(
        self, world: Awaitable[World], target: Wanted, preset: "Preset | None" = None
    ) -> None:
        self.target = target
        self.preset = preset
        self.lines: list[LogLine] = []
        """What was logged since somebody took these lines."""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the world is open, or is known not to open."""
        self._seen: AsyncGenerator[Picture] | None = None
        self._first = asyncio.ensure_future(self._begin(world))

    async def _begin(self, world: Awaitable[World]) -> Picture:
        try:
            opened = await world
        finally:
            self.opened.set_result(None)
        told = self.lines.append
        self._seen = pictures(opened, self.target, told, preset=self.preset)
        return await anext(self._seen)

    async def begun(self, seconds: float | None = None) -> None:
        """Wait until the first picture is there, or what kept it from coming; so long at most."""
        await asyncio.wait([self._first], timeout=seconds)

    async def pictures(self) -> AsyncGenerator[Picture]:
        """See wizard.live.pictures; for one who shows them, and closes this afterwards."""
        yield await self._first
        if self._seen is not None:
            async for picture in self._seen:
                yield picture

    async def close(self) -> None:
        """Look no longer, whether somebody was shown anything or not."""
        self._first.cancel()
        await asyncio.gather(self._first, return_exceptions=True)
        if self._seen is not None:
            await self._seen.aclose()
