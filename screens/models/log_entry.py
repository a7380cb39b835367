"""One line that a program logged: how grave it is, and its text as a screen can show it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from wizard.text import plain

Severity = Literal["error", "warn", "info", "debug", ""]

MAX_TEXT = 4_000
"""Characters of one line that are kept, and after them how many were cut off."""

_WORDS: dict[str, Severity] = {
    **dict.fromkeys(("error", "err", "fatal", "panic", "critical", "crit", "emerg"), "error"),
    **dict.fromkeys(("warning", "warn"), "warn"),
    **dict.fromkeys(("info", "notice"), "info"),
    **dict.fromkeys(("debug", "trace"), "debug"),
}
_KLOG: dict[str, Severity] = {"I": "info", "W": "warn", "E": "error", "F": "error"}

_FORMS = [form(word) for word in _WORDS for form in (str.lower, str.upper, str.capitalize)]
_WORD = re.compile(rf"(?:{'|'.join(_FORMS)})(?!\w)")
_KEY = re.compile(r"""(?:level|lvl|severity)["']?\s*[=:]\s*["']?$""", re.IGNORECASE)
_LONGEST_KEY = 20
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
"""Marks without a width, or that change a neighbour's: no two terminals agree on them."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What a source logged at a time; the clock is shown as the time says it, in its own zone."""

    time: datetime
    source: str
    text: str

    @property
    def severity(self) -> Severity:
        """How grave the text says it is; empty where it does not say."""
        return severity_of(self.text)


def severity_of(text: str) -> Severity:
    """The first level that a text names, in one of the ways that programs write levels.

    `ERROR`, `[error]`, `level=error`, `"level":"error"`, `error: …` at the beginning, klog's
    `E0102 …`. A word in a sentence is none: "finished without error" is no error.
    """
    if text[:1] in _KLOG and text[1:5].isdecimal():
        return _KLOG[text[0]]
    if not _may_name_a_level(text.lower()):
        return ""
    for found in _WORD.finditer(text):
        if _is_level(text, found.start(), found[0], found.end()):
            return _WORDS[found[0].lower()]
    return ""


def _may_name_a_level(low: str) -> bool:
    """A look that costs little and spares most lines the closer one."""
    return (
        "info" in low
        or "err" in low
        or "warn" in low
        or "debug" in low
        or "fatal" in low
        or "panic" in low
        or "crit" in low
        or "notice" in low
        or "trace" in low
        or "emerg" in low
    )


def _is_level(text: str, start: int, word: str, end: int) -> bool:
    before = text[start - 1] if start else ""
    if before.isalnum() or before == "_":
        return False
    bracketed = before in {"[", "(", "<"} and text[end : end + 1] in {"]", ")", ">"}
    return start == 0 or word.isupper() or bracketed or _follows_a_key(text, start)


def _follows_a_key(text: str, start: int) -> bool:
    return _KEY.search(text[max(0, start - _LONGEST_KEY) : start]) is not None


def is_readable(text: str) -> bool:
    """Whether a text is one line that a screen can show as it is: most are, and this is quick."""
    if len(text) > MAX_TEXT or not text.isprintable():
        return False
    return text.isascii() or not _INVISIBLE.search(text)


def readable(text: str) -> Iterator[str]:
    """The lines of a text with printable characters only, none longer than a screen can bear."""
    for line in plain(text).rstrip("\n").split("\n"):
        shown = _INVISIBLE.sub("", line.expandtabs())
        if not shown.isprintable():
            shown = "".join(_printable(one) for one in shown)
        if len(shown) > MAX_TEXT:
            shown = f"{shown[:MAX_TEXT]} [{len(shown) - MAX_TEXT} more characters]"
        yield shown


def _printable(character: str) -> str:
    """The character, or what stands for it: a space for the wider ones, else a question mark."""
    if character.isprintable():
        return character
    return " " if character.isspace() else "?"
