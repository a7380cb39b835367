"""What the tests of the answers share."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wizard.answers.loading import read
from wizard.answers.problems import PresetInvalid, Problem

MINIMAL = """\
schemaVersion: 1
name: test
pki: {kind: self-signed}
harbor:
  url: https://harbor.example.com
"""

Judge = Callable[..., list[Problem]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a preset, text or bytes, and return its file."""

    def make(content: str | bytes, name: str = "p.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def judge(write: Callable[..., Path]) -> Judge:
    """All problems of a preset, as loading finds them; its file is named p.yaml."""

    def problems(content: str | bytes, sets: Sequence[str] = ()) -> list[Problem]:
        try:
            return read([write(content)], sets).problems()
        except PresetInvalid as error:
            return list(error.problems)

    return problems


def brief(problem: Problem) -> str:
    """A problem without the folder of its file: `5:3 harbor.url: message | fix`."""
    place = f"{problem.line}:{problem.column} " if problem.line else ""
    path = f"{problem.path}: " if problem.path else ""
    fix = f" | {problem.fix}" if problem.fix else ""
    return f"{place}{path}{problem.message}{fix}"
