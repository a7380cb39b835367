"""Paths of answers: as tuples inside, as text such as `harbor.expose.kind` for people."""

import re

Path = tuple[str | int, ...]
"""Keys as in the file, positions in lists from 0."""

_PART = re.compile(r'"([^"]*)"|([^."\[\]=]+)')


def format_path(path: Path) -> str:
    """The path as text; keys that hold dots or spaces are quoted."""
    return ".".join(_format_part(part) for part in path)


def _format_part(part: str | int) -> str:
    text = printable(str(part))
    return text if _PART.fullmatch(text) and '"' not in text else f'"{text}"'


def parse_path(text: str) -> Path:
    """The path that a text names; digits are positions in lists. Raises ValueError."""
    parts: list[str | int] = []
    position = 0
    while True:
        match = _PART.match(text, position)
        if match is None:
            raise ValueError(f"'{printable(text)}' is not a path such as harbor.expose.kind")
        quoted, plain = match.groups()
        parts.append(quoted if plain is None else int(plain) if plain.isdecimal() else plain)
        position = match.end()
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            raise ValueError(f"'{printable(text)}' is not a path such as harbor.expose.kind")
        position += 1


def overlap(one: Path, other: Path) -> bool:
    """Whether one of the paths leads to or into the other."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def printable(text: str, limit: int = 80) -> str:
    """Foreign text made fit to be shown: nothing invisible, not too long."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
