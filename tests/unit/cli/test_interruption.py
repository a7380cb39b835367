"""Ctrl-C and SIGTERM: nothing keeps running, and the same command goes on."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.interruptible import interruptible
from tests.unit.cli.conftest import DEMO, PROGRAM, Run, objects_of, runs_of
from tests.unit.cli.terminal import Terminal
from wizard.errors import ExitCode
from wizard.run.records import read_record

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_run_that_is_stopped_can_be_resumed(
    env: dict[str, str], state: Path, wizard: Run, number: signal.Signals
) -> None:
    env["WIZARD_DEMO_SPEED"] = "20"
    command = interruptible([PROGRAM, *DEMO, "--scenario", "stuck", "--output", "jsonl"])
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        for line in process.stdout:
            event = json.loads(line)
            if (event["event"], event["step"]) == ("step.waiting", "harbor.release"):
                break
        process.send_signal(number)
        rest = [json.loads(line) for line in process.stdout.read().splitlines()]
        errors = process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in errors
    assert "error: Interrupted" in errors
    assert "a run goes on from here" in errors
    assert rest[-1]["event"] == "run.finished"
    assert rest[-1]["exit"] == ExitCode.INTERRUPTED
    states = {one["step"]: one["state"] for one in rest if one["event"] == "step.finished"}
    assert states["harbor.release"] == "cancelled"
    assert objects_of(state, "Lease") == []
    record = read_record(runs_of(state)[-1])
    assert record
    assert record.unfinished
    env |= {"WIZARD_DEMO_SPEED": "0", "WIZARD_GATE_SECONDS": "0"}
    resumed = wizard("--demo", "--scenario", "stuck", "--resume")
    assert resumed.code is ExitCode.OUT_OF_TIME
    assert record.id in resumed.stderr


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_no_child_is_left(env: dict[str, str], folder: Path, number: signal.Signals) -> None:
    helm, pids = folder / "helm", folder / "pids"
    helm.write_text(f"#!/bin/sh\nsleep 60 &\necho $$ $! > {pids}.new\nmv {pids}.new {pids}\nwait\n")
    helm.chmod(0o755)
    env["WIZARD_HELM"] = str(helm)
    with subprocess.Popen(
        interruptible([PROGRAM, "rbac", "--preset", "demo.yaml"]),
        stderr=subprocess.PIPE,
        env=env,
        text=True,
    ) as process:
        wait_until(pids.exists)
        process.send_signal(number)
        assert process.stderr
        errors = process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in errors
    for pid in map(int, pids.read_text().split()):
        wait_until(lambda pid=pid: not runs(pid))


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_question_can_be_left(env: dict[str, str], key: str, state: Path) -> None:
    with Terminal(*DEMO, "--set", "harbor.adminPassword={prompt: true}", env=env) as terminal:
        terminal.wait_for("(harbor.adminPassword): ")
        terminal.type(key)
        code = terminal.end()
    told = {"\x03": "error: Interrupted", "\x04": "nothing was typed"}[key]
    assert told in terminal.shown
    assert "Traceback" not in terminal.shown
    assert code == {"\x03": ExitCode.INTERRUPTED, "\x04": ExitCode.USAGE}[key]
    assert not state.exists()


def test_a_question_ends_with_a_signal(env: dict[str, str]) -> None:
    with Terminal(*DEMO, "--set", "harbor.adminPassword={prompt: true}", env=env) as terminal:
        terminal.wait_for("(harbor.adminPassword): ")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == ExitCode.INTERRUPTED


def wait_until(done: object, seconds: float = 20) -> None:
    """Wait until a question has the answer yes."""
    assert callable(done)
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def runs(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(shown) and not shown.startswith("Z")
