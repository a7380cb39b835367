"""Presets of earlier formats: one pure function a version, from its answers to the next one's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wizard.answers.preset import SCHEMA_VERSION
from wizard.answers.problems import Problem

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: Sequence[Migration] = ()
"""The first leads from version 1 to 2, and so on: none, as version 1 is the newest."""

_PATH = "schemaVersion"


def version_problem(data: Mapping[str, Any], newest: int = SCHEMA_VERSION) -> Problem | None:
    """What keeps a file's version from being understood; a file may leave it to another one."""
    if _PATH not in data:
        return None
    version = data[_PATH]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return Problem(
            _PATH,
            f"must be the number of a format, such as {newest}",
            f"Write `{_PATH}: {newest}`.",
        )
    if version > newest:
        return Problem(
            _PATH,
            f"is {version}, but this wizard knows versions up to {newest}",
            "Use the wizard that wrote the file, or a newer one.",
        )
    return None


def migrate(
    data: Mapping[str, Any], migrations: Sequence[Migration] = MIGRATIONS
) -> dict[str, Any]:
    """The answers in the newest format. `data` must have a version without a problem."""
    newest = len(migrations) + 1
    result = dict(data)
    for version in range(int(data.get(_PATH, newest)), newest):
        result = {**migrations[version - 1](result), _PATH: version + 1}
    return result
