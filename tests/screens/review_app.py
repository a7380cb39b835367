"""The application on Review in the simulated world, for tests."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from textual.pilot import Pilot

from screens.application import WizardApp
from screens.models.desk import Desk
from screens.models.session import Session
from screens.pages import all_pages
from screens.ways import Ways
from tests.screens.screen_text import screen_lines
from wizard.answers.draft import Draft
from wizard.app import _ways
from wizard.options import Common
from wizard.run.consent import Consent

DEMO: Mapping[str, Any] = {
    "schemaVersion": 1,
    "name": "demo",
    "pki": {"kind": "self-signed", "authority": {"kind": "local"}},
    "harbor": {
        "url": "https://harbor.example.com",
        "expose": {"kind": "ingress", "className": "traefik"},
        "profile": "lab",
    },
}
"""Answers with which everything is fine in the healthy scenario."""
WARNED: Mapping[str, Any] = {
    **DEMO,
    "harbor": {
        **DEMO["harbor"],
        "url": "https://harbor.corp.invalid",
        "values": {"nonsense": {"a": 1}},
    },
}
"""Answers that two checks warn about."""


def demo_ways(scenario: str = "healthy", environ: Mapping[str, str] | None = None) -> Ways:
    """The ways into a scenario; the state is where XDG_STATE_HOME says."""
    ways = _ways(Common(demo=True, scenario=scenario))
    return replace(ways, environ=environ or {})


def session_of(ways: Ways, data: Mapping[str, Any], folder: Path | None = None) -> Session:
    """A session with these answers on its desk, every page seen."""
    draft = Draft(dict(data), folder=folder or Path.cwd())
    return Session(ways, Desk(draft, visited={page.id for page in all_pages()}))


@dataclass
class Reviewed:
    """The application, and what was asked of it."""

    app: WizardApp
    pilot: Pilot[int]
    started: list[Consent] = field(default_factory=list)
    screens: list[str] = field(default_factory=list)
    """Every screen that was read."""

    @property
    def text(self) -> str:
        """What the person reads."""
        text = "\n".join(screen_lines(self.app))
        self.screens.append(text)
        return text

    @property
    def words(self) -> str:
        """The same with every gap as one blank, so that wrapping does not matter."""
        return " ".join(self.text.replace("│", " ").split())

    async def until(self, *wanted: str, gone: str = "") -> str:
        """Wait until the screen says all of this; its text."""
        return await self.when(
            lambda: all(one in self.words for one in wanted) and not (gone and gone in self.words),
            f"{wanted} to be shown",
        )

    async def when(self, holds: Callable[[], object], what: str = "that") -> str:
        """Wait until something holds; the text of the screen then."""
        for _ in range(600):
            if holds():
                await self.pilot.pause()  # what belongs to it is painted too
                if holds():
                    return self.text
            await self.pilot.pause(0.02)
        raise AssertionError(f"waited for {what}, in vain:\n{self.text}")

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def begin(self) -> None:
        """Begin the run that was agreed to."""
        before = len(self.started)
        await self.press("i")
        await self.when(lambda: len(self.started) > before, "the run to begin")

    async def type(self, text: str) -> None:
        """Type into what has the focus, and press Enter."""
        names = {".": "full_stop", "-": "minus", "/": "slash", "_": "underscore", " ": "space"}
        await self.pilot.press(*(names.get(one, one) for one in text), "enter")

    @property
    def session(self) -> Session:
        """What is behind the screens."""
        return self.app.session


@asynccontextmanager
async def reviewing(
    session: Session, size: tuple[int, int] = (80, 24), *, catch_runs: bool = True
) -> AsyncIterator[Reviewed]:
    """The application on Review with a session; with `catch_runs` no run begins."""
    app = WizardApp(session.ways)
    async with app.run_test(size=size, notifications=True) as pilot:
        shown = Reviewed(app, pilot)
        if catch_runs:
            app.start_run = shown.started.append  # type: ignore[method-assign]
        await app.ready()
        app.begin(session)
        app.go("review")
        await shown.when(lambda: any(_is_review(one) for one in app.screen_stack), "Review")
        try:
            yield shown
        finally:
            await session.close()


def _is_review(screen: object) -> bool:
    return getattr(screen, "stop", "") == "review"


def files_in(folder: Path) -> list[Path]:
    """All files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def loaded(path: Path) -> Any:
    """What a YAML file holds."""
    return yaml.safe_load(path.read_text())
