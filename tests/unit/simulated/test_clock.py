"""Scenario time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from backends.simulated.clock import Clock


@asynccontextmanager
async def running(speed: float) -> AsyncIterator[Clock]:
    clock = Clock(speed)
    task = asyncio.create_task(clock.run())
    try:
        yield clock
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_actions_run_in_the_order_of_their_time_whoever_came_first() -> None:
    told: list[str] = []
    async with running(0) as clock:
        clock.after(3, lambda: told.append("third"))
        clock.after(1, lambda: told.append("first"))
        clock.after(2, lambda: told.append("second"))
        await clock.sleep(4)
    assert told == ["first", "second", "third"]


async def test_an_action_that_plans_another_keeps_the_order() -> None:
    told: list[str] = []
    async with running(0) as clock:
        clock.after(1, lambda: clock.after(1, lambda: told.append("planned")))
        clock.after(1.5, lambda: told.append("between"))
        await clock.sleep(4)
    assert told == ["between", "planned"]


async def test_without_waiting_an_hour_passes_at_once_and_is_seen_in_the_date() -> None:
    loop = asyncio.get_running_loop()
    async with running(0) as clock:
        began, before = loop.time(), clock.now()
        await clock.sleep(3600)
        assert (clock.now() - before).total_seconds() >= 3600
        assert loop.time() - began < 60


async def test_at_a_speed_time_passes_that_much_faster() -> None:
    async with running(1000) as clock:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await clock.sleep(20)
        assert 0.015 < loop.time() - began < 10
