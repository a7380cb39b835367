"""The connection to the cluster that the answers name, opened when first asked for."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from wizard.answers.network import Network
from wizard.ports import World

OpenWorld = Callable[[str | None, Network], AbstractAsyncContextManager[World]]
_Key = tuple[str | None, Network]


class Connection:
    """Holds one world open, until other answers name another one."""

    def __init__(self, open_world: OpenWorld) -> None:
        self._open_world = open_world
        self._key: _Key | None = None
        self._world: asyncio.Future[World] | None = None
        self._leave = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def world(self, context: str | None, network: Network) -> World:
        """The world of a kubeconfig context. Raises UsageError for one that cannot be used."""
        key = (context, network)
        if self._world is None or key != self._key or _failed(self._world):
            await self.close()
            self._key, self._leave = key, asyncio.Event()
            self._world = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._hold(key, self._world, self._leave))
        return await asyncio.shield(self._world)

    async def close(self) -> None:
        """Close what is open."""
        task, self._task, self._world = self._task, None, None
        if task:
            self._leave.set()
            await asyncio.gather(task, return_exceptions=True)

    async def _hold(self, key: _Key, opened: "asyncio.Future[World]", leave: asyncio.Event) -> None:
        """Enter and leave in one task, as what is opened may need it."""
        try:
            async with self._open_world(*key) as world:
                if not opened.done():
                    opened.set_result(world)
                await leave.wait()
        except Exception as error:
            if opened.done():
                raise
            opened.set_exception(error)
            opened.exception()  # whoever still waits is told; nobody may be left


def _failed(world: "asyncio.Future[World]") -> bool:
    return world.done() and (world.cancelled() or world.exception() is not None)
