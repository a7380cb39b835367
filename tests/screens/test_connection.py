"""The connection behind the screens: one world, and that of a run for as long as it goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from screens.models.connection import Connection
from wizard.answers.network import Network
from wizard.errors import UsageError

NETWORK = Network()


class Worlds:
    """Opens a world for each context, and knows which are open."""

    def __init__(self) -> None:
        self.open: list[str | None] = []
        self.fails = False

    @asynccontextmanager
    async def __call__(self, context: str | None, network: Network) -> AsyncIterator[Any]:
        if self.fails:
            raise UsageError("no such context")
        self.open.append(context)
        try:
            yield f"world {context}"
        finally:
            self.open.remove(context)


async def test_another_context_closes_the_former_world() -> None:
    worlds = Worlds()
    connection = Connection(worlds)
    await connection.world("one", NETWORK)
    await connection.world("one", NETWORK)
    assert worlds.open == ["one"]
    await connection.world("two", NETWORK)
    assert worlds.open == ["two"]
    await connection.close()
    assert worlds.open == []


async def test_the_world_of_a_run_stays_open_and_is_shared() -> None:
    worlds = Worlds()
    connection = Connection(worlds)
    async with connection.held("one", NETWORK) as held:
        await connection.world("two", NETWORK)
        assert worlds.open == ["one", "two"]
        assert await connection.world("one", NETWORK) is held
        assert worlds.open == ["one"]
    await connection.world("two", NETWORK)
    assert worlds.open == ["two"]
    await connection.close()


async def test_a_world_that_could_not_be_opened_is_tried_again() -> None:
    worlds = Worlds()
    worlds.fails = True
    connection = Connection(worlds)
    with pytest.raises(UsageError):
        await connection.world("one", NETWORK)
    worlds.fails = False
    assert await connection.world("one", NETWORK) == "world one"
    await connection.close()


async def test_who_waits_for_a_world_that_is_given_up_is_let_go() -> None:
    """Another one is asked for before the first has begun to open, or while it opens."""
    worlds, opening = Worlds(), asyncio.Event()

    @asynccontextmanager
    async def slow(context: str | None, network: Network) -> AsyncIterator[Any]:
        if context == "slow":
            await opening.wait()
        async with worlds(context, network) as world:
            yield world

    connection = Connection(slow)
    first, other = (
        asyncio.ensure_future(connection.world(context, NETWORK)) for context in ("one", "two")
    )
    assert await other == "world two"
    late = asyncio.ensure_future(connection.world("slow", NETWORK))
    await asyncio.wait([late], timeout=0)
    await asyncio.wait_for(connection.close(), 5)
    done, waiting = await asyncio.wait([first, late], timeout=5)
    assert (len(done), waiting, worlds.open) == (2, set(), [])
