"""Rows of text that a list shows: what stands in each, and how it is laid out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a row: `lead` stands before the text, which wraps under its own beginning."""

    text: str
    lead: str = ""
    style: str = ""
    lead_style: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `key` is what it stands for. The cursor passes over one without a key."""

    key: str
    lines: tuple[Line, ...]
