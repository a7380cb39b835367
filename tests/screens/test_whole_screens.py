"""Whole screens as text, at both sizes. WIZARD_UPDATE_SCREENS=1 writes what is seen now."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from screens.application import WizardApp
from screens.pages import all_pages
from screens.widgets.rows import QuestionRow
from tests.screens.guided import DEMO
from tests.screens.screen_text import screen_lines
from wizard.answers.loading import read
from wizard.app import _ways
from wizard.options import Common

SEEN = Path(__file__).parent / "seen"
SIZES = [(80, 24), (120, 40)]
STOPS = ["start", *(page.id for page in all_pages()), "review"]


def settled(app: WizardApp, stop: str) -> Callable[[], bool]:
    """Whether all that is asked in the background has been answered."""

    def asked() -> bool:
        text = "\n".join(screen_lines(app))
        if stop == "start":
            return "Helm     ✓" in text
        if stop == "review":
            return "Ready to install" in text
        rows = list(app.screen.query(QuestionRow))
        told = [line for row in rows for line in row.told]
        return bool(told) and "asking" not in {state for state, _ in told}

    return asked


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("stop", STOPS)
async def test_the_screen_is_as_it_was_seen(
    stop: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = None if stop == "start" else read([DEMO])
    monkeypatch.setattr("wizard.app.state_folder", lambda: Path("state").absolute())
    app = WizardApp(replace(_ways(Common(demo=True)), draft=draft))
    async with app.run_test(size=size) as pilot:
        await app.ready()
        if stop not in {"start", "review"}:
            await pilot.pause()
            app.go(stop)
        for _ in range(600):
            await pilot.pause(0.05)
            if getattr(app.screen, "stop", "") in {stop, ""} and settled(app, stop)():
                break
        await pilot.pause(0.2)
        seen = "\n".join([*screen_lines(app), ""])
        await app.session.close()
    file = SEEN / f"{stop}-{size[0]}x{size[1]}.txt"
    if os.environ.get("WIZARD_UPDATE_SCREENS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(seen)
    assert seen == file.read_text()
