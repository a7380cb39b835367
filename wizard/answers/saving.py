"""Presets back into files: in a stable order, atomically, the old file beside the new one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wizard.answers.draft import Draft
from wizard.answers.outline import ROOT, Shape, all_sections, fields_of, shape_of
from wizard.answers.versions import (
    CERT_MANAGER_VERSION,
    CSI_DRIVER_NFS_VERSION,
    HARBOR_VERSION,
    NFS_SUBDIR_PROVISIONER_VERSION,
    OPENBAO_VERSION,
    VAULT_VERSION,
)
from wizard.answers.writing import write_atomically
from wizard.answers.yamltree import scalar
from wizard.errors import UsageError

PINNED = {
    "harbor": HARBOR_VERSION,
    "certManager": CERT_MANAGER_VERSION,
    "openbao": OPENBAO_VERSION,
    "vault": VAULT_VERSION,
    "csiDriverNfs": CSI_DRIVER_NFS_VERSION,
    "nfsSubdirProvisioner": NFS_SUBDIR_PROVISIONER_VERSION,
}
"""What this wizard installs where a preset names no version."""


class _Dumper(yaml.SafeDumper):
    """Quotes every text that would be read as something else, by us or by YAML 1.1."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(scalar(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def dump(draft: Draft, folder: Path) -> str:
    """The draft as YAML, for a file in a folder: paths of files stay right from there.

    Keys stand in the model's order. No secret reaches the file (`without_secrets`).
    """
    return as_yaml(without_secrets(rooted(draft, folder).data))


def as_yaml(raw: Any) -> str:
    """A raw answer as YAML; one that says nothing is empty text."""
    if raw in (None, {}, []):
        return ""
    return yaml.dump(raw, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def rooted(draft: Draft, folder: Path | None = None) -> Draft:
    """The draft with absolute paths of files, but for those that count from `folder` anyway.

    `~` and what is still empty stay as they are.
    """
    for path, text in list(draft.local_paths()):
        base = (draft.origin(path).folder or draft.folder).absolute()
        if text and not text.startswith("~") and (folder is None or base != folder.absolute()):
            draft = draft.put(path, str(base / text), draft.origin(path))
    return draft


def without_secrets(data: Mapping[str, Any]) -> dict[str, Any]:
    """Raw answers, complete or not, in the model's order and free of secrets in clear.

    What stands where a secret belongs and is no reference to one is left out. Where the model
    knows no answer (a mistyped `kind` above it, for instance), a key that is called like one of
    the model's secrets counts as one.
    """
    ordered: dict[str, Any] = _ordered(data, ROOT)
    return ordered


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
        inner = (shape.child(key, raw) if shape else None) or _secrets().get(key)
        if inner is None or not _in_clear(raw[key], inner):
            result[key] = _ordered(raw[key], inner)
    return result


def _in_clear(raw: Any, shape: Shape) -> bool:
    """Whether a value stands where a secret, or a map of them, belongs, and is none of these."""
    if raw is None:
        return False
    if shape.form == "secret":
        return shape.section_for(raw) is None
    return bool(shape.item and shape.item.form == "secret") and not isinstance(raw, Mapping)


@cache
def _secrets() -> Mapping[str, Shape]:
    """All secrets of the model by their key."""
    fields = {key: f for section in all_sections() for key, f in fields_of(section).items()}
    shapes = {key: shape_of(field.annotation) for key, field in fields.items()}
    return {key: shape for key, shape in shapes.items() if shape.form == "secret"}


def pinned(draft: Draft) -> Draft:
    """The draft with the versions it stands for: a newer wizard never upgrades by itself."""
    kind = draft.get("pki.authority.kind")
    certified = draft.get("pki.kind") == "acme" or kind in {"openbao", "vault"}
    own_server = kind in {"openbao", "vault"} and (
        draft.get("pki.authority.server.kind") == "deploy"
    )
    on_nfs = draft.get("storage.provisioner.kind") == "nfs"
    legacy = draft.get("storage.provisioner.driver") == "subdir"
    installed = [
        "harbor",
        *(["certManager"] if certified else []),
        *([kind] if own_server else []),
        *(["nfsSubdirProvisioner" if legacy else "csiDriverNfs"] if on_nfs else []),
    ]
    for name in installed:
        if draft.get(f"versions.{name}") is None:
            draft = draft.put(("versions", name), PINNED[name])
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
