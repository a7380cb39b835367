"""A real OpenBao that people open: initialised, its shares kept, opened; PGP keys before use."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backends.vault import VaultClient
from tests.bao import Bao
from wizard.errors import CheckFailed, Invalid
from wizard.steps.vault.pgp import public_keys
from wizard.vaults import Sharing, VaultKeys, VaultLogin, VaultServer

KEYS = Path(__file__).parent / "pgp"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def bao(tmp_path: Path) -> Iterator[Bao]:
    running = Bao(tmp_path)
    running.start()
    yield running
    running.stop()


async def test_it_is_initialised_once_and_opened_by_enough_shares(bao: Bao) -> None:
    vault, server, kept = VaultClient(), VaultServer(bao.url), list[VaultKeys]()
    await vault.initialise(server, Sharing(3, 2), kept.append)
    (keys,) = kept
    assert (await vault.status(server)).state == "sealed"
    with pytest.raises(Invalid, match="sys/init"):
        await vault.initialise(server, Sharing(3, 2), kept.append)
    assert kept == [keys]
    first, second, third = keys.shares
    assert (await vault.unseal(server, [first, first])).entered == 1
    with pytest.raises(Invalid):
        await vault.unseal(server, ["no share"])
    wrong = third[:-8] + "AAAAAAA="
    with pytest.raises(Invalid, match="sys/unseal") as refused:
        await vault.unseal(server, [wrong])
    assert not [share for share in keys.shares if share in str(refused.value)]
    assert (await vault.status(server)).entered == 0
    assert (await vault.unseal(server, [second, third, first])).state != "sealed"
    async with vault.session(server, VaultLogin(token=keys.root_token)) as session:
        assert await session.read("auth/token/lookup-self")


async def test_an_interrupted_one_still_keeps_its_shares(bao: Bao) -> None:
    """Cancelled twice while the server makes its key: it ends behind `keep`, not before."""
    vault, server, kept, asked = VaultClient(), VaultServer(bao.url), [], threading.Event()

    def keep(keys: VaultKeys) -> None:
        asked.wait(30)
        kept.append(keys)

    work = asyncio.create_task(vault.initialise(server, Sharing(1, 1), keep))
    await asyncio.sleep(0)
    for _ in range(2):
        work.cancel()
        await asyncio.wait([work], timeout=0.05)
        assert not work.done()
    asked.set()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert (await vault.unseal(server, kept[0].shares)).state != "sealed"


async def test_good_pgp_keys_are_taken_by_the_server(bao: Bao) -> None:
    """Armoured or binary, elliptic or RSA."""
    keys = public_keys([KEYS / "alice.asc", KEYS / "bob.asc", KEYS / "alice.gpg"], NOW)
    assert keys[0] == keys[2]
    kept = list[VaultKeys]()
    await VaultClient().initialise(VaultServer(bao.url), Sharing(3, 2, keys), kept.append)
    assert len(kept[0].shares[0]) > 100, "it is encrypted"


@pytest.mark.parametrize("name", ["carol", "dan"])
async def test_a_bad_pgp_key_would_spoil_the_server_and_is_refused_before(
    bao: Bao, name: str
) -> None:
    """Carol's only signs, Dan's has expired: what the server says to the bare file."""
    with pytest.raises(CheckFailed, match="PGP key") as refused:
        public_keys([KEYS / f"{name}.asc"], NOW)
    assert "no part for encryption" in refused.value.why
    _, bare, _ = _without_judging(KEYS / f"{name}.asc")
    vault, server = VaultClient(), VaultServer(bao.url)
    with pytest.raises(Invalid):
        await vault.initialise(server, Sharing(1, 1, (bare,)), lambda _: None)
    with pytest.raises(Invalid, match="sys/init") as spoilt:
        await vault.initialise(server, Sharing(1, 1), lambda _: None)
    assert "cluster already has state" in spoilt.value.why


def _without_judging(file: Path) -> tuple[str, str, str]:
    """The key in base64, between the head and the checksum of its armour."""
    head, _, rest = file.read_text().partition("\n\n")
    body, _, tail = rest.rpartition("\n=")
    return head, body.replace("\n", ""), tail


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no OpenPGP"),
        (b"hello", "no OpenPGP"),
        ((KEYS / "alice.gpg").read_bytes()[:-40], "no OpenPGP"),
        ((KEYS / "alice.gpg").read_bytes() * 2, "several keys"),
        (b"\xc5\x06\x04\0\0\0\0\x01", "private key"),
        ((KEYS / "bob.asc").read_bytes().replace(b"\n\n", b"\n"), "no OpenPGP"),
    ],
)
def test_files_that_are_no_public_key(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(CheckFailed) as refused:
        public_keys([tmp_path / "key"], NOW)
    assert why in refused.value.why
    assert "gpg --armor --export" in refused.value.fix
