"""A login program of the kubeconfig: people see what it says, and may answer it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.unit.cli.conftest import PROGRAM
from tests.unit.cli.terminal import Terminal

GRANT = """
import json
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": {"token": "t"}}))
"""
CHECK = ("--preset", "demo.yaml", "--check", "--kubeconfig", "kubeconfig")


def kubeconfig(folder: Path, body: str, mode: str) -> None:
    """A kubeconfig whose user logs in by a program; no server is there."""
    program = folder / "kubelogin"
    program.write_text(f"#!{sys.executable}\nimport sys\n{body}\n{GRANT}")
    program.chmod(0o700)
    version = "client.authentication.k8s.io/v1"
    plugin = {"apiVersion": version, "command": "./kubelogin", "interactiveMode": mode}
    content = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"exec": plugin}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(content))


def test_what_a_device_login_says_is_shown_while_it_waits(
    env: dict[str, str], folder: Path
) -> None:
    door = folder / "door"
    os.mkfifo(door)
    ask = f"print('open https://login.test', file=sys.stderr)\nopen({str(door)!r}).read()"
    kubeconfig(folder, ask, "IfAvailable")
    with subprocess.Popen(
        [PROGRAM, *CHECK, "--output", "json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        text=True,
    ) as process:
        assert process.stderr
        seen = ""
        while "kubelogin: open https://login.test" not in seen:
            seen += (line := process.stderr.readline())
            assert line, f"it ended before: {seen}"
        door.write_text("")
        stdout, stderr = process.communicate()
    assert "login program" not in stderr
    assert "127.0.0.1:1" in stdout
    assert "kubelogin" not in stdout


@pytest.mark.parametrize("mode", ["IfAvailable", "Always"])
def test_a_login_may_ask_on_the_terminal(env: dict[str, str], folder: Path, mode: str) -> None:
    ask = "print('Code:', end=' ', file=sys.stderr, flush=True)\nassert input() == 'ABCD'"
    kubeconfig(folder, ask, mode)
    with Terminal(*CHECK, env=env) as terminal:
        terminal.wait_for("kubelogin: Code:")
        terminal.type("ABCD\n")
        terminal.end()
    assert "login program" not in terminal.shown
    assert "127.0.0.1:1" in terminal.shown


def test_a_login_on_the_terminal_can_be_left(env: dict[str, str], folder: Path) -> None:
    kubeconfig(folder, "print('Code:', file=sys.stderr, flush=True)\ninput()", "Always")
    with Terminal(*CHECK, env=env) as terminal:
        terminal.wait_for("kubelogin: Code:")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "error: Interrupted" in terminal.shown
