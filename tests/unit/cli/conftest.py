"""The command as a user runs it: in this process where that is enough, else as a program."""

import json
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wizard.cli import wizard as command
from wizard.errors import ExitCode

PRESETS = Path(__file__).parents[3] / "presets"
PROGRAM = Path(sysconfig.get_path("scripts")) / "wizard"
DEMO = ("--demo", "--preset", "demo.yaml")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: ExitCode
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        found = json.loads(self.stdout)
        assert isinstance(found, dict)
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.stdout.splitlines()]


Run = Callable[..., Ended]


def environment(state: Path) -> dict[str, str]:
    """The environment of a command that finds nothing of this machine but its programs."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR"}}
    home = {"HOME": str(state / "home"), "XDG_STATE_HOME": str(state)}
    return {**kept, **home, "WIZARD_DEMO_SPEED": "0", "TZ": "UTC", "LANG": "C.UTF-8"}


def in_this_process(arguments: tuple[str, ...], env: Mapping[str, str]) -> Ended:
    """Run the command here; whatever it does not handle itself is raised."""
    hidden = {name: None for name in os.environ if name not in env}
    result = CliRunner(catch_exceptions=False).invoke(
        command, arguments, prog_name="wizard", env={**hidden, **env}
    )
    assert "Traceback" not in result.output
    return Ended(ExitCode(result.exit_code), result.stdout, result.stderr)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the command keeps what outlives it."""
    return tmp_path / "state"


@pytest.fixture
def env(state: Path) -> dict[str, str]:
    """The environment of the commands of this test; change it to change theirs."""
    return environment(state)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with `demo.yaml` in it."""
    place = tmp_path / "work"
    place.mkdir()
    shutil.copy(PRESETS / "demo.yaml", place)
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def wizard(env: dict[str, str]) -> Run:
    """Runs the command in this process: `wizard("--demo", "--check")`."""

    def run(*arguments: str) -> Ended:
        return in_this_process(arguments, env)

    return run


@pytest.fixture
def program(env: dict[str, str]) -> Run:
    """Runs the installed program without a terminal."""

    def run(*arguments: str, **options: Any) -> Ended:
        told = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, **options}
        done = subprocess.run([PROGRAM, *arguments], env=env, timeout=60, check=False, **told)
        stdout, stderr = done.stdout or "", done.stderr or ""
        assert "Traceback" not in stdout + stderr
        return Ended(ExitCode(done.returncode), stdout, stderr)

    return run


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state after one installation of `demo.yaml` in the simulated cluster."""
    state = tmp_path_factory.mktemp("installed")
    done = in_this_process(("--demo", "--preset", str(PRESETS / "demo.yaml")), environment(state))
    assert done.code is ExitCode.DONE, done.stderr
    return state


@pytest.fixture
def installed(installation: Path, state: Path) -> Path:
    """The world of this test has Harbor installed already; its file."""
    shutil.copytree(installation, state)
    return world_of(state)


def world_of(state: Path) -> Path:
    """The file of the simulated world."""
    return state / "harbor-wizard" / "demo" / "world.json"


def objects_of(state: Path, kind: str) -> list[dict[str, Any]]:
    """The objects of a kind in the simulated world; none where there is no world."""
    try:
        world = json.loads(world_of(state).read_text())
    except FileNotFoundError:
        return []
    return [obj for obj in world["objects"] if obj["kind"] == kind]


def runs_of(state: Path) -> list[Path]:
    """The folders of the runs in the simulated world, the oldest first."""
    return sorted((state / "harbor-wizard" / "demo" / "runs").glob("*"))


def nothing_changed(state: Path) -> bool:
    """Whether nothing of Harbor has been made in the simulated world."""
    made = [*objects_of(state, "Secret"), *objects_of(state, "Deployment")]
    return all(obj["metadata"]["namespace"] != "harbor" for obj in made)


def found(wizard: Run, *look: str) -> Ended:
    """What a look says once it finds something that fails: at first a failed pull is only a
    warning, as the next try may succeed.
    """
    given_up_at = time.monotonic() + 60
    while (ended := wizard(*look)).code is not ExitCode.FINDINGS:
        assert time.monotonic() < given_up_at, ended.stdout
    return ended
