"""The guided installation over the simulated world, for tests: begun, and waited for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

from textual.pilot import Pilot

from screens.application import WizardApp
from screens.models.desk import Desk
from screens.models.run import Run
from screens.models.session import Session
from screens.models.watching import Watching
from screens.pages import all_pages
from screens.troubleshoot import TroubleshootScreen
from tests.screens.screen_text import screen_lines
from wizard.answers.loading import read
from wizard.answers.target import Target
from wizard.app import _ways
from wizard.options import Common
from wizard.run.consent import Consent

REPOSITORY = Path(__file__).parents[2]
DEMO = REPOSITORY / "presets" / "demo.yaml"
SECONDS = 90.0


class Guided:
    """A person at the application, with the answers of the demo preset."""

    def __init__(self, app: WizardApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def run(self) -> Run:
        run = self.app.session.run
        assert run is not None
        return run

    @property
    def text(self) -> str:
        return "\n".join(screen_lines(self.app))

    @property
    def told(self) -> str:
        """What was told beside the screen, without the breaks of its lines."""
        return "\n".join(one.message for one in self.app._notifications)

    def sees(self, *texts: str) -> bool:
        return all(text in self.text for text in texts)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        until = monotonic() + SECONDS
        while not condition():
            if monotonic() > until:
                raise AssertionError(f"never so; the screen says:\n{self.text}")
            await self.pilot.pause(0.05)

    async def until_seen(self, *texts: str) -> None:
        await self.until(lambda: self.sees(*texts))

    async def install(self, consent: Consent | None = None) -> None:
        self.app.start_run(consent or Consent(warnings=True))
        await self.until_seen("1 Steps")

    def watch(self) -> None:
        """Open the live view of the demo's release."""
        target = Target(namespace="harbor", release="harbor")
        watching = Watching(self.app.session.asker.world(), target)
        self.app.push_screen(TroubleshootScreen(watching, self.app.session.redactor))

    async def watch_installed(self) -> None:
        """Install Harbor, and watch it until all of it was seen."""
        await self.install()
        await self.until_seen("First login")
        self.watch()
        await self.until_seen("nothing wrong was found", "live")


@asynccontextmanager
async def guided(
    scenario: str = "healthy", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Guided]:
    """The application with the demo preset's answers on its desk, at its start."""
    app = WizardApp(_ways(Common(demo=True, scenario=scenario)))
    async with app.run_test(size=size) as pilot:
        await app.ready()
        visited = {page.id for page in all_pages()}
        app.begin(Session(app.ways, Desk(read([DEMO]), visited=visited)))
        try:
            yield Guided(app, pilot)
        finally:
            if app.session.run is not None:
                await app.session.run.stop()
            await app.session.close()
