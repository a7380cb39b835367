"""Raw answers: nested maps and lists as YAML gives them, reached by paths."""

from collections.abc import Mapping
from typing import Any

from wizard.answers.paths import Path


def has(data: Any, path: Path) -> bool:
    """Whether a path leads to a value, be it null."""
    for key in path:
        if isinstance(data, Mapping) and str(key) in data:
            data = data[str(key)]
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return False
    return True


def value_at(path: Path, data: Any) -> Any:
    """The value at a path; None where there is none."""
    if not has(data, path):
        return None
    for key in path:
        data = data[key if isinstance(data, list) else str(key)]
    return data


def put(data: Any, path: Path, value: Any) -> None:
    """Change nested data in place; what is missing on the way is made.

    A position one past the end of a list appends. Raises ValueError for one further away, or
    where something else than a map or a list stands on the way.
    """
    key, rest = path[0], path[1:]
    if rest:
        if value_at((key,), data) is None:
            put(data, (key,), [] if isinstance(rest[0], int) else {})
        put(value_at((key,), data), rest, value)
    elif isinstance(data, dict):
        data[str(key)] = value
    elif isinstance(data, list) and isinstance(key, int) and key <= len(data):
        data[key : key + 1] = [value]
    else:
        raise ValueError(f"there is no place for '{key}'")


def drop(data: Any, path: Path) -> None:
    """Take a value out of nested data in place, if it is there."""
    if has(data, path):
        parent, key = value_at(path[:-1], data), path[-1]
        del parent[key if isinstance(parent, list) else str(key)]
