"""The key ceremony: a new server's shares are shown once, and the run waits until they are kept."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld
from screens.dialogs.confirm import Confirm
from screens.dialogs.keys_shown import KeysShown
from screens.models.desk import Desk
from screens.models.session import Session
from screens.pages import all_pages
from tests.screens.guided import DEMO, Guided, guided
from wizard.answers.loading import read
from wizard.errors import ExitCode
from wizard.vaults import HeldKeys

PGP = Path(__file__).parents[1] / "contract" / "pgp"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes before and after is over soon."""
    monkeypatch.setenv("WIZARD_DEMO_SPEED", "200")


def keys_file(folder: Path) -> Path:
    return folder / "keys" / "openbao.json"


@asynccontextmanager
async def installing(folder: Path, **unseal: Any) -> AsyncIterator[Guided]:
    """A person whose OpenBao is installed just now."""
    seal = {"kind": "shamir", "shares": 3, "threshold": 2, "keysFile": str(keys_file(folder))}
    server = {"kind": "deploy", "unseal": {**seal, **unseal}}
    pki = {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}
    async with guided(size=(120, 40)) as person:
        draft = read([DEMO]).put(("pki",), pki)
        visited = {page.id for page in all_pages()}
        person.app.begin(Session(person.app.ways, Desk(draft, visited=visited)))
        preset = person.app.session.desk.draft.to_preset()
        connection = person.app.session.connection
        world = await connection.world(preset.target.context, preset.network)
        assert isinstance(world, SimulatedWorld)
        world.stage.vault.state = "uninitialised"
        await person.install()
        await person.until(lambda: isinstance(person.app.screen, KeysShown))
        await person.until_seen("The key shares of OpenBao", "They are kept")
        yield person


def shares_in(file: Path) -> list[str]:
    shares: list[str] = json.loads(file.read_text())["unseal_keys_b64"]
    return shares


def told_anywhere(person: Guided, folders: Sequence[Path], shares: Sequence[str]) -> list[str]:
    """Where a share stands besides the keys file and the screen: events, files of the session.

    The simulated cluster's own file is not one of them: it is the cluster, with its Secrets.
    """
    found = [repr(event) for event in person.run.events if any(s in repr(event) for s in shares)]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files = [path for path in files if path.name != "world.json"]
    assert files
    for path in files:
        if any(share in path.read_text(errors="replace") for share in shares):
            found.append(str(path))
    return found


async def test_shares_are_shown_and_the_run_waits_until_they_are_kept(
    tmp_path: Path, home: Path
) -> None:
    async with installing(tmp_path) as person:
        shares = shares_in(keys_file(tmp_path))
        assert len(shares) == 3
        assert person.sees(*shares, "2 of 3 open it after every start", str(tmp_path))
        await person.press(*"yes", "enter")
        await person.until_seen("Type kept to go on")
        assert person.run.running
        await person.press(*["backspace"] * 3, *"kept", "enter")
        await person.until(lambda: not person.run.running)
        assert person.run.exit == ExitCode.DONE
        assert not any(share in person.text for share in shares)
        assert not any(share in person.told for share in shares)
    assert "root_token" not in json.loads(keys_file(tmp_path).read_text())
    assert told_anywhere(person, [home / "state"], shares) == []


async def test_not_now_leaves_the_run_waiting_and_they_are_shown_again(tmp_path: Path) -> None:
    async with installing(tmp_path) as person:
        shares = shares_in(keys_file(tmp_path))
        await person.press("escape")
        await person.until(lambda: not person.run.running)
        assert person.run.exit == ExitCode.STEP_FAILED
        assert person.run.steps["pki.vault.opened"].state == "waiting"
        assert shares_in(keys_file(tmp_path)) == shares
        await person.press("r")
        await person.until_seen(*shares)
        await person.press(*"kept", "enter")
        await person.until(lambda: person.run.steps["pki.vault.opened"].state == "done")


async def test_a_run_that_is_stopped_takes_them_off_the_screen(tmp_path: Path) -> None:
    async with installing(tmp_path) as person:
        shares = shares_in(keys_file(tmp_path))
        await person.press("ctrl+c")
        await person.until(lambda: isinstance(person.app.screen, Confirm))
        await person.press("enter")  # goes on
        await person.until_seen(*shares)
        await person.run.stop()
        await person.until(lambda: not isinstance(person.app.screen, KeysShown))
        assert person.run.exit == ExitCode.INTERRUPTED
        assert not any(share in person.text for share in shares)
        assert shares_in(keys_file(tmp_path)) == shares


async def test_five_shares_are_all_in_sight_on_a_small_terminal() -> None:
    shares = tuple(f"share-{number}" for number in range(5))
    keys = HeldKeys("key shares of OpenBao", Path("/srv/keys/harbor-unseal-keys.json"), 3, shares)
    async with guided() as person:
        person.app.push_screen(KeysShown(keys))
        await person.until_seen("They are kept")
        assert person.sees(*shares, "Type kept once")


async def test_encrypted_ones_are_named_and_not_shown(tmp_path: Path) -> None:
    holders = [str(PGP / f"{one}.asc") for one in ("alice", "bob", "alice")]
    async with installing(tmp_path, pgpKeys=holders) as person:
        assert person.sees("1  alice.asc", "2  bob.asc", "'.unseal_keys_b64[1]'", "gpg -d")
        assert not any(share in person.text for share in shares_in(keys_file(tmp_path)))
