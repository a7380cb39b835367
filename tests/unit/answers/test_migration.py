"""Formats of presets: the frame that leads from one to the next."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from wizard.answers.loading import load
from wizard.answers.migration import MIGRATIONS, migrate, version_problem
from wizard.answers.preset import SCHEMA_VERSION

FIXTURES = Path(__file__).parent / "versions"


def rename(data: dict[str, Any]) -> dict[str, Any]:
    return {"title" if key == "name" else key: value for key, value in data.items()}


def wrap(data: dict[str, Any]) -> dict[str, Any]:
    return {"schemaVersion": 2, "answers": {"title": data["title"]}}


CHAIN = (rename, wrap)


def test_each_version_but_the_newest_has_its_migration() -> None:
    assert len(MIGRATIONS) == SCHEMA_VERSION - 1


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_preset_of_every_version_still_loads(version: int) -> None:
    preset = load([FIXTURES / f"v{version}.yaml"])
    assert preset.schema_version == SCHEMA_VERSION
    assert preset.harbor.host == "harbor.example.com"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"schemaVersion": 1, "name": "x"}, {"schemaVersion": 3, "answers": {"title": "x"}}),
        ({"schemaVersion": 2, "title": "x"}, {"schemaVersion": 3, "answers": {"title": "x"}}),
        ({"schemaVersion": 3, "answers": {}}, {"schemaVersion": 3, "answers": {}}),
        ({"answers": {}}, {"answers": {}}),
    ],
    ids=["from the oldest", "from the middle", "the newest stays", "no version: as it is"],
)
def test_migrations_follow_each_other(data: Mapping[str, Any], expected: dict[str, Any]) -> None:
    before = dict(data)
    assert migrate(data, CHAIN) == expected
    assert data == before


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (3, "is 3, but this wizard knows versions up to 2"),
        (0, "must be the number of a format, such as 2"),
        (-1, "must be the number of a format, such as 2"),
        (True, "must be the number of a format, such as 2"),
        ("1", "must be the number of a format, such as 2"),
        (None, "must be the number of a format, such as 2"),
    ],
)
def test_a_version_that_is_unknown_is_a_problem(version: object, message: str) -> None:
    problem = version_problem({"schemaVersion": version}, newest=2)
    assert problem is not None
    assert problem.message == message


@pytest.mark.parametrize("data", [{}, {"schemaVersion": 1}, {"schemaVersion": 2}])
def test_known_versions_are_no_problem(data: Mapping[str, Any]) -> None:
    assert version_problem(data, newest=2) is None
