"""The log view on a screen: what it shows, and how it follows its end."""

import asyncio

import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.scrollbar import ScrollTo

from screens.models.log_entry import LogEntry
from screens.widgets.log_view import LogView
from tests.screens.screen_text import screen_lines, screen_strips, styles_of
from tests.screens.widgets.log_app import SIZE, TIME, Mini, entries, numbered, rows, running, write


async def test_a_line_tells_its_time_its_source_and_its_text() -> None:
    async with running(Mini()) as pilot:
        await write(pilot, entries("ERROR: disk full", source="db-0/db"))
        assert screen_lines(pilot.app)[0] == "21:30:02 db-0/db ERROR: disk full"


async def test_what_was_written_before_it_was_mounted_is_shown() -> None:
    app = Mini(early=entries("early"))
    async with running(app) as pilot:
        assert rows(pilot) == ["early"]


async def test_many_lines_written_before_it_was_mounted_are_shown() -> None:
    app = Mini(max_lines=10_000, early=numbered(1, 12_000))
    assert app.view.line_count == 10_000
    async with running(app) as pilot:
        assert rows(pilot)[-1] == "line 12000"


async def test_what_comes_while_it_is_hidden_is_shown_later(pilot: Pilot[None], app: Mini) -> None:
    app.view.display = False
    await pilot.pause()
    await write(pilot, numbered(101, 130))
    app.view.display = True
    await pilot.pause()
    assert rows(pilot) == [f"line {number}" for number in range(121, 131)]
    assert app.told == []


async def test_lines_come_to_the_screen_by_themselves_but_not_one_by_one() -> None:
    app = Mini(max_lines=100_000)
    async with running(app) as pilot:
        app.view.settled.clear()
        app.view.settlings = 0
        for number in range(100):
            app.view.write(numbered(number, number))
        assert app.view.settlings == 0
        await asyncio.wait_for(app.view.settled.wait(), 30)
        assert app.view.settlings == 1
        await pilot.pause()
        assert rows(pilot)[-1] == "line 99"


@pytest.mark.parametrize(
    "text",
    [
        "a\x1b[31mred\x1b[0m",
        "a\x1b]0;title\x07",
        "a\x1b]52;c;aGk=\x1b\\",
        "a\x9b2Jb\x08\x00",
        "[red]x[/]",
        "[/]",
        "[@click=app.quit]x[/]",
    ],
)
async def test_foreign_text_is_never_obeyed(text: str) -> None:
    app = Mini()
    async with running(app) as pilot:
        await write(pilot, [LogEntry(TIME, text, text)])
        shown = screen_strips(app)
        assert not any(character < " " for strip in shown for character in strip.text)
        if text.startswith("["):
            assert screen_lines(app)[0] == f"21:30:02 {text} {text}"
        assert all(not (s.style and s.style.meta.get("@click")) for strip in shown for s in strip)
        app.view.search(text)
        await pilot.pause()
        assert not any(character < " " for strip in screen_strips(app) for character in strip.text)


async def test_wide_characters_and_tabs_keep_every_row_as_wide_as_the_screen() -> None:
    async with running(Mini()) as pilot:
        texts = ("日本語" * 30, "🙂 ok 👨‍👩‍👧 ⚠️", "a\tb", "e\u0301" * 5, "x" * 200)
        await write(pilot, entries(*texts))
        for _ in range(3):
            assert {strip.cell_length for strip in screen_strips(pilot.app)} == {SIZE[0]}
            await pilot.press("right")
        pilot.app.query_one(LogView).scroll_to(x=21)
        await pilot.pause()
        assert {strip.cell_length for strip in screen_strips(pilot.app)} == {SIZE[0]}


async def test_it_follows_its_end(pilot: Pilot[None], app: Mini) -> None:
    assert rows(pilot) == [f"line {number}" for number in range(91, 101)]
    await write(pilot, numbered(101, 103))
    assert rows(pilot)[-1] == "line 103"
    assert app.told == []


