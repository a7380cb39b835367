"""Presets back into files: in a stable order, atomically, the old file beside the new one."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from wizard.answers.draft import Draft
from wizard.answers.outline import ROOT, Shape, fields_of
from wizard.answers.versions import HARBOR_VERSION
from wizard.answers.yamltree import scalar
from wizard.errors import UsageError

PINNED = {"harbor": HARBOR_VERSION}
"""What this wizard installs where a preset names no version."""


class _Dumper(yaml.SafeDumper):
    """Quotes every text that would be read as something else, by us or by YAML 1.1."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(scalar(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def dump(draft: Draft, folder: Path) -> str:
    """The draft as YAML, for a file in a folder: paths of files stay right from there.

    Keys stand in the model's order. What stands where a secret belongs and is no reference to
    one is left out, so that no secret reaches a file.
    """
    for path, text in list(draft.local_paths()):
        base = draft.origin(path).folder or draft.folder
        if not text.startswith("~") and base.absolute() != folder.absolute():
            draft = draft.put(path, str(base.absolute() / text), draft.origin(path))
    return as_yaml(_ordered(draft.data, ROOT))


def as_yaml(raw: Any) -> str:
    """A raw answer as YAML; one that says nothing is empty text."""
    if raw in (None, {}, []):
        return ""
    return yaml.dump(raw, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _ordered(raw: Any, shape: Shape | None) -> Any:
    if isinstance(raw, list):
        return [_ordered(item, shape.child(0, raw) if shape else None) for item in raw]
    if not isinstance(raw, Mapping):
        return raw
    section = shape.section_for(raw) if shape else None
    known = list(fields_of(section)) if section else []
    keys = sorted(raw, key=lambda key: known.index(key) if key in known else len(known))
    result = {}
    for key in keys:
        inner = shape.child(key, raw) if shape else None
        if inner is None or inner.form != "secret" or _is_reference(raw[key], inner):
            result[key] = _ordered(raw[key], inner)
    return result


def _is_reference(raw: Any, shape: Shape) -> bool:
    return raw is None or shape.section_for(raw) is not None


def pinned(draft: Draft) -> Draft:
    """The draft with the versions it stands for: a newer wizard never upgrades by itself."""
    for name, version in PINNED.items():
        if draft.get(f"versions.{name}") is None:
            draft = draft.put(("versions", name), version)
    return draft


def save(draft: Draft, path: Path) -> None:
    """Write what a person said, and the versions it stands for, to a file.

    The file that was there stays as `<name>.bak`. Raises UsageError; the old file is then whole.
    """
    draft = pinned(draft)
    target = path.resolve()
    try:
        if target.exists():
            write_atomically(target.with_name(f"{target.name}.bak"), target.read_bytes())
        write_atomically(target, dump(draft, target.parent).encode())
    except OSError as error:
        raise UsageError(
            "The preset could not be saved; nothing was changed",
            why=(error.strerror or "unknown reason").lower(),
            fix="make room or choose another place, then save again",
            where=str(path),
        ) from None


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that after a crash the old or the new content is there, never a part.

    Raises OSError; nothing is left behind then.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with os.fdopen(
            os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
