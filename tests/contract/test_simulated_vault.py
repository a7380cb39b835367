"""The simulated world keeps the contract of Vault."""

import json

import pytest

from backends.simulated.vault import SimulatedVault, VaultContent
from tests.contract.vault_contract import HOST, MOUNT, VaultContract
from wizard.errors import VaultClosed
from wizard.vaults import Vault, VaultLogin, VaultServer

SERVER = VaultServer("https://vault.test")
ROOT = VaultLogin(token="s.root")


class TestSimulatedVault(VaultContract):
    @pytest.fixture
    def vault(self) -> Vault:
        content = VaultContent(refused={"s.wrong"}, narrow={"s.narrow": ["pki/sign/*"]})
        return SimulatedVault(content)

    @pytest.fixture
    def server(self) -> VaultServer:
        return SERVER

    @pytest.fixture
    def root(self) -> VaultLogin:
        return ROOT

    @pytest.fixture
    def narrow(self) -> VaultLogin:
        return VaultLogin(token="s.narrow")


async def test_a_sealed_one_lets_nobody_in() -> None:
    vault = SimulatedVault(VaultContent(state="sealed"))
    with pytest.raises(VaultClosed):
        async with vault.session(SERVER, ROOT):
            pass


async def test_what_it_holds_survives_in_a_file() -> None:
    first, second = VaultContent(), VaultContent()
    async with SimulatedVault(first).session(SERVER, ROOT) as session:
        await session.write("sys/mounts/pki", MOUNT)
        root = {"common_name": HOST, "key_type": "ec", "key_bits": 256, "ttl": "24h"}
        await session.write("pki/root/generate/internal", root)
        before = await session.read("pki/cert/ca")
    second.load(json.loads(json.dumps(first.dump())))
    async with SimulatedVault(second).session(SERVER, ROOT) as session:
        assert await session.read("pki/cert/ca") == before
