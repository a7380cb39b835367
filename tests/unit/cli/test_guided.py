"""When `wizard` opens its screens, and what it says where it cannot."""

import pytest

from tests.unit.cli.conftest import DEMO, Run
from wizard.errors import ExitCode


@pytest.mark.parametrize("options", [(), ("--demo",), ("--demo", "--set", "name=here")])
def test_screens_need_a_terminal(wizard: Run, options: tuple[str, ...]) -> None:
    refused = wizard(*options)
    assert refused.code is ExitCode.USAGE
    assert "needs a terminal" in refused.stderr
    assert "wizard --preset FILE" in refused.stderr


def test_asking_for_some_answers_needs_a_terminal(wizard: Run) -> None:
    refused = wizard(*DEMO, "--ask", "missing")
    assert refused.code is ExitCode.USAGE
    assert "wizard --preset demo.yaml" in refused.stderr


def test_screens_are_no_output_for_programs(wizard: Run) -> None:
    refused = wizard("--demo", "--output", "json")
    assert refused.code is ExitCode.USAGE
    assert "--output json is for runs without questions" in refused.document["error"]["why"]


def test_only_pages_can_be_asked_for(wizard: Run) -> None:
    refused = wizard(*DEMO, "--ask", "pk")
    assert refused.code is ExitCode.USAGE
    assert "target, delivery, storage, pki, harbor" in refused.stderr
