"""Opens a support bundle: the view that it was made of, at the moment of that view.

A bundle comes from others: nothing is unpacked onto the disk, sizes are limited, and control
sequences are taken out of every text.
"""

import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from wizard.diagnose.bundle.archive import TOP
from wizard.diagnose.bundle.parts import MANIFEST, TAILS
from wizard.diagnose.bundle.related import file_of
from wizard.diagnose.view import Collection, View
from wizard.errors import BundleInvalid
from wizard.ports import Kind, LogLine, Object, Ref
from wizard.text import plain

VERSION = 1
"""Of the layout of bundles."""
_LARGEST = 1024 * 1024 * 1024
"""Bytes of all files, unpacked."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A support bundle: the target that it is of, and what was seen."""

    target: Mapping[str, str]
    view: View


def open_bundle(path: Path) -> Opened:
    """Read a bundle. Raises BundleInvalid where it is none, damaged, or of a newer layout."""
    try:
        files = dict(_files(path))
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise _invalid(path, plain(why)) from error
    if MANIFEST not in files:
        raise _invalid(path, f"it holds no {MANIFEST}")
    try:
        manifest = _parsed(files[MANIFEST])
        if manifest["version"] != VERSION:
            raise _invalid(path, f"its layout is version {manifest['version']}")
        return Opened(_target(manifest["target"]), _view(manifest["view"], files))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _invalid(path, f"a part of it is missing or damaged ({plain(str(error))})") from error


def _invalid(path: Path, why: str) -> BundleInvalid:
    return BundleInvalid(
        "The support bundle cannot be read",
        why=why,
        where=str(path),
        fix="give a file that this version's `wizard support-bundle -o FILE` wrote, copied whole",
    )


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files that make the view, by name."""
    size = 0
    with tarfile.open(path, "r|gz") as tar:
        for entry in tar:
            size += entry.size
            if size > _LARGEST:
                raise tarfile.TarError("it is larger than any that the wizard writes")
            top, _, name = entry.name.partition("/")
            wanted = name in {MANIFEST, TAILS} or name.startswith("objects/")
            if top != TOP or not wanted or not entry.isreg():
                continue
            content = tar.extractfile(entry)
            yield name, content.read() if content else b""


def _target(document: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: str(document[name]) for name in ("clusterUid", "context", "namespace", "release")}


def _view(document: Mapping[str, Any], files: Mapping[str, bytes]) -> View:
    kinds = [Kind(one["apiVersion"], one["kind"]) for one in document["kinds"]]
    unseen = {Kind(one["apiVersion"], one["kind"]): one["reason"] for one in document["notChecked"]}
    logs = dict(_tail(_parsed(line)) for line in files[TAILS].splitlines())
    collections = {kind: Collection(_items(files[file_of(kind)])) for kind in kinds}
    return View(collections, datetime.fromisoformat(document["now"]), logs, unseen)


def _tail(told: Mapping[str, Any]) -> tuple[tuple[str, str], Sequence[LogLine]]:
    container = told["container"]
    lines = (
        LogLine(datetime.fromisoformat(one["time"]), one["pod"], container, one["text"])
        for one in told["lines"]
    )
    return (told["uid"], container), tuple(lines)


def _items(content: bytes) -> Mapping[Ref, Object]:
    return {Ref.of(obj): obj for obj in _parsed(content)["items"]}


def _parsed(content: bytes) -> Any:
    return _plain(json.loads(content))


def _plain(value: Any) -> Any:
    """A JSON value whose texts no terminal obeys."""
    match value:
        case str():
            return value if value.isprintable() else plain(value)
        case dict():
            return {_plain(key): _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value
