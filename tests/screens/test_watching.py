"""The live view as the command line opens it: it reads while the rest is loaded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from screens.ways import Ways
from tests.screens.guided import Guided
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
    app = await application(worlds.ways)
    async with app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("1 Parts", "Kubernetes API")
        assert not person.sees("✗"), "no answers were given that could be wrong"
        await (await app.ready()).asker.world()
        assert worlds.happened == ["opened"]
        await app.leave()
    assert worlds.happened == ["opened", "closed"]


async def test_who_leaves_before_anything_is_seen_leaves_nothing_open() -> None:
    worlds = Worlds(stuck=True)
    app = await application(worlds.ways)
    async with app.run_test(size=(100, 30)) as pilot:
        await Guided(app, pilot).until_seen("reading objects, events and logs")
        await app.leave()
    assert worlds.happened == ["opened", "closed"]
    coroutines = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    left = [one for one in coroutines if "Watching" in one or "Observer" in one]
    assert left == []


async def test_from_the_view_that_the_command_line_opened_one_comes_to_the_first_screen() -> None:
    worlds = Worlds()
    app = await application(worlds.ways)
    async with app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("Kubernetes API")
        await pilot.press("escape")
        await person.until_seen("New installation", "Look at a running Harbor")


async def test_a_page_that_one_goes_to_takes_the_place_of_the_view() -> None:
    """Other answers may name another cluster: the view would go on with one that is closed."""
    worlds = Worlds()
    app = await application(worlds.ways)
    async with app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("Kubernetes API")
        app.go("target")
        await person.until_seen("What you call this installation")
        await pilot.press("escape")
        await person.until_seen("New installation", "Look at a running Harbor")


async def test_the_first_screen_can_be_used_before_all_is_loaded() -> None:
    worlds = Worlds(stuck=True)
    app = await application(worlds.ways)
    async with app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("reading objects, events and logs")
        await pilot.press("escape")
        await person.until_seen("New installation")
        app.start("new")
        await person.until_seen("What you call this installation")
