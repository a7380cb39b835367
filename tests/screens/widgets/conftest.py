"""The log view with a hundred lines."""

from collections.abc import AsyncIterator

import pytest
from textual.pilot import Pilot

from tests.screens.widgets.log_app import Mini, numbered, running, write


@pytest.fixture
async def pilot() -> AsyncIterator[Pilot[None]]:
    app = Mini()
    async with running(app) as pilot:
        await write(pilot, numbered(1, 100))
        yield pilot


@pytest.fixture
def app(pilot: Pilot[None]) -> Mini:
    assert isinstance(pilot.app, Mini)
    return pilot.app
