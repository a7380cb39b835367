"""Fields of an object as server-side apply sees them: paths, ownership and merging.

A path is a tuple of keys as `metadata.managedFields` writes them (FieldsV1): `f:name` for a
field, `k:{"name":"core"}` for an item of a list with merge keys, `.` for such an item itself.
"""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
FieldsV1 = dict[str, Any]

_MERGE_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "initContainers": (("name",),),
    "env": (("name",),),
    "volumes": (("name",),),
    "imagePullSecrets": (("name",),),
    "volumeMounts": (("mountPath",),),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "conditions": (("type",),),
    "ownerReferences": (("uid",),),
}
_KEY_DEFAULTS = {"protocol": "TCP"}
_NOT_OWNED = {"apiVersion", "kind"}
_METADATA_NOT_OWNED = {
    "creationTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "uid",
}


def owned(obj: Mapping[str, Any]) -> dict[Path, Any]:
    """Every field of an object that can have an owner, with its value."""
    found: dict[Path, Any] = {}
    for name, value in obj.items():
        if name == "metadata":
            rest = {k: v for k, v in value.items() if k not in _METADATA_NOT_OWNED}
            if rest:
                found.update(_leaves(rest, ("f:metadata",), "metadata"))
        elif name not in _NOT_OWNED:
            found.update(_leaves(value, (f"f:{name}",), name))
    return found


def _leaves(value: Any, path: Path, field: str) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*path, f"f:{name}"), name)
        return
    keys = _item_keys(value, field)
    if keys is None:
        yield path, value
        return
    for key, item in zip(keys, value, strict=True):
        yield (*path, key, "."), {}
        for name, inner in item.items():
            yield from _leaves(inner, (*path, key, f"f:{name}"), name)


def _item_keys(value: Any, field: str) -> list[str] | None:
    """The key of each item of a list with merge keys, or None for anything atomic."""
    if not isinstance(value, list) or not value or not all(isinstance(i, dict) for i in value):
        return None
    for names in _MERGE_KEYS.get(field, ()):
        if all(names[0] in item for item in value):
            return [_item_key(item, names) for item in value]
    return None


def _item_key(item: Mapping[str, Any], names: tuple[str, ...]) -> str:
    key = {name: item.get(name, _KEY_DEFAULTS.get(name)) for name in names}
    return "k:" + json.dumps(key, separators=(",", ":"))


def encode(paths: Iterable[Path]) -> FieldsV1:
    """A set of paths as the nested form that `managedFields` holds."""
    root: FieldsV1 = {}
    for path in sorted(paths):
        node = root
        for key in path:
            node = node.setdefault(key, {})
    return root


def decode(fields: FieldsV1, prefix: Path = ()) -> set[Path]:
    """The set of paths in a `fieldsV1`."""
    found: set[Path] = set()
    for key, inner in fields.items():
        found |= decode(inner, (*prefix, key)) if inner else {(*prefix, key)}
    return found


def told(path: Path) -> str:
    """A path as the API server tells it: `.spec.template.spec.containers[name="core"].image`."""
    text = ""
    for key in path:
        if key.startswith("f:"):
            text += f".{key[2:]}"
        elif key.startswith("k:"):
            pairs = json.loads(key[2:]).items()
            text += "[" + ",".join(f"{name}={json.dumps(value)}" for name, value in pairs) + "]"
    return text


def merged(live: Any, applied: Any, field: str = "") -> Any:
    """The live value with an applied one laid over it: maps and keyed lists deep, others whole."""
    if isinstance(live, dict) and isinstance(applied, dict):
        result = dict(live)
        for name, value in applied.items():
            result[name] = merged(live[name], value, name) if name in live else _copy(value)
        return result
    live_keys, new_keys = _item_keys(live, field), _item_keys(applied, field)
    if live_keys is not None and applied == []:
        return live
    if live_keys is None or new_keys is None:
        return _copy(applied)
    items = dict(zip(live_keys, live, strict=True))
    for key, item in zip(new_keys, applied, strict=True):
        items[key] = merged(items[key], item) if key in items else _copy(item)
    return list(items.values())


def _copy(value: Any) -> Any:
    return copy.deepcopy(value)


def without(value: Any, path: Path, field: str = "") -> Any:
    """A value without the field or the list item at a path; a map left empty goes too."""
    key, rest = path[0], path[1:]
    if isinstance(value, dict) and key.startswith("f:") and key[2:] in value:
        return _without_field(value, key[2:], rest)
    keys = _item_keys(value, field)
    if keys is None or key not in keys:
        return value
    where = keys.index(key)
    if rest == (".",):
        return [*value[:where], *value[where + 1 :]]
    return [*value[:where], without(value[where], rest), *value[where + 1 :]]


def _without_field(value: dict[str, Any], name: str, rest: Path) -> dict[str, Any]:
    others = {k: v for k, v in value.items() if k != name}
    if not rest:
        return others
    inner = without(value[name], rest, name)
    return {k: (inner if k == name else v) for k, v in value.items()} if inner else others
