"""The editor of raw values."""

from pathlib import Path
from typing import Any

from textual.widgets import TextArea

from screens.dialogs.yaml_editor import YamlEditor
from tests.screens.editing_app import EditingApp, gone, running, sees, until

VALUES = "harbor.values"


def values(tmp_path: Path, given: Any = None) -> EditingApp:
    return EditingApp(tmp_path, {"harbor": {"values": given}} if given else {}, VALUES)


async def opened(pilot: Any, app: EditingApp) -> TextArea:
    await pilot.press("f4")
    await sees(pilot, "Raw values of the chart")
    return app.screen.query_one(TextArea)


async def test_yaml_is_typed_and_becomes_the_answer(tmp_path: Path) -> None:
    app = values(tmp_path)
    async with running(app) as pilot:
        area = await opened(pilot, app)
        area.text = "# why\nlogLevel: debug\nnotes: {a: [1, 'on', no]}\n"
        await sees(pilot, "✓ YAML, 3 lines")
        await pilot.press("ctrl+s")
        await gone(pilot)
        await sees(pilot, "logLevel, notes")
    found = app.desk.draft.get(VALUES)
    assert found == {"logLevel": "debug", "notes": {"a": [1, "on", "no"]}}
    assert app.changed == [VALUES]


async def test_what_is_there_is_shown_as_yaml_and_comments_come_back(tmp_path: Path) -> None:
    app = values(tmp_path, {"logLevel": "debug", "quoted": "on"})
    async with running(app) as pilot:
        area = await opened(pilot, app)
        assert area.text == "logLevel: debug\nquoted: 'on'\n"
        area.text = "# why\nlogLevel: info\n"
        await pilot.press("ctrl+s")
        await gone(pilot)
        assert (await opened(pilot, app)).text == "# why\nlogLevel: info\n"
        await pilot.press("escape")
        await gone(pilot)
        app.desk.answer(("harbor", "values"), {"logLevel": "error"})
        assert (await opened(pilot, app)).text == "logLevel: error\n"


async def test_what_is_no_yaml_is_told_with_its_place_and_not_taken(tmp_path: Path) -> None:
    app = values(tmp_path)
    async with running(app) as pilot:
        area = await opened(pilot, app)
        area.text = "a: 1\nb: [1\n"
        await sees(pilot, "✗ line 3, column 1: ")
        await pilot.press("ctrl+s", "ctrl+s")
        await until(pilot, lambda: area.cursor_location[0] == 2)
        assert isinstance(app.screen, YamlEditor)
    assert app.desk.draft.get(VALUES) is None


async def test_problems_of_the_model_are_told_where_they_are_in_the_text(tmp_path: Path) -> None:
    data = {"pki": {"kind": "none"}, "harbor": {"url": "https://harbor.example.com"}}
    app = EditingApp(tmp_path, data, VALUES)
    async with running(app) as pilot:
        area = await opened(pilot, app)
        area.text = "logLevel: debug\nexpose:\n  type: ingress\n"
        await sees(pilot, "✗ line 3, column 3: expose.type")
        await pilot.press("f8")
        assert area.cursor_location == (2, 2)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: area.cursor_location == (2, 2))
        assert isinstance(app.screen, YamlEditor)
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert app.desk.draft.get("harbor.values.expose.type") == "ingress"


async def test_text_is_never_lost_be_it_wrong_and_left(tmp_path: Path) -> None:
    app = values(tmp_path, {"logLevel": "debug"})
    async with running(app) as pilot:
        area = await opened(pilot, app)
        area.text = "half: [a,\n"
        await pilot.press("escape")
        await gone(pilot)
        assert app.desk.draft.get(VALUES) == {"logLevel": "debug"}
        assert (await opened(pilot, app)).text == "half: [a,\n"


async def test_a_large_text_is_judged_aside(tmp_path: Path) -> None:
    """Typing goes on while it is read."""
    app = values(tmp_path)
    async with running(app) as pilot:
        area = await opened(pilot, app)
        area.text = "".join(f"key{number}: value\n" for number in range(3000))
        await pilot.press("x")
        assert area.text.startswith("x")
        await until(pilot, lambda: "✓ YAML, 3000 lines" in app.seen)
