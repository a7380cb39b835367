"""Secrets of the answers that are kept in a real OpenBao."""

import contextlib
import urllib.error
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import simulated_world
from backends.vault import VaultClient
from tests.bao import Bao, opened_bao
from tests.cluster.process import free_port, poll
from tests.unit.steps.conftest import inputs_for
from wizard.errors import CheckFailed, SecretMissing, WizardError
from wizard.ports import World
from wizard.steps.inputs import Inputs
from wizard.steps.vault.policy import policy_of
from wizard.steps.vault.values import values_in_vault

AUTH = "pki.authority.server.auth.token"
ADMIN, DATABASE = "harbor.adminPassword", "harbor.database.password"
WORD = "Kept-in-there-1"


def kept(path: str, key: str = "password", mount: str = "secret") -> dict[str, Any]:
    return {"vault": {"mount": mount, "path": path, "key": key}}


@pytest.fixture(scope="module")
def bao(bao: Bao) -> Bao:
    """A server with two key-value stores, of both versions."""
    bao.write("sys/mounts/secret", type="kv", options={"version": "2"})
    bao.write("sys/mounts/old", type="kv", options={"version": "1"})
    bao.write("old/harbor/admin", password="of-version-one")
    words = {"password": WORD, "port": 5432, "empty": ""}

    def put() -> bool:
        with contextlib.suppress(urllib.error.HTTPError):
            return bool(bao.write("secret/data/harbor/admin", data=words))
        return False

    poll("the store is ready, moments after it is mounted", put, 30)
    bao.write("secret/data/harbor/known", data={"password": "Harbor12345"})
    bao.write("secret/data/harbor/gone", data=words)
    bao.call("DELETE", "secret/data/harbor/gone")
    return bao


@dataclass
class Reader:
    """Who reads, with the answers that refer to the server."""

    bao: Bao
    world: World
    folder: Path
    concealed: list[str] = field(default_factory=list)

    def inputs(self, admin: dict[str, Any], token: str = "", url: str = "", **more: Any) -> Inputs:
        auth = {"kind": "token", "token": {"env": "TOKEN"}}
        server = {"kind": "existing", "address": url or self.bao.url, "auth": auth}
        pki = {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}
        harbor = {"url": "https://harbor.example.com", "adminPassword": admin, **more}
        secrets = {AUTH: token or self.bao.root_token}
        found = inputs_for(self.world, self.folder, secrets=secrets, pki=pki, harbor=harbor)
        return replace(found, conceal=self.concealed.append)

    async def refused(self, inputs: Inputs) -> WizardError:
        with pytest.raises(WizardError) as refused:
            await values_in_vault(self.world, inputs)
        return refused.value


@pytest.fixture
async def reader(bao: Bao, tmp_path: Path) -> AsyncIterator[Reader]:
    async with simulated_world(speed=0) as world:
        yield Reader(bao, replace(world, vault=VaultClient()), tmp_path)


async def test_values_are_read_and_concealed_and_nothing_is_written(reader: Reader) -> None:
    inputs, offset = reader.inputs(kept("harbor/admin")), reader.bao.audit.stat().st_size
    assert await values_in_vault(reader.world, inputs) == {ADMIN: WORD}
    assert WORD in reader.concealed
    assert {operation for operation, _ in reader.bao.requests(offset)} == {"read"}


async def test_a_variable_stands_in_and_the_server_is_not_asked(reader: Reader) -> None:
    inputs = reader.inputs(kept("harbor/admin"), url=f"http://127.0.0.1:{free_port()}")
    given = replace(inputs, secrets={**inputs.secrets, ADMIN: "from-a-variable"})
    assert await values_in_vault(reader.world, given) == {}


@pytest.mark.parametrize(
    ("reference", "words", "fix"),
    [
        (kept("harbor/nothing"), "nothing at harbor/nothing in the key-value store secret", "put"),
        (kept("harbor/gone"), "nothing at harbor/gone", "put"),
        (kept("harbor/admin", mount="none"), "in the key-value store none", "correct mount"),
        (kept("harbor/admin", mount="old"), "none of version 2", "correct mount"),
        (kept("harbor/admin", "word"), "has no entry word", "correct key"),
        (kept("harbor/admin", "port"), "is no text", "text"),
        (kept("harbor/admin", "empty"), "is no text", "text"),
        (kept("harbor/known"), "everybody knows this value", "another"),
    ],
    ids=["path", "deleted", "mount", "version", "key", "number", "empty", "known"],
)
async def test_what_is_not_there_is_told(
    reader: Reader, reference: dict[str, Any], words: str, fix: str
) -> None:
    error = await reader.refused(reader.inputs(reference))
    assert isinstance(error, SecretMissing)
    assert words in error.why
    assert fix in error.fix
    assert error.where == ADMIN
    assert WORD not in str(error)


async def test_all_that_is_missing_is_told_at_once(reader: Reader) -> None:
    database = {
        "kind": "external",
        "host": "db.test",
        "username": "harbor",
        "password": kept("harbor/db"),
    }
    inputs = reader.inputs(kept("harbor/nothing"), database=database)
    error = await reader.refused(inputs)
    assert error.what.startswith("2 secrets cannot be had")
    assert ADMIN in error.what
    assert DATABASE in error.what


async def test_the_printed_policy_is_enough_and_without_it_the_rule_is_named(
    reader: Reader,
) -> None:
    inputs = reader.inputs(kept("harbor/admin"))
    reader.bao.write("sys/policies/acl/reader", policy=policy_of(inputs.preset))
    token = reader.bao.write("auth/token/create", policies=["reader"])["auth"]["client_token"]
    allowed = reader.inputs(kept("harbor/admin"), token)
    assert await values_in_vault(reader.world, allowed) == {ADMIN: WORD}
    error = await reader.refused(reader.inputs(kept("harbor/known"), token))
    assert isinstance(error, SecretMissing)
    assert 'path "secret/data/harbor/known" { capabilities = ["read"] }' in error.fix


async def test_a_server_that_lets_nobody_look_is_a_failed_check(
    reader: Reader, tmp_path: Path
) -> None:
    refused = await reader.refused(reader.inputs(kept("harbor/admin"), token="s.wrong"))
    nowhere = f"http://127.0.0.1:{free_port()}"
    alone = await reader.refused(reader.inputs(kept("harbor/admin"), url=nowhere))
    closed = opened_bao(tmp_path / "closed")
    try:
        closed.call("PUT", "sys/seal")
        sealed = await reader.refused(reader.inputs(kept("harbor/admin"), url=closed.url))
    finally:
        closed.stop()
    for error, words in (
        (refused, "refuses the login"),
        (alone, "does not answer"),
        (sealed, "sealed"),
    ):
        assert isinstance(error, CheckFailed)
        assert words in error.what
        assert ADMIN in error.why
        assert error.fix
