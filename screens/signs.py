"""Signs of states: always a sign with a word; colour only adds."""

import locale
import os
import sys
from typing import Literal

State = Literal["ok", "look", "wrong", "asking", "not yet", "here", "unknown", "running"]

_SIGNS: dict[State, str] = {
    "ok": "✓",
    "look": "!",
    "wrong": "✗",
    "asking": "…",
    "not yet": "·",
    "here": "▸",
    "unknown": "?",
    "running": "…",
}
"""Their twins for terminals without Unicode are in `screens.ascii`."""

STYLES: dict[State, str] = {
    "ok": "$text-success",
    "look": "$text-warning",
    "wrong": "$text-error",
    "asking": "$text-muted",
    "not yet": "$text-muted",
    "here": "$text-accent",
    "unknown": "$text-muted",
    "running": "$text-accent",
}
"""The colour of text in each state; it only adds to sign and word."""

OF_CHECK: dict[str, State] = {"ok": "ok", "warn": "look", "fail": "wrong", "skipped": "unknown"}
"""The state that stands for a check's outcome."""


def unicode_shown() -> bool:
    """Whether the terminal can show signs beyond ASCII: its encoding, unless LC_ALL asks for the
    plain locale, in which Python writes UTF-8 all the same (PEP 540).
    """
    if os.environ.get("LC_ALL") in {"C", "POSIX"}:
        return False
    encoding = getattr(sys.__stdout__, "encoding", "") or locale.getpreferredencoding(False)
    return encoding.lower().replace("-", "").startswith("utf")


def sign(state: State) -> str:
    """The sign of a state."""
    return _SIGNS[state]


def css_class(state: State) -> str:
    """The class that gives text of this state its colour."""
    return f"-{state.replace(' ', '-')}"
