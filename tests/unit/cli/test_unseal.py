"""`wizard unseal`: what it says of every state of the server, in a rehearsal."""

import json
import shutil
from pathlib import Path

import pytest

from tests.unit.cli.conftest import PRESETS, Ended, Run
from tests.unit.cli.terminal import Terminal
from tests.unit.schemas import validator
from wizard.errors import ExitCode

STORAGE = ("storage.volumes.database.className", "storage.volumes.redis.className")
PRESET = ("--demo", "--preset", "self-signed.yaml")


@pytest.fixture
def preset(folder: Path) -> None:
    shutil.copy(PRESETS / "self-signed.yaml", folder)


def world_of(state: Path) -> Path:
    return state / "harbor-wizard" / "demo" / "world.json"


def sealed(state: Path, keys: list[str]) -> None:
    """Seal the rehearsed server; any two of these shares open it."""
    world = json.loads(world_of(state).read_text())
    world["vault"] |= {"state": "sealed", "keys": keys, "threshold": 2}
    world_of(state).write_text(json.dumps(world))


def unseal(wizard: Run) -> Ended:
    ended = wizard("unseal", *PRESET, "--output", "json")
    validator("unseal.json").validate(ended.document)
    return ended


def test_the_example_is_installed_and_its_server_opened(
    wizard: Run, env: dict[str, str], preset: None, folder: Path, state: Path
) -> None:
    absent = unseal(wizard)
    assert (absent.code, absent.document["error"]["what"]) == (3, "No replica of OpenBao answers")
    sets = [part for path in STORAGE for part in ("--set", f"{path}=standard")]
    installed = wizard(*PRESET, *sets, "--yes")
    assert installed.code == ExitCode.DONE, installed.stderr
    (replica,) = unseal(wizard).document["replicas"]
    assert (replica["name"], replica["before"], replica["after"]) == (
        "openbao-0",
        "active",
        "active",
    )

    keys = [f"c2hhcmUgb2YgdGhlIGtleSBudW1iZXIg{number}" for number in range(3)]
    sealed(state, keys)
    alone = unseal(wizard)
    assert (alone.code, alone.document["error"]["what"]) == (
        2,
        "Nobody is there to give key shares",
    )
    with Terminal("unseal", *PRESET, env=env) as terminal:
        for turn, share in (("1", keys[0]), ("2", "not a share at all")):
            terminal.wait_for(f"Key share {turn} of 2 for openbao-0")
            terminal.type(f"{share}\n")
        terminal.wait_for("did not take that share")
        terminal.shown = terminal.shown.partition("did not take that share")[2]
        terminal.wait_for("Key share 1 of 2")
        terminal.type("\n")
        assert terminal.end() == ExitCode.STEP_FAILED
        assert "sealed, 0 of 2 shares given" in terminal.shown
    with Terminal("unseal", *PRESET, env=env) as terminal:
        for turn, share in (("1", keys[2]), ("2", keys[1])):
            terminal.wait_for(f"Key share {turn} of 2 for openbao-0")
            terminal.type(f"{share}\n")
        assert terminal.end() == ExitCode.DONE
        assert "openbao-0: active, was sealed" in terminal.shown
        assert keys[1] not in terminal.shown
    assert not (folder / "harbor-unseal-keys.json").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unseal-static", "Nobody holds key shares"),
        ("unseal-aws-kms", "kubectl logs vault-0"),
        ("vault-token", "no server to unseal"),
    ],
)
def test_servers_without_shares_of_people_are_none_to_unseal(
    wizard: Run, folder: Path, name: str, words: str
) -> None:
    shutil.copy(PRESETS / "examples" / f"{name}.yaml", folder)
    refused = wizard("unseal", "--demo", "--preset", f"{name}.yaml")
    assert refused.code == ExitCode.USAGE
    assert words in refused.stderr
