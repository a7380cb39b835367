"""The key of an OpenBao that people open: whose it is, where it goes, and what a kill leaves."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.errors import CheckFailed, PersonAwaited, StepFailed, UsageError
from wizard.plan.graph import build_graph
from wizard.ports import World
from wizard.steps.base import Step
from wizard.steps.inputs import Inputs
from wizard.vaults import (
    HeldKeys,
    Sharing,
    Vault,
    VaultKeys,
    VaultLogin,
    VaultServer,
    VaultSession,
    VaultStatus,
)

PGP = Path(__file__).parents[2] / "contract" / "pgp"


async def new_server(world: SimulatedWorld, name: str) -> SimulatedWorld:
    """A new server of this name in its pod, in a namespace of that name too."""
    world.stage.vault.state = "uninitialised"
    for obj in (
        {"kind": "Namespace", "metadata": {"name": name}},
        {
            "kind": "ConfigMap",
            "metadata": {"name": "kube-root-ca.crt", "namespace": "kube-system"},
            "data": {"ca.crt": "PEM"},
        },
    ):
        await world.stage.objects.apply({"apiVersion": "v1", **obj})
    metadata = {"name": f"{name}-0", "namespace": name, "labels": {}}
    spec, status = {"containers": [{"name": name, "image": name}]}, {"phase": "Running"}
    world.stage.store.put(
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}
    )
    return world


@pytest.fixture
async def bao(world: SimulatedWorld) -> SimulatedWorld:
    """A new OpenBao."""
    return await new_server(world, "openbao")


def keys_file(folder: Path) -> Path:
    return folder / "keys" / "openbao.json"


def inputs(world: World, folder: Path, **unseal: Any) -> Inputs:
    seal = {"kind": "shamir", "shares": 3, "threshold": 2, "keysFile": str(keys_file(folder))}
    server = {"kind": "deploy", "unseal": {**seal, **unseal}}
    pki = {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}
    return inputs_for(world, folder, pki=pki)


def step_of(id_: str, given: Inputs) -> Step:
    (step,) = [one for one in build_graph(given).steps if one.id == id_]
    return step


def opened(given: Inputs) -> Step:
    return step_of("pki.vault.opened", given)


async def run(world: World, step: Step) -> None:
    if changes := await step.check(world):
        await step.apply(world, changes, Heard())


async def test_it_is_initialised_opened_and_set_up_and_then_left_alone(
    bao: SimulatedWorld, tmp_path: Path
) -> None:
    step, file = opened(inputs(bao, tmp_path)), keys_file(tmp_path)
    changes = await step.check(bao)
    assert [(one.action, one.ref.kind.name) for one in changes] == [
        ("create", "Keys"),
        ("update", "Seal"),
        ("update", "Login"),
    ]
    assert not file.exists()
    await step.apply(bao, changes, Heard())
    held = json.loads(file.read_text())
    assert held["unseal_keys_b64"] == list(bao.stage.vault.keys)
    assert "root_token" not in held
    assert file.stat().st_mode & 0o777 == 0o600
    assert "sys/auth/harbor-wizard" in bao.stage.vault.entries
    assert bao.stage.vault.refused == {"s.root"}
    assert await step.check(bao) == []
    bao.stage.vault.state = "sealed"
    await run(bao, step)
    assert bao.stage.vault.state == "active"
    file.unlink()
    assert await step.check(bao) == []


class Custodian:
    """Somebody who is shown the shares, and what is done then."""

    def __init__(self, file: Path, then: Callable[[], bool]) -> None:
        self._file, self._then = file, then
        self.shown: list[HeldKeys] = []

    async def take(self, keys: HeldKeys) -> bool:
        assert json.loads(self._file.read_text())["unseal_keys_b64"] == list(keys.shares)
        self.shown.append(keys)
        return self._then()


async def test_shares_are_shown_until_they_are_confirmed_and_never_again(
    bao: SimulatedWorld, tmp_path: Path
) -> None:
    """They are in the file first; a run that is killed, or left, while they are shown goes on."""

    def killed() -> bool:
        raise Killed

    file, heard = keys_file(tmp_path), Heard()
    for then, ends in ((killed, Killed), (lambda: False, PersonAwaited)):
        custodian = Custodian(file, then)
        step = opened(replace(inputs(bao, tmp_path), custodian=custodian))
        changes = await step.check(bao)
        with pytest.raises(ends):
            await step.apply(bao, changes, heard)
        (shown,) = custodian.shown
        assert (shown.title, shown.threshold, shown.file) == ("key shares of OpenBao", 2, file)
        assert shown.shares == bao.stage.vault.keys
        assert not [share for share in shown.shares if share in f"{shown} {vars(heard)}"]
        assert bao.stage.vault.state == "sealed"
    custodian = Custodian(file, lambda: True)
    step = opened(replace(inputs(bao, tmp_path), custodian=custodian))
    await run(bao, step)
    assert len(custodian.shown) == 1
    bao.stage.vault.state = "sealed"
    await run(bao, step)
    assert (bao.stage.vault.state, len(custodian.shown)) == ("active", 1)


async def test_without_a_person_nothing_is_begun(bao: SimulatedWorld, tmp_path: Path) -> None:
    given = replace(inputs(bao, tmp_path), attended=False)
    with pytest.raises(CheckFailed, match="without a person"):
        await opened(given).check(bao)
    keyed = inputs(bao, tmp_path, pgpKeys=[str(PGP / f"{one}.asc") for one in ("alice", "bob")] * 2)
    with pytest.raises(CheckFailed, match="without a person"):
        await opened(given).check(bao)
    assert len(await opened(replace(keyed, attended=False)).check(bao)) == 3
    bad = inputs(bao, tmp_path, pgpKeys=[str(PGP / "carol.asc")])
    with pytest.raises(CheckFailed, match="PGP key"):
        await opened(bad).check(bao)


async def test_no_file_is_written_over_or_made_where_git_finds_it(
    bao: SimulatedWorld, tmp_path: Path
) -> None:
    file = keys_file(tmp_path)
    file.parent.mkdir()
    (file.parent / ".git").mkdir()
    with pytest.raises(UsageError, match="not written"):
        await opened(inputs(bao, tmp_path)).check(bao)
    (file.parent / ".git").rmdir()
    for content, mode, words in (
        (_held("another", ["a", "b"]), 0o600, "another server"),
        (_held("another", []), 0o600, "another server"),
        (_held("another", []), 0o644, "may read it"),
        ("{}", 0o600, "none that the wizard wrote"),
    ):
        file.write_text(content)
        file.chmod(mode)
        with pytest.raises(CheckFailed) as refused:
            await opened(inputs(bao, tmp_path)).check(bao)
        assert words in refused.value.why
        assert file.read_text() == content


async def test_shares_of_a_server_that_was_made_anew_are_kept(
    bao: SimulatedWorld, tmp_path: Path
) -> None:
    step = opened(inputs(bao, tmp_path))
    await run(bao, step)
    before = keys_file(tmp_path).read_text()
    bao.stage.vault.state = "uninitialised"
    with pytest.raises(CheckFailed, match="file for the key shares exists"):
        await step.check(bao)
    assert keys_file(tmp_path).read_text() == before


async def test_replicas_of_a_server_are_neither_added_nor_taken_away(
    bao: SimulatedWorld, tmp_path: Path
) -> None:
    metadata = {"name": "openbao", "namespace": "openbao"}
    pods = {"metadata": {}, "spec": {"containers": []}}
    spec = {"replicas": 3, "selector": {"matchLabels": {}}, "template": pods}
    made = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": spec}
    bao.stage.store.put(made)
    with pytest.raises(CheckFailed, match="has 3 replicas, which no run makes 1"):
        await step_of("pki.vault.server", inputs(bao, tmp_path)).check(bao)


async def test_a_sealed_one_without_its_file_names_the_command(
    bao: SimulatedWorld, tmp_path: Path
) -> None:
    bao.stage.vault.state = "sealed"
    with pytest.raises(CheckFailed, match="is sealed") as refused:
        await opened(inputs(bao, tmp_path)).check(bao)
    assert "wizard unseal --preset FILE" in refused.value.fix


async def test_holders_with_pgp_keys_are_waited_for(bao: SimulatedWorld, tmp_path: Path) -> None:
    names = ("alice", "bob", "alice")
    step = opened(inputs(bao, tmp_path, pgpKeys=[str(PGP / f"{one}.asc") for one in names]))
    with pytest.raises(StepFailed, match="is sealed") as waiting:
        await run(bao, step)
    assert "encrypted for their holders" in waiting.value.why
    assert json.loads(keys_file(tmp_path).read_text())["root_token"]
    with pytest.raises(CheckFailed, match="is sealed"):
        await step.check(bao)
    bao.stage.vault.state = "active"  # they gave their shares
    await run(bao, step)
    assert "root_token" not in json.loads(keys_file(tmp_path).read_text())
    assert await step.check(bao) == []


class Killed(BaseException):
    """The process is gone."""


class Dying(Vault):
    """Passes calls on until one of them, before or after which the process is killed."""

    def __init__(self, inner: Vault, call: int, *, after: bool) -> None:
        self._inner, self._left, self._after = inner, call, after

    def _reaches(self, after: bool) -> None:
        if after == self._after:
            self._left -= 1
        if self._left == 0 and after == self._after:
            raise Killed

    async def status(self, server: VaultServer) -> VaultStatus:
        return await self._inner.status(server)

    async def initialise(
        self, server: VaultServer, sharing: Sharing, keep: Callable[[VaultKeys], None]
    ) -> None:
        self._reaches(False)
        await self._inner.initialise(server, sharing, keep)
        self._reaches(True)

    async def unseal(self, server: VaultServer, shares: Sequence[str]) -> VaultStatus:
        self._reaches(False)
        status = await self._inner.unseal(server, shares)
        self._reaches(True)
        return status

    @asynccontextmanager
    async def session(self, server: VaultServer, login: VaultLogin) -> AsyncIterator[VaultSession]:
        self._reaches(False)
        async with self._inner.session(server, login) as session:
            yield session
        self._reaches(True)


@pytest.mark.parametrize(
    ("call", "after"), [(1, False), (1, True), (2, False), (2, True), (3, False), (3, True)]
)
async def test_a_kill_at_any_call_loses_no_key(
    bao: SimulatedWorld, tmp_path: Path, call: int, after: bool
) -> None:
    dying = replace(bao, vault=Dying(bao.vault, call, after=after))
    with pytest.raises(Killed):
        await run(dying, opened(inputs(dying, tmp_path)))
    made = bao.stage.vault.keys
    await run(bao, opened(inputs(bao, tmp_path)))
    assert json.loads(keys_file(tmp_path).read_text())["unseal_keys_b64"] == list(
        bao.stage.vault.keys
    )
    assert made in {(), bao.stage.vault.keys}
    assert "sys/auth/harbor-wizard" in bao.stage.vault.entries
    assert bao.stage.vault.refused == {"s.root"}
    assert "root_token" not in keys_file(tmp_path).read_text()
    assert await opened(inputs(bao, tmp_path)).check(bao) == []


async def test_an_answer_that_never_came_is_told_with_the_way_out(
    bao: SimulatedWorld, tmp_path: Path
) -> None:
    class Deaf(Dying):
        async def initialise(
            self, server: VaultServer, sharing: Sharing, keep: Callable[[VaultKeys], None]
        ) -> None:
            await super().initialise(server, sharing, lambda _: None)
            raise Killed

    deaf = replace(bao, vault=Deaf(bao.vault, 0, after=False))
    with pytest.raises(Killed):
        await run(deaf, opened(inputs(deaf, tmp_path)))
    with pytest.raises(CheckFailed, match="never arrived") as lost:
        await opened(inputs(bao, tmp_path)).check(bao)
    assert f"rm {keys_file(tmp_path)}" in lost.value.fix


def _held(server: str, shares: list[str]) -> str:
    held = {"server": server, "unseal_threshold": 2, "unseal_keys_b64": shares}
    return json.dumps(held | {"encrypted": False})
