"""The live view as the command line opens it: it reads while the rest is loaded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from screens import navigation
from screens.application import WizardApp
from screens.ways import Ways
from tests.screens.guided import Guided
from wizard.answers.network import Network
from wizard.answers.target import Target
from wizard.app import _ways
from wizard.options import Common
from wizard.ports import World


class Worlds:
    """Notes every opening and closing of the world."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        simulated = _ways(Common(demo=True, scenario="healthy"))
        self._open = simulated.open_world
        target = Target(namespace="harbor", release="harbor")
        self.ways: Ways = replace(simulated, watch=target, open_world=self.open)

    @asynccontextmanager
    async def open(self, context: str | None, network: Network) -> AsyncIterator[World]:
        self.happened.append("opened")
        try:
            async with self._open(context, network) as world:
                yield world
        finally:
            self.happened.append("closed")


async def test_one_world_is_opened_for_the_view_and_for_what_is_done_in_it() -> None:
    worlds = Worlds()
    app = WizardApp(worlds.ways)
    async with app.run_test(size=(100, 30)) as pilot:
        person = Guided(app, pilot)
        await person.until_seen("1 Parts", "Kubernetes API")
        assert not person.sees("✗"), "no answers were given that could be wrong"
        await app.session.asker.world()
        assert worlds.happened == ["opened"]
        await app.leave()
    assert worlds.happened == ["opened", "closed"]


async def test_who_leaves_while_it_is_loaded_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = asyncio.Event()

    async def loading(_: object) -> None:
        await never.wait()

    monkeypatch.setattr(navigation.Navigation, "ready", loading)
    worlds = Worlds()
    app = WizardApp(worlds.ways)
    async with app.run_test(size=(100, 30)) as pilot:
        await Guided(app, pilot).until(lambda: worlds.happened == ["opened"])
        await app.leave()
    assert worlds.happened == ["opened", "closed"]
    coroutines = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    left = [one for one in coroutines if "Watching" in one or "Observer" in one]
    assert left == []
