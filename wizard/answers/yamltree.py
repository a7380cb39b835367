"""YAML into plain values, with the place of each; strict where YAML surprises.

Read as the core schema of YAML 1.2 has it (yaml.org/spec/1.2.2, 10.3): `no`, `on`, `22:22` and
dates are text. Aliases and tags are refused: no preset needs them, and they can explode or run
code. Keys are always text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from wizard.answers.paths import Path
from wizard.answers.problems import Problem
from wizard.answers.yamltext import explain, unprintable

MAX_DEPTH = 40

_NULL = re.compile(r"|~|null|Null|NULL")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_OTHER_BASE = re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?")


@dataclass(slots=True)
class Tree:
    """A document: its value, the line and column (from 1) of every path, what is wrong with it."""

    value: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def parse(text: str, file: str) -> Tree:
    """The one document of a file. What is wrong is in `problems`; nothing is raised."""
    builder = _Builder(text, file)
    if problem := unprintable(text, file):
        builder.tree.problems.append(problem)
        return builder.tree
    try:
        builder.document()
    except yaml.MarkedYAMLError as error:
        builder.tree.problems.append(explain(error, text, file))
    except _Stop:
        pass
    return builder.tree


def scalar(text: str) -> Any:
    """The value of plain (unquoted) text. Numbers too large to be meant stay text."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INT.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Stop(Exception):
    """Reading on makes no sense; the problem is noted already."""


class _Builder:
    """Builds a tree out of PyYAML's events, which keep their places and construct nothing."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
        self.tree = Tree()

    def document(self) -> None:
        """Read the stream: exactly one document."""
        self._next()  # stream start
        if isinstance(self._next(), yaml.StreamEndEvent):
            return
        first = self._next()
        self.tree.places[()] = _place(first.start_mark)
        self.tree.value = self._value(first, ())
        self._next()  # document end
        after = self._next()
        if isinstance(after, yaml.DocumentStartEvent):
            self._stop(after, "a second document begins here", "Keep one preset in each file.")

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self._stop(event, "an alias (*) is not allowed in a preset", "Write the value out.")
        if event.tag is not None:
            self._stop(
                event, "a tag (!) is not allowed in a preset", "Drop the tag; quote what is text."
            )
        if len(path) > MAX_DEPTH:
            self._stop(event, f"more than {MAX_DEPTH} levels deep", "No answer lies so deep.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return scalar(event.value) if event.implicit[0] else event.value

    def _mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                self._stop(event, "a key must be plain text", "Put the key in quotes.")
            if event.value == "<<" and event.implicit[0]:
                self._stop(
                    event,
                    "a merge key (<<) is not supported in a preset",
                    "Write the keys out, or keep what is shared in a file of its own: several "
                    "--preset files are merged.",
                )
            here = (*path, event.value)
            if event.value in result:
                line, _ = self.tree.places[here]
                message = f"the key '{event.value}' is here twice, first in line {line}"
                self._note(event, message, "Keep one of them.")
            else:
                self.tree.places[here] = _place(event.start_mark)
            result[event.value] = self._value(self._next(), here)
        return result

    def _sequence(self, path: Path) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            here = (*path, len(result))
            self.tree.places[here] = _place(event.start_mark)
            result.append(self._value(event, here))
        return result

    def _note(self, event: Any, message: str, fix: str) -> None:
        line, column = _place(event.start_mark)
        self.tree.problems.append(Problem("", message, fix, self._file, line, column))

    def _stop(self, event: Any, message: str, fix: str) -> NoReturn:
        self._note(event, message, fix)
        raise _Stop


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1
