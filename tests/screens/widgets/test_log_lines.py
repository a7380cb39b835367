"""The store behind the log view: severities, harmless text, dropping, filters, matches."""

from datetime import datetime

import pytest

from screens.models.log_entry import MAX_TEXT, LogEntry, readable, severity_of
from screens.widgets.log_lines import LogLines, Wanted
from screens.widgets.log_shown import ShownLines

TIME = datetime(2026, 1, 2, 21, 30, 2)


def entries(*texts: str, source: str = "core") -> list[LogEntry]:
    return [LogEntry(TIME, source, text) for text in texts]


def texts(shown: ShownLines) -> list[str]:
    return [shown.lines[shown.number(row)].text for row in range(len(shown))]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("ERROR: relation is missing", "error"),
        ("2026-01-02T21:30:02Z [ERROR] [/core/main.go:1]: no", "error"),
        ('time="21:30" level=error msg=x', "error"),
        ('{"ts":1,"level":"error","msg":"info"}', "error"),
        ('{"severity": "Critical"}', "error"),
        ("2026/01/02 21:30:02 [error] 12#12: upstream", "error"),
        ("FATAL:  the database system is starting up", "error"),
        ("panic: runtime error", "error"),
        ("E0102 21:30:02.1 1 controller.go:114] no", "error"),
        ("WARN slow", "warn"),
        ("Warning  Unhealthy", "warn"),
        ("W0102 21:30:02.1 1 controller.go:114] no", "warn"),
        ("level=info msg=ERROR", "info"),
        ("[DEBUG] ERROR", "debug"),
        ("I0102 21:30:02.1 1 controller.go:114] yes", "info"),
        ("finished without error or warning", ""),
        ("GET /v2/ERROR_CODES/info", ""),
        ("terrors and MIRRORED", ""),
        ("", ""),
    ],
)
def test_a_line_says_how_grave_it_is(text: str, severity: str) -> None:
    assert severity_of(text) == severity
    assert LogEntry(TIME, "core", text).severity == severity


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\x1b[31mred\x1b[0m", ["ared"]),
        ("a\x1b]0;title\x07b", ["ab"]),
        ("a\x1b]8;;http://x\x1b\\link", ["alink"]),
        ("a\x9b31mb\x85c\x7f\x00", ["abc"]),
        ("a\tb", ["a       b"]),
        ("one\ntwo\r\nthree\n", ["one", "two", "three"]),
        ("a\u202eb\u200bc\ufe0fd\u200de", ["abcde"]),
        ("a\u00a0b\u2028c\ue000", ["a b c?"]),
        ("x" * (MAX_TEXT + 7), ["x" * MAX_TEXT + " [7 more characters]"]),
        ("日本 🙂", ["日本 🙂"]),
        ("", [""]),
    ],
)
def test_text_is_made_fit_for_a_screen(text: str, lines: list[str]) -> None:
    assert list(readable(text)) == lines
    store = LogLines()
    store.append(entries(text))
    assert [store[number].text for number in range(store.end)] == lines


def test_all_lines_of_an_entry_are_as_grave_as_the_first() -> None:
    store = LogLines()
    store.append(entries("panic: no\n  goroutine 1"))
    assert [store[number].severity for number in (0, 1)] == ["error", "error"]


def test_sources_are_made_fit_too_and_those_that_look_alike_are_one() -> None:
    store = LogLines()
    store.append(entries("a", source="co\x1b[31mre") + entries("b", source="core"))
    assert list(store.told([0, 1])) == ["21:30:02 core a", "21:30:02 core b"]
    assert list(store.chosen([0, 1], Wanted(frozenset({"core"})))) == [0, 1]


def test_the_oldest_go_in_chunks_and_numbers_stay() -> None:
    store = LogLines(limit=1000)
    store.append(entries(*(f"line {n}" for n in range(1000))))
    assert (len(store), store.dropped) == (1000, 0)
    store.append(entries("line 1000"))
    assert (len(store), store.dropped, store.end) == (991, 10, 1001)
    assert store[10].text == "line 10"
    with pytest.raises(IndexError, match="line 9 is gone"):
        store[9]


def test_long_lines_make_room_earlier() -> None:
    store = LogLines(limit=1000, characters=1000)
    store.append(entries(*["x" * 100] * 50))
    assert 0 < len(store) <= 10
    store.append(entries("x" * 3000))
    assert len(store) == 1


def test_filters_work_together() -> None:
    shown = ShownLines(LogLines())
    shown.append(entries("ERROR Disk", "INFO disk", "disk") + entries("ERROR disk", source="db"))
    shown.want(Wanted(frozenset({"core"}), "disk", "info"))
    assert texts(shown) == ["ERROR Disk", "INFO disk", "disk"]
    shown.want(Wanted(frozenset({"core"}), "DISK", "error"))
    assert texts(shown) == ["ERROR Disk"]
    shown.append(entries("FATAL disk", "FATAL net", "WARN disk"))
    assert texts(shown) == ["ERROR Disk", "FATAL disk"]
    shown.want(Wanted(text="db"))
    assert texts(shown) == ["ERROR disk"]
    shown.want(Wanted(frozenset({"unknown"})))
    assert texts(shown) == []


def test_dropping_takes_rows_matches_and_the_place_along() -> None:
    shown = ShownLines(LogLines(limit=10))
    shown.append(entries(*(f"{'even' if n % 2 == 0 else 'odd'} {n}" for n in range(10))))
    shown.want(Wanted(text="even"))
    shown.search("even", near=0)
    assert shown.place == (1, 5)
    assert shown.append(entries("even 10")) == 1
    assert shown.place == (0, 5)
    shown.step(1, near=0)
    assert shown.place == (1, 5)
    assert shown.append(entries("odd 11")) == 0
    assert shown.append(entries("odd 12", "odd 13")) == 1
    assert texts(shown) == ["even 4", "even 6", "even 8", "even 10"]


def test_a_search_begins_nearby_and_goes_round() -> None:
    shown = ShownLines(LogLines())
    shown.append(entries("no", "yes", "no", "YES", "no", "yes", "no"))
    shown.search("yes", near=2)
    assert shown.place == (2, 3)
    shown.search("yes", near=6)
    assert shown.place == (3, 3)
    shown.step(1, near=0)
    assert shown.place == (1, 3)
    shown.step(-1, near=0)
    assert shown.place == (3, 3)
    shown.append(entries("yes"))
    assert shown.place == (3, 4)
    shown.want(Wanted(text="no"))
    assert shown.place == (0, 0)
    shown.step(1, near=0)
    assert shown.place == (0, 0)


def test_the_width_is_that_of_what_is_shown() -> None:
    shown = ShownLines(LogLines())
    shown.append(entries("日本", "a long line"))
    assert shown.width == len("21:30:02 core a long line")
    shown.want(Wanted(text="日"))
    assert shown.width == len("21:30:02 core ") + 4


def test_lines_told_stay_as_they_were() -> None:
    store = LogLines(limit=2)
    store.append(entries("a", "b"))
    told = store.told([0, 1])
    store.append(entries("c", "d"))
    assert list(told) == ["21:30:02 core a", "21:30:02 core b"]
