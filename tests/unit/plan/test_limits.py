"""Answers that this version does not carry out, as the commands tell them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wizard.cli import wizard
from wizard.errors import ExitCode

PRESET = """\
schemaVersion: 1
name: later
pki: {kind: secret, name: harbor-tls}
trust:
  pods: trust-manager
harbor: {url: "https://harbor.example.com", adminPassword: {prompt: true}}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Path("later.yaml").write_text(PRESET)
    return CliRunner(catch_exceptions=False)


def told(result: Result) -> str:
    return " ".join(result.stderr.split())


@pytest.mark.parametrize("command", [[], ["verify"], ["rbac"]], ids=" ".join)
def test_they_are_refused_with_file_and_line_before_anything_is_asked(
    run: CliRunner, command: list[str]
) -> None:
    result = run.invoke(wizard, [*command, "--preset", "later.yaml", "--kubeconfig", "absent"])
    assert result.exit_code == ExitCode.USAGE
    assert "later.yaml:5:3: trust.pods: `trust-manager` is understood, but" in told(result)
    assert "adminPassword" not in told(result), "nothing may be asked before"


def test_validate_warns_with_file_and_line(run: CliRunner) -> None:
    result = run.invoke(wizard, ["preset", "validate", "later.yaml", "--output", "json"])
    assert result.exit_code == ExitCode.DONE
    assert "later.yaml:5:3: trust.pods" in told(result)
    (warning,) = json.loads(result.stdout)["warnings"]
    assert warning.startswith("later.yaml:5:3: trust.pods")


def test_looking_at_a_harbor_of_such_a_preset_is_no_problem(run: CliRunner) -> None:
    arguments = ["troubleshoot", "--demo", "--once", "--preset", "later.yaml"]
    result = run.invoke(wizard, arguments)
    assert result.exit_code == ExitCode.DONE
    assert "trust.pods" not in told(result)
