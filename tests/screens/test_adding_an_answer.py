"""An answer that is added to the model is asked, reviewed, described and documented at once."""

import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DECLARATION = """
    site: Text = answer(
        "main", label="Site", help="Which of your sites it is for.", example="north", front=True
    )
"""
ASKED = """
import asyncio
from dataclasses import replace
from pathlib import Path
from screens.application import WizardApp
from screens.models.answer_rows import answer_rows
from screens.models.desk import Desk
from tests.screens.screen_text import screen_lines
from wizard.answers.loading import read
from wizard.answers.reference import reference_page
from wizard.answers.saving import dump
from wizard.answers.schema import schema_text
from wizard.app import _ways
from wizard.options import Common

draft = read([Path("presets/demo.yaml")], ["target.site=south"])

async def form():
    app = WizardApp(replace(_ways(Common(demo=True)), draft=draft, ask="target"))
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(500):
            await pilot.pause(0.05)
            text = "\\n".join(screen_lines(app))
            if "south" in text:
                return text
    raise AssertionError(text)

print("FORM", asyncio.run(form()))
print("REVIEW", answer_rows(Desk(draft), [], str))
print("SCHEMA", schema_text())
print("PAGE", reference_page())
print("PRESET", dump(draft, Path.cwd()))
"""


def test_no_other_code_has_to_know(tmp_path: Path) -> None:
    for name in ("wizard", "screens", "backends", "presets", "tests"):
        shutil.copytree(
            REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    model = tmp_path / "wizard" / "answers" / "target.py"
    model.write_text(model.read_text() + DECLARATION)
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=tmp_path,
        env={"PATH": "", "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = dict(zip(_HEADS, _between(done.stdout), strict=True))
    assert "Site" in told["FORM"]
    assert "Site" in told["REVIEW"]
    assert "south" in told["REVIEW"]
    assert '"site": {' in told["SCHEMA"]
    assert "| `target.site` | text | `main` | **Site.** Which of your sites" in told["PAGE"]
    assert "site: south" in told["PRESET"]


_HEADS = ("FORM", "REVIEW", "SCHEMA", "PAGE", "PRESET")


def _between(text: str) -> list[str]:
    """The parts of a text, each from its head to the next."""
    starts = [text.index(f"{head} ") for head in _HEADS]
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
