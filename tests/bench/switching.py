"""How long it takes from one screen to the next, with all answers of the demo preset, at 80x24."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from screens.application import WizardApp
from screens.models.desk import Desk
from screens.models.session import Session
from screens.pages import all_pages
from tests.bench.measuring import Row
from tests.screens.guided import DEMO
from wizard.answers.loading import read
from wizard.app import _ways
from wizard.options import Common

TURNS = 4
LIMIT = 100


class Paintings:
    """Tells when an application's screen is painted."""

    def __init__(self, app: WizardApp) -> None:
        self._app, self._display = app, app._display
        self._painted = asyncio.Event()
        app._display = self._displayed  # type: ignore[method-assign]

    def _displayed(self, *arguments: Any) -> None:
        self._display(*arguments)
        self._painted.set()

    async def of(self, stop: str) -> None:
        """Wait until the screen of a stop was painted."""
        while True:
            self._painted.clear()
            await self._painted.wait()
            if getattr(self._app.screen, "stop", "") == stop:
                return


@asynccontextmanager
async def shown() -> AsyncIterator[WizardApp]:
    """The application at its start, with everything loaded."""
    app = WizardApp(_ways(Common(demo=True)))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ready()
        visited = {page.id for page in all_pages()}
        app.begin(Session(app.ways, Desk(read([DEMO]), visited=visited)))
        await pilot.pause()
        yield app
        await app.session.close()


async def switches() -> list[float]:
    """Milliseconds from the wish to the painted screen: each page, Review and Install in turn."""
    taken = []
    async with shown() as app:
        paintings = Paintings(app)
        stops = [stop.id for stop in app.stops("")]
        for stop in stops * TURNS:
            begun = time.perf_counter()
            app.go(stop)
            await paintings.of(stop)
            taken.append(1000 * (time.perf_counter() - begun))
            await asyncio.sleep(1)  # what is asked there is not what is measured
    return taken[len(stops) :]


def switching() -> list[Row]:
    """All switches but the first to every screen."""
    with TemporaryDirectory() as folder, patch.dict(os.environ, XDG_STATE_HOME=folder):
        return [Row("from one screen to the next", "ms", LIMIT, asyncio.run(switches()))]
