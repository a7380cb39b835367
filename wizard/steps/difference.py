"""Differences between two states of an object, as fields that people can read."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.ports import Object
from wizard.steps.base import FieldChange

MASK = "••••••"
ABSENT = "(absent)"
_SHOWN = 120
_BOOKKEEPING = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")


def digest(obj: Object) -> str:
    """A digest of an object's content; a Secret counts by its keys, not by its values."""
    text = json.dumps(_masked(_content(obj)), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differing_fields(live: Object, wanted: Object) -> tuple[FieldChange, ...]:
    """Every field in which two states of an object differ, bookkeeping and status left out."""
    secret = wanted.get("kind") == "Secret"
    return tuple(_differences(_content(live), _content(wanted), "", secret))


def differing_declared_fields(live: Object, declared: Object) -> tuple[FieldChange, ...]:
    """The fields that `declared` names and `live` has otherwise: all that can be said without
    the API server, which would fill in defaults and join lists.
    """
    secret = declared.get("kind") == "Secret"
    wanted = _content(declared)
    return tuple(_differences(_restricted(_content(live), wanted), wanted, "", secret))


def _content(obj: Object) -> Object:
    metadata = {k: v for k, v in obj.get("metadata", {}).items() if k not in _BOOKKEEPING}
    return {k: v for k, v in obj.items() if k != "status"} | {"metadata": metadata}


def _masked(obj: Object) -> Object:
    if obj.get("kind") != "Secret":
        return obj
    return {k: sorted(v or ()) if k in {"data", "stringData"} else v for k, v in obj.items()}


def _restricted(live: Any, declared: Any) -> Any:
    if isinstance(live, Mapping) and isinstance(declared, Mapping):
        return {k: _restricted(live[k], v) for k, v in declared.items() if k in live}
    if isinstance(live, list) and isinstance(declared, list) and len(live) == len(declared):
        return [_restricted(a, b) for a, b in zip(live, declared, strict=True)]
    return live


def _differences(before: Any, after: Any, path: str, secret: bool) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            hidden = secret and path in {"", "data", "stringData"} and key != "metadata"
            child = _joined(path, key)
            yield from _differences(before.get(key), after.get(key), child, hidden)
    elif named := _by_name(before, after):
        for name, (old, new) in named.items():
            yield from _differences(old, new, f"{path}[{name}]", secret)
    else:
        yield FieldChange(path, _shown(before, secret), _shown(after, secret))


def _joined(path: str, key: str) -> str:
    if "." in key or "/" in key:
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def _by_name(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    """Two lists of named entries (containers, ports, volumes), paired by their names."""
    lists = (before, after)
    if not all(isinstance(entries, list) for entries in lists):
        return {}
    if not all(isinstance(entry, Mapping) and "name" in entry for one in lists for entry in one):
        return {}
    old, new = ({entry["name"]: entry for entry in entries} for entries in lists)
    if len(old) != len(before) or len(new) != len(after):
        return {}
    return {name: (old.get(name), new.get(name)) for name in [*old, *(set(new) - set(old))]}


def _shown(value: Any, secret: bool) -> str:
    if value is None:
        return ABSENT
    if secret:
        return MASK
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
