"""The log view on a screen: filters, searches, copies and exports."""

import os
import stat
from pathlib import Path

import pytest
from textual.pilot import Pilot

from screens.widgets.log_lines import MAX_LINES
from screens.widgets.log_view import LogView
from tests.screens.screen_text import screen_lines, styles_of
from tests.screens.widgets.log_app import Mini, entries, numbered, rows, running, write


async def test_only_some_sources_are_shown() -> None:
    app = Mini()
    async with running(app) as pilot:
        for source in ("core", "db", "core", "registry"):
            await write(pilot, entries(f"of {source}", source=source))
        app.view.show({"core"})
        await pilot.pause()
        assert rows(pilot) == ["of core", "of core"]
        await write(pilot, entries("more", source="db") + entries("new"))
        assert rows(pilot) == ["of core", "of core", "new"]
        app.view.show(None)
        await pilot.pause()
        assert len(rows(pilot)) == 6


async def test_a_filter_keeps_the_place(pilot: Pilot[None], app: Mini) -> None:
    await write(pilot, numbered(101, 300))
    app.view.scroll_to(y=145)
    app.view.set_filter(text="0")
    await pilot.pause()
    assert rows(pilot)[0] == "line 150"
    app.view.set_filter()
    await pilot.pause()
    assert rows(pilot)[0] == "line 150"


async def test_a_filter_by_severity_goes_on_with_new_lines(pilot: Pilot[None], app: Mini) -> None:
    app.view.set_filter(severity="error")
    await pilot.pause()
    assert rows(pilot) == []
    await write(pilot, entries("WARN no", "ERROR yes"))
    assert rows(pilot) == ["ERROR yes"]


async def test_a_search_counts_marks_and_goes_round(pilot: Pilot[None], app: Mini) -> None:
    assert app.view.search("LINE 2") == 11
    await pilot.pause()
    assert app.told == [LogView.Matched(11, 11), LogView.FollowChanged(False)]
    assert "line 29" in rows(pilot)
    assert [style.reverse for style in styles_of(app, "line 2")] == [None] * 5 + [True]
    assert all(style.underline for style in styles_of(app, "line 2")[:5])
    app.told.clear()
    await pilot.press("n")
    assert rows(pilot)[0] == "line 1"
    await pilot.press("n", "N", "N")
    assert app.told == [LogView.Matched(index, 11) for index in (1, 2, 1, 11)]
    app.told.clear()
    await write(pilot, entries("line 2000"))
    assert app.told == [LogView.Matched(11, 12)]
    assert app.view.search("") == 0
    await pilot.pause()
    assert styles_of(app, "line 2") == []
    assert app.told[1:] == [LogView.Matched(0, 0)]


async def test_a_search_that_is_typed_on_stays_where_it_is(pilot: Pilot[None], app: Mini) -> None:
    app.view.scroll_to(y=49)
    app.view.search("line 5")
    await pilot.press("n", "n")
    app.told.clear()
    app.view.search("line 53")
    app.view.search("line 5")
    app.view.scroll_to(y=57)
    app.view.search("line ")
    await pilot.pause()
    assert app.told == [LogView.Matched(1, 1), LogView.Matched(5, 11), LogView.Matched(58, 100)]


async def test_a_search_in_vain_leaves_everything_where_it_is(
    pilot: Pilot[None], app: Mini
) -> None:
    assert app.view.search("nothing of this") == 0
    await pilot.press("n", "N")
    assert app.view.follow
    assert app.told == []


async def test_a_match_far_right_is_brought_into_sight() -> None:
    app = Mini()
    async with running(app) as pilot:
        await write(pilot, entries("日" * 100 + "needle" + "x" * 100, "short"))
        app.view.search("needle")
        await pilot.pause()
        assert "needle" in screen_lines(app)[0]
        app.view.search("short")
        await pilot.pause()
        assert screen_lines(app)[1].startswith("21:30:02 core short")


async def test_without_colours_matches_are_still_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Mini()
    async with running(app) as pilot:
        assert app.no_color
        await write(pilot, entries("ERROR a", "ERROR b"))
        app.view.search("error")
        await pilot.pause()
        first, second = styles_of(app, "ERROR")
        assert first.reverse
        assert second.underline
        assert not second.reverse


async def test_clear_forgets_lines_and_keeps_the_filter(pilot: Pilot[None], app: Mini) -> None:
    app.view.set_filter(text="line")
    app.view.clear()
    await pilot.pause()
    assert rows(pilot) == []
    assert app.view.copy_text() == ""
    await write(pilot, [*entries("no"), *numbered(1, 2)])
    assert rows(pilot) == ["line 1", "line 2"]


async def test_what_is_copied_is_what_the_filter_shows(app: Mini) -> None:
    app.view.write(entries("line 100 again"))
    app.view.set_filter(text="line 100")
    assert app.view.copy_text() == "21:30:02 core line 100\n21:30:02 core line 100 again"


async def test_an_export_is_private_and_overwrites_only_when_told(
    app: Mini, tmp_path: Path
) -> None:
    file = tmp_path / "shown.log"
    app.view.set_filter(text="line 99")
    await app.view.export(file)
    assert file.read_text() == "21:30:02 core line 99\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    app.view.set_filter(text="line 98")
    with pytest.raises(FileExistsError):
        await app.view.export(file)
    assert file.read_text() == "21:30:02 core line 99\n"
    file.chmod(0o644)
    await app.view.export(file, overwrite=True)
    assert file.read_text() == "21:30:02 core line 98\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == [file.name]


async def test_an_export_that_fails_leaves_nothing_behind(
    app: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        await app.view.export(tmp_path / "shown.log")
    assert os.listdir(tmp_path) == []


@pytest.mark.soak
async def test_a_full_view_outlives_bursts() -> None:
    app = Mini(max_lines=MAX_LINES)
    lines = "ERROR {n} " + "x" * 90, "INFO {n} 日本語", "plain {n} [red]", "WARN {n}\ttab\x1b[2J"
    total = 0
    async with running(app) as pilot:
        app.view.search("7")
        while total < 3 * MAX_LINES:
            burst = range(total, total + (5_000 if total % 20_000 else 500))
            app.view.write(entries(*(lines[n % len(lines)].format(n=n) for n in burst)))
            total = burst.stop
            app.view.set_filter(severity="warn" if total % 3 == 0 else "")
            await pilot.press(("pageup", "n", "f", "N", "end", "home", "right")[total // 500 % 7])
        app.view.set_filter()
        app.view.follow = True
        await pilot.pause()
        assert app.view.dropped + app.view.line_count == total
        assert app.view.line_count <= MAX_LINES
        assert f" {total - 1} " in f"{screen_lines(app)[-2]} "
        found = sum("7" in line[len("21:30:02") :] for line in app.view.copy_text().split("\n"))
        assert app.view.search("7") == found
