"""The lock files hold what pyproject.toml asks for, each with hashes."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]


def locked(name: str) -> dict[str, str]:
    """The versions of a lock file by project. Asserts that each has a hash."""
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==(\S+?)( ;[^\\]+)? \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[\w.-]+(?:==| @)", text, re.MULTILINE))
    return {canonicalize_name(project): version for project, version, _ in pins}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [("requirements.lock", RUNTIME), ("requirements-dev.lock", [*RUNTIME, *DEVELOPMENT])],
)
def test_lock_holds_what_is_asked_for(lock: str, wanted: list[str]) -> None:
    versions = locked(lock)
    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in {lock}: run `make lock`"
        assert version in requirement.specifier, f"{requirement} is not {version}: run `make lock`"


def test_both_locks_agree() -> None:
    development = locked("requirements-dev.lock")
    runtime = locked("requirements.lock")
    assert {name: development[name] for name in runtime} == runtime
