"""The policy of the wizard's login in a server that it installed, against a real OpenBao."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import simulated_world
from backends.vault import VaultClient
from tests.bao import Bao
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.errors import Forbidden
from wizard.ports import World
from wizard.steps.vault.own_rights import POLICY, OwnRights, WidenedRights, widening
from wizard.steps.vault.reaching import served_authority
from wizard.steps.vault.sessions import Sessions
from wizard.vaults import VaultLogin, VaultServer, VaultSession

OTHERS = 'path "others/*" {\n  capabilities = ["read"]\n}\n'


@dataclass
class Login:
    """A world, and the wizard's login to the server, whose policy is that of first answers."""

    bao: Bao
    world: World
    folder: Path

    def own(self, **authority: Any) -> OwnRights:
        server = {"kind": "deploy", "unseal": {"kind": "shamir"}}
        pki = {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}
        pki["authority"] |= authority  # type: ignore[operator]
        inputs = inputs_for(self.world, self.folder, pki=pki)
        served = served_authority(inputs.preset)
        assert served
        return OwnRights(inputs, served)

    def allow(self, policy: str) -> None:
        self.bao.write(POLICY, policy=policy)

    @property
    def allowed(self) -> str:
        policy: str = self.bao.call("GET", POLICY)["data"]["policy"]
        return policy

    @property
    def sessions(self) -> Sessions:
        made = self.bao.write("auth/token/create", policies=["harbor-wizard"])
        login = VaultLogin(token=made["auth"]["client_token"])

        @asynccontextmanager
        async def opened(_: World) -> AsyncIterator[VaultSession]:
            async with VaultClient().session(VaultServer(self.bao.url), login) as session:
                yield session

        return opened


@pytest.fixture
async def login(bao: Bao, tmp_path: Path) -> AsyncIterator[Login]:
    async with simulated_world(speed=0) as world:
        yield Login(bao, world, tmp_path)


async def test_other_answers_widen_it_and_nothing_is_taken_away(login: Login) -> None:
    login.allow(f"{login.own().text}\n{OTHERS}")
    before, sessions = login.allowed, login.sessions
    assert await WidenedRights(login.own(), sessions, []).check(login.world) == ()

    moved = login.own(root={"mount": "pki2"}, issuing={"mount": "pki_int2"})
    step, seen = WidenedRights(moved, sessions, []), widening(sessions, moved)
    async with seen(login.world) as session:
        assert await session.read("sys/mounts/pki2") is None
    (change,) = await step.check(login.world)
    assert str(change.ref) == f"Policy {POLICY}"
    added = {field.path: field.after for field in change.fields}
    assert added["pki2/root/generate/internal"] == "create, update"
    assert not [path for path in added if path.startswith("pki/")]

    await step.apply(login.world, [change], Heard())
    assert login.allowed.startswith(before.strip())
    assert await step.check(login.world) == ()
    async with seen(login.world) as session:
        await session.write("sys/mounts/pki2", {"type": "pki"})
        assert await session.read("sys/mounts/pki2")
        with pytest.raises(Forbidden):
            await session.read("sys/mounts/pki3")


async def test_one_that_may_not_change_itself_is_told(login: Login) -> None:
    """As an earlier version of the wizard wrote it: what it allows still works."""
    own = login.own()
    login.allow(own.text.replace(POLICY, "sys/policies/acl/another"))
    moved = login.own(root={"mount": "pki2"}, issuing={"mount": "pki_int2"})
    assert await WidenedRights(moved, login.sessions, []).check(login.world) == ()
    async with widening(login.sessions, moved)(login.world) as session:
        assert await session.read("sys/mounts/pki") is None
        with pytest.raises(Forbidden) as refused:
            await session.read("sys/mounts/pki_int2")
    assert "an earlier version" in refused.value.why
    assert POLICY in refused.value.fix
