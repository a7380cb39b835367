"""A support bundle as a document and as lines: what is in it, what was hidden, what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wizard.diagnose.bundle.parts import Part
from wizard.report_documents import VERSION
from wizard.run.rendering import Style


def bundle_document(
    parts: Sequence[Part],
    hidden: Sequence[Mapping[str, Any]],
    missing: Sequence[Mapping[str, str]],
    file: Path | None,
) -> dict[str, Any]:
    """What `support-bundle --output json` prints.

    `written` is the size of the packed file in bytes, as long as there is none 0.
    """
    return {
        "version": VERSION,
        "file": str(file) if file else None,
        "written": 0,
        "files": [{"name": one.name, "size": one.size, "note": one.note} for one in parts],
        "hidden": [dict(one) for one in hidden],
        "missing": [dict(one) for one in missing],
    }


def bundle_lines(document: Mapping[str, Any], style: Style) -> Iterator[str]:
    """Every file with its size, every secret with where it was, and what is missing."""
    yield f"The support bundle holds {_held(document)}:"
    for file in document["files"]:
        note = style.paint(f"  ({file['note']})", "2") if file["note"] else ""
        yield f"  {_size(file['size']):>9}  {file['name']}{note}"
    yield f"Hidden in it: {_count(document['hidden'], 'secret')}"
    for secret in document["hidden"]:
        yield f"  {secret['token']}  {', '.join(secret['what'])}"
        for name, times in secret["files"].items():
            yield style.paint(f"      {times} times in {name}", "2")
    yield from _missing(document, style)


def written_lines(document: Mapping[str, Any], style: Style) -> Iterator[str]:
    """Where it is, how large, and what is missing."""
    packed = _size(document["written"])
    hidden = _count(document["hidden"], "secret")
    yield f"{style.sign('ok')} Support bundle {document['file']}: {packed}, {_held(document)}"
    yield f"  {hidden} hidden; hidden.json in it says where. Read it before you give it away."
    yield from _missing(document, style)
    yield f"  Look into it: wizard troubleshoot --once --bundle {document['file']}"


def _missing(document: Mapping[str, Any], style: Style) -> Iterator[str]:
    for one in document["missing"]:
        yield f"{style.sign('skipped')} not in it: {one['what']}: {one['reason']}"


def _held(document: Mapping[str, Any]) -> str:
    size = sum(file["size"] for file in document["files"])
    return f"{_count(document['files'], 'file')}, {_size(size)} before packing"


def _count(items: Sequence[Any], word: str) -> str:
    return f"{len(items)} {word}{'' if len(items) == 1 else 's'}"


def _size(size: int) -> str:
    for unit in ("B", "kB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size = round(size / 1000)
    return f"{size} MB"
