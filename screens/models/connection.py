"""The connection to the cluster that the answers name, opened when first asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.answers.network import Network
    from wizard.ports import World

    OpenWorld = Callable[[str | None, Network | None], AbstractAsyncContextManager[World]]
    _Key = tuple[str | None, Network | None]


class _Opened:
    """A world that is open, or being opened, until it is closed."""

    def __init__(self, world: "AbstractAsyncContextManager[World]") -> None:
        self.users = 0
        self._leave = asyncio.Event()
        self._world: asyncio.Future[World] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._hold(world))
        self._task.add_done_callback(lambda _: self._world.cancel())  # where it never came to be

    @property
    def failed(self) -> bool:
        """Whether it could not be opened."""
        done = self._world.done()
        return done and (self._world.cancelled() or self._world.exception() is not None)

    async def world(self) -> "World":
        """The world, once it is open. Raises what kept it from being opened."""
        return await asyncio.shield(self._world)

    async def close(self) -> None:
        """Close it; where it is still being opened, which may take a login, that is given up."""
        self._leave.set()
        if not self._world.done():
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _hold(self, world: "AbstractAsyncContextManager[World]") -> None:
        """Enter and leave in one task, as what is opened may need it."""
        try:
            async with world as opened:
                if not self._world.done():
                    self._world.set_result(opened)
                await self._leave.wait()
        except Exception as error:
            if self._world.done():
                raise
            self._world.set_exception(error)
            self._world.exception()  # whoever still waits is told; nobody may be left


def _key(context: str | None, network: "Network | None") -> "_Key":
    """What tells one world from another: a network of which nothing is said is none."""
    return context, None if network is None or network == type(network)() else network


class Connection:
    """Holds one world open, until other answers name another one; a run's for as long as it goes.

    Whoever asks for the world of a run while that goes on is given the very same.
    """

    def __init__(self, open_world: "OpenWorld") -> None:
        self._open_world = open_world
        self._opened: dict[_Key, _Opened] = {}
        self._changing = asyncio.Lock()

    async def world(self, context: str | None, network: "Network | None") -> "World":
        """The world of a kubeconfig context. Raises UsageError for one that cannot be used."""
        return await (await self._one(_key(context, network))).world()

    @asynccontextmanager
    async def held(self, context: str | None, network: "Network") -> AsyncIterator["World"]:
        """The world of a context, open at least as long as this is. Raises UsageError."""
        one = await self._one(_key(context, network))
        one.users += 1
        try:
            yield await one.world()
        finally:
            one.users -= 1

    async def close(self) -> None:
        """Close what is open."""
        async with self._changing:
            await self._close(list(self._opened))

    async def _one(self, key: "_Key") -> _Opened:
        """The world of a key, opened where it is not; others that nobody holds are closed."""
        async with self._changing:
            done_with = [
                other
                for other, one in self._opened.items()
                if one.failed or (other != key and not one.users)
            ]
            await self._close(done_with)
            if key not in self._opened:
                self._opened[key] = _Opened(self._open_world(*key))
            return self._opened[key]

    async def _close(self, keys: "list[_Key]") -> None:
        for key in keys:
            await self._opened.pop(key).close()
