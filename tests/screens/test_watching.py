"""The live view as the command line opens it: it reads while the rest is loaded."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from screens.ways import Ways
from tests.screens.guided import Guided
from wizard import app as app_module
from wizard.answers.network import Network
from wizard.answers.target import Target
from wizard.app import _ways, application
from wizard.options import Common
from wizard.ports import World


class Worlds:
    """Notes every opening and closing of the world."""

    def __init__(self, *, stuck: bool = False) -> None:
        """`stuck`: it never comes to be open."""
        self.happened: list[str] = []
        self._stuck = stuck
        simulated = _ways(Common(demo=True, scenario="healthy"))
        self._open = simulated.open_world
        target = Target(namespace="harbor", release="harbor")
        self.ways: Ways = replace(simulated, watch=target, open_world=self.open)

    @asynccontextmanager
    async def open(self, context: str | None, network: Network) -> AsyncIterator[World]:
        self.happened.append("opened")
        try:
            if self._stuck:
                await asyncio.Event().wait()
            async with self._open(context, network) as world:
                yield world
        finally:
            self.happened.append("closed")


async def test_one_world_is_opened_for_the_view_and_for_what_is_done_in_it() -> None:
    worlds = Worlds()
    async with application(worlds.ways) as app, app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("1 Parts", "Kubernetes API")
        assert not person.sees("✗"), "no answers were given that could be wrong"
        await (await app.ready()).asker.world()
        assert worlds.happened == ["opened"]
        await app.leave()
    assert worlds.happened == ["opened", "closed"]


async def test_who_is_stopped_before_there_are_screens_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worlds, goes_on = Worlds(), threading.Event()
    monkeypatch.setattr(app_module, "_import_watching", lambda: goes_on.wait(10))

    async def show() -> None:
        async with application(worlds.ways):
            raise AssertionError("nothing is there to be shown")

    shown = asyncio.create_task(show())
    try:
        async with asyncio.timeout(10):
            while not worlds.happened:
                await asyncio.wait([shown], timeout=0.01)
        shown.cancel()
        await asyncio.wait([shown], timeout=10)
    finally:
        goes_on.set()
    assert (shown.cancelled(), worlds.happened) == (True, ["opened", "closed"])


async def test_who_leaves_before_anything_is_seen_leaves_nothing_open() -> None:
    worlds = Worlds(stuck=True)
    async with application(worlds.ways) as app, app.run_test(size=(100, 30)) as pilot:
        await Guided(app, pilot).until_seen("reading objects, events and logs")
        await app.leave()
    assert worlds.happened == ["opened", "closed"]
    coroutines = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    left = [one for one in coroutines if "Watching" in one or "Observer" in one]
    assert left == []


async def test_from_the_view_that_the_command_line_opened_one_comes_to_the_first_screen() -> None:
    worlds = Worlds()
    async with application(worlds.ways) as app, app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("Kubernetes API")
        await pilot.press("escape")
        await person.until_seen("New installation", "Look at a running Harbor")


async def test_a_page_that_one_goes_to_takes_the_place_of_the_view() -> None:
    """Other answers may name another cluster: the view would go on with one that is closed."""
    worlds = Worlds()
    async with application(worlds.ways) as app, app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("Kubernetes API")
        app.go("target")
        await person.until_seen("What you call this installation")
        await pilot.press("escape")
        await person.until_seen("New installation", "Look at a running Harbor")


async def test_the_first_screen_can_be_used_before_all_is_loaded() -> None:
    worlds = Worlds(stuck=True)
    async with application(worlds.ways) as app, app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("reading objects, events and logs")
        await pilot.press("escape")
        await person.until_seen("New installation")
        app.start("new")
        await person.until_seen("What you call this installation")
