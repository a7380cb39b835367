"""A Vault that is installed here: opened by shares, or by its seal with recovery keys instead."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.steps.conftest import Heard, inputs_for
from tests.unit.steps.test_unsealing import Dying, Killed, new_server, opened, run
from wizard.errors import CheckFailed, UsageError
from wizard.ports import World
from wizard.steps.inputs import Inputs

PGP = Path(__file__).parents[2] / "contract" / "pgp"
AWS = {"kind": "awskms", "region": "eu-central-1", "kmsKeyId": "alias/harbor"}


@pytest.fixture
async def vault(world: SimulatedWorld) -> SimulatedWorld:
    """A new Vault."""
    return await new_server(world, "vault")


def keys_file(folder: Path) -> Path:
    return folder / "keys" / "vault.json"


def inputs(world: World, folder: Path, unseal: dict[str, Any], **holders: Any) -> Inputs:
    """The shares go to a file of the test's own, wherever the answers about them are."""
    shares = {"shares": 3, "threshold": 2, "keysFile": str(keys_file(folder)), **holders}
    server: dict[str, Any] = {"kind": "deploy", "unseal": unseal, "recovery": shares}
    if unseal["kind"] == "shamir":
        server = {"kind": "deploy", "unseal": {**unseal, **shares}}
    pki = {"kind": "self-signed", "authority": {"kind": "vault", "server": server}}
    return inputs_for(world, folder, pki=pki)


@pytest.mark.parametrize(
    ("unseal", "shares"),
    [({"kind": "shamir"}, "unseal_keys_b64"), (AWS, "recovery_keys_b64")],
    ids=["shamir", "awskms"],
)
async def test_its_shares_are_written_and_it_is_told_to_audit(
    vault: SimulatedWorld, tmp_path: Path, unseal: dict[str, Any], shares: str
) -> None:
    step, heard = opened(inputs(vault, tmp_path, unseal)), Heard()
    changes = await step.check(vault)
    assert [(one.action, one.ref.kind.name) for one in changes] == [
        ("create", "Keys"),
        ("update", "Seal"),
        ("update", "Login"),
    ]
    await step.apply(vault, changes, heard)
    held = json.loads(keys_file(tmp_path).read_text())
    assert held[shares] == list(vault.stage.vault.keys)
    assert len(held[shares]) == 3
    assert "root_token" not in held
    assert vault.stage.vault.refused == {"s.root"}
    device = vault.stage.vault.entries["sys/audit/log"]
    assert device == {"type": "file", "options": {"file_path": "stdout"}}
    assert await step.check(vault) == []


@pytest.mark.parametrize(("call", "after"), [(1, False), (1, True), (2, False), (2, True)], ids=str)
async def test_a_kill_at_any_call_loses_no_recovery_key(
    vault: SimulatedWorld, tmp_path: Path, call: int, after: bool
) -> None:
    dying = replace(vault, vault=Dying(vault.vault, call, after=after))
    with pytest.raises(Killed):
        await run(dying, opened(inputs(dying, tmp_path, AWS)))
    made = vault.stage.vault.keys
    await run(vault, opened(inputs(vault, tmp_path, AWS)))
    held = json.loads(keys_file(tmp_path).read_text())
    assert held["recovery_keys_b64"] == list(vault.stage.vault.keys)
    assert made in {(), vault.stage.vault.keys}
    assert vault.stage.vault.refused == {"s.root"}
    assert "root_token" not in held
    assert await opened(inputs(vault, tmp_path, AWS)).check(vault) == []


async def test_recovery_keys_need_a_person_or_their_pgp_keys(
    vault: SimulatedWorld, tmp_path: Path
) -> None:
    alone = replace(inputs(vault, tmp_path, AWS), attended=False)
    with pytest.raises(CheckFailed, match="without a person") as refused:
        await opened(alone).check(vault)
    assert refused.value.where == "pki.authority.server.recovery"
    assert "static" not in refused.value.fix
    names = ("alice", "bob", "alice")
    keyed = inputs(vault, tmp_path, AWS, pgpKeys=[str(PGP / f"{one}.asc") for one in names])
    await run(vault, opened(replace(keyed, attended=False)))
    assert json.loads(keys_file(tmp_path).read_text())["encrypted"] is True
    assert vault.stage.vault.refused == {"s.root"}, "nobody has to open it first"


async def test_a_server_whose_recovery_keys_never_arrived_is_told_though_it_is_open(
    vault: SimulatedWorld, tmp_path: Path
) -> None:
    dying = replace(vault, vault=Dying(vault.vault, 1, after=False))
    with pytest.raises(Killed):
        await run(dying, opened(inputs(dying, tmp_path, AWS)))
    vault.stage.vault.state = "active"
    with pytest.raises(CheckFailed, match="its recovery keys never arrived") as lost:
        await opened(inputs(vault, tmp_path, AWS)).check(vault)
    assert "helm -n vault uninstall vault" in lost.value.fix
    assert f"rm {keys_file(tmp_path)}" in lost.value.fix


async def test_recovery_keys_are_never_given_to_a_sealed_one(
    vault: SimulatedWorld, tmp_path: Path
) -> None:
    step, heard = opened(inputs(vault, tmp_path, AWS)), Heard()
    await run(vault, step)
    vault.stage.vault.state = "sealed"
    (change,) = await step.check(vault)
    assert (change.action, change.ref.kind.name) == ("update", "Seal")
    vault.stage.vault.state = "active"  # it reached its key
    await step.apply(vault, [change], heard)
    assert vault.stage.vault.given == set()


async def test_no_recovery_keys_where_git_finds_them(vault: SimulatedWorld, tmp_path: Path) -> None:
    (keys_file(tmp_path).parent / ".git").mkdir(parents=True)
    with pytest.raises(UsageError, match="not written"):
        await opened(inputs(vault, tmp_path, AWS)).check(vault)
