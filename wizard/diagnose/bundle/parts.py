"""The files of a support bundle while they are gathered."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from wizard.ports import Kind, Object

MANIFEST = "manifest.json"
HIDDEN = "hidden.json"
FINDINGS = "findings.json"
TAILS = "view/tails.jsonl"


class Hider(Protocol):
    """Takes secrets out of what goes into a bundle; `place` is the file it goes to."""

    def conceal(self, value: str, what: str) -> None:
        """Hide this value from now on; `what` says what it is."""

    def hide(self, text: str, place: str) -> str:
        """The text without secrets, with as many lines as before."""

    def hide_document(self, value: Any, place: str) -> Any:
        """A JSON value without secrets."""

    def report(self) -> Sequence[Mapping[str, Any]]:
        """What was hidden so far, and where."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a bundle: its name there, its size in bytes, and what is not in it."""

    name: str
    size: int
    note: str = ""


class Parts:
    """Files in a private folder of this machine; nothing reaches it that was not hidden before.

    `missing` tells what could not be gathered, and why. All methods raise OSError.
    """

    def __init__(self, folder: Path, hider: Hider) -> None:
        self.folder = folder
        self.hider = hider
        self.missing: dict[str, str] = {}
        self._parts: dict[str, Part] = {}

    @property
    def all(self) -> Sequence[Part]:
        """The files by name."""
        return [part for _, part in sorted(self._parts.items())]

    def miss(self, kind: Kind, reason: str) -> None:
        """Note that the objects of a kind could not be read."""
        self.missing[f"{kind.name} ({kind.api_version})"] = reason

    def document(self, name: str, value: Any) -> None:
        """Add a JSON document."""
        self.raw_document(name, self.hider.hide_document(value, name))

    def raw_document(self, name: str, value: Any) -> None:
        """Add a JSON document in which everything is hidden already."""
        self.lines(name, [json.dumps(value, indent=2, ensure_ascii=False)])

    def objects(self, name: str, objects: Iterable[Object]) -> None:
        """Add objects, in which everything is hidden already, as a list that kubectl and jq read,
        one object a line.
        """
        self.lines(name, _list_of(json.dumps(obj, ensure_ascii=False) for obj in objects))

    def lines(self, name: str, lines: Iterable[str], note: str = "") -> None:
        """Add a file of lines in which everything is hidden already."""
        path = self.folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
        self._parts[name] = Part(name, path.stat().st_size, note)


def _list_of(objects: Iterable[str]) -> Iterable[str]:
    yield '{"apiVersion": "v1", "kind": "List", "items": ['
    before = ""
    for obj in objects:
        if before:
            yield f"{before},"
        before = obj
    yield f"{before}"
    yield "]}"