@pytest.mark.parametrize("how", ["up", "pageup", "home", "wheel", "bar"])
async def test_looking_further_up_ends_following(pilot: Pilot[None], app: Mini, how: str) -> None:
    if how == "wheel":
        app.view.post_message(MouseScrollUp(app.view, 1, 1, 0, 0, 0, False, False, False))
    elif how == "bar":
        app.view.post_message(ScrollTo(y=30, animate=False))
    else:
        await pilot.press(how)
    await pilot.pause()
    before = rows(pilot)
    assert app.told == [LogView.FollowChanged(False)]
    assert before[-1] != "line 100"
    await write(pilot, numbered(101, 120))
    assert rows(pilot) == before


@pytest.mark.parametrize("key", ["end", "f"])
async def test_following_begins_again(pilot: Pilot[None], app: Mini, key: str) -> None:
    await pilot.press("pageup", key)
    await write(pilot, numbered(101, 101))
    assert rows(pilot)[-1] == "line 101"
    assert app.told == [LogView.FollowChanged(False), LogView.FollowChanged(True)]


async def test_f_ends_following_too_and_so_nothing_moves(pilot: Pilot[None], app: Mini) -> None:
    await pilot.press("f")
    await write(pilot, numbered(101, 120))
    assert rows(pilot)[-1] == "line 100"
    app.view.post_message(MouseScrollDown(app.view, 1, 1, 0, 0, 0, False, False, False))
    await pilot.pause()
    assert not app.view.follow


async def test_pages_and_ends(pilot: Pilot[None]) -> None:
    await pilot.press("home")
    assert rows(pilot)[0] == "line 1"
    await pilot.press("pagedown")
    assert rows(pilot)[0] == "line 11"
    await pilot.press("pageup")
    assert rows(pilot)[0] == "line 1"
    await pilot.press("end")
    assert rows(pilot)[-1] == "line 100"


async def test_it_scrolls_at_once(app: Mini) -> None:
    app.view.action_page_up()
    assert app.view.scroll_offset.y == 80


async def test_the_end_stays_in_sight_when_the_size_changes(pilot: Pilot[None], app: Mini) -> None:
    for width, height in ((60, 6), (60, 16), (30, 8), (60, 10)):
        await pilot.resize_terminal(width, height)
        await pilot.pause()
        shown = [line[:22].strip() for line in screen_lines(app)]
        assert shown[-1] == "21:30:02 core line 100"
        assert len(shown) == height
    assert app.told == []


async def test_a_long_line_brings_a_bar_that_hides_no_row(pilot: Pilot[None], app: Mini) -> None:
    await write(pilot, entries("x" * 100))
    assert rows(pilot)[-2] == "x" * 44
    await pilot.press("right")
    assert rows(pilot)[-2].endswith("x" * 45)
    assert app.view.follow


async def test_where_one_reads_nothing_moves_when_old_lines_are_dropped() -> None:
    app = Mini(max_lines=100)
    async with running(app) as pilot:
        await write(pilot, numbered(1, 100))
        app.view.scroll_to(y=50)
        await pilot.pause()
        before = rows(pilot)
        assert before[0] == "line 51"
        await write(pilot, numbered(101, 130))
        assert rows(pilot) == before
        assert app.view.dropped == 30
        await write(pilot, numbered(131, 190))
        assert rows(pilot)[0] == "line 91"
        assert app.view.line_count == 100


async def test_severities_have_colours_of_the_theme() -> None:
    app = Mini()
    async with running(app) as pilot:
        await write(pilot, entries("ERROR a", "WARN b", "INFO c"))
        colours = {text: styles_of(app, text)[0].color for text in ("ERROR a", "WARN b", "INFO c")}
        assert len(set(colours.values())) == 3
        app.theme = "textual-light"
        await pilot.pause()
        assert styles_of(app, "ERROR a")[0].color != colours["ERROR a"]


async def test_it_adds_nothing_beyond_ascii(pilot: Pilot[None], app: Mini) -> None:
    app.view.search("line")
    await pilot.pause()
    assert all(strip.crop(0, SIZE[0] - 2).text.isascii() for strip in screen_strips(app))


async def test_every_binding_can_be_remapped_and_explains_itself(app: Mini) -> None:
    keys = {"f", "n", "N", "home", "end", "pageup", "pagedown"}
    bindings = {key: app.view._bindings.get_bindings_for_key(key)[0] for key in keys}
    assert all(one.id and one.id.startswith("log.") for one in bindings.values())
    assert all(one.tooltip for one in bindings.values())
