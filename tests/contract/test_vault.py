"""A real OpenBao keeps the contract, and tells every way in which it can be out of use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.vault import VaultClient
from tests.bao import Bao
from tests.cluster.process import free_port
from tests.contract.vault_contract import VaultContract
from wizard.errors import NotFound, Unauthorized, Unreachable, VaultClosed, WizardError
from wizard.vaults import Vault, VaultLogin, VaultServer

NARROW = 'path "pki/sign/*" { capabilities = ["create", "update"] }'


@pytest.fixture
def vault() -> Vault:
    return VaultClient()


@pytest.fixture
def root(bao: Bao) -> VaultLogin:
    return VaultLogin(token=bao.root_token)


class TestOpenBao(VaultContract):
    @pytest.fixture
    def server(self, bao: Bao, request: pytest.FixtureRequest) -> VaultServer:
        """A namespace of its own for each test: all are as fresh as a server."""
        name = f"test-{abs(hash(request.node.name))}"
        bao.write(f"sys/namespaces/{name}")
        return VaultServer(bao.url, namespace=name)

    @pytest.fixture
    def narrow(self, bao: Bao, server: VaultServer) -> VaultLogin:
        bao.write(f"{server.namespace}/sys/policies/acl/narrow", policy=NARROW)
        made = bao.write(f"{server.namespace}/auth/token/create", policies=["narrow"])
        return VaultLogin(token=made["auth"]["client_token"])


async def _refusal(vault: Vault, server: VaultServer, login: VaultLogin) -> WizardError:
    with pytest.raises(WizardError) as refused:
        async with vault.session(server, login):
            pass
    assert "\x1b" not in str(refused.value)
    return refused.value


async def test_ways_to_log_in_and_what_refuses_them(bao: Bao, vault: Vault) -> None:
    server = VaultServer(bao.url)
    bao.write("sys/auth/approle", type="approle")
    bao.write("auth/approle/role/harbor", token_policies=["default"])
    bao.write("sys/auth/userpass", type="userpass")
    bao.write("auth/userpass/users/ann", password="pass")
    role = bao.call("GET", "auth/approle/role/harbor/role-id")["data"]["role_id"]
    secret = bao.write("auth/approle/role/harbor/secret-id")["data"]["secret_id"]
    approle = {"role_id": role, "secret_id": secret}
    good = VaultLogin(path="auth/approle/login", data=approle)
    async with vault.session(server, good) as session:
        assert await session.read("auth/token/lookup-self")
    person = VaultLogin(path="auth/userpass/login/ann", data={"password": "pass"})
    async with vault.session(server, person) as session:
        assert await session.read("auth/token/lookup-self")
    wrong = {
        "invalid role or secret ID": VaultLogin(path=good.path, data=approle | {"secret_id": "x"}),
        "invalid username or password": VaultLogin(path=person.path, data={"password": "x"}),
        "nothing is mounted": VaultLogin(path="auth/none/login", data=approle),
    }
    for words, login in wrong.items():
        error = await _refusal(vault, server, login)
        assert isinstance(error, Unauthorized)
        assert words in error.why
        assert "pki.authority.server.auth" in error.fix


async def test_a_token_that_is_revoked_while_it_is_used_is_told_as_such(
    bao: Bao, vault: Vault
) -> None:
    token = bao.write("auth/token/create", policies=["root"])["auth"]["client_token"]
    async with vault.session(VaultServer(bao.url), VaultLogin(token=token)) as session:
        await session.write("auth/token/revoke-self", {})
        with pytest.raises(Unauthorized) as refused:
            await session.read("sys/mounts/pki")
    assert "revoked" in refused.value.why


async def test_every_state_of_a_server(tmp_path: Path, vault: Vault) -> None:
    bao = Bao(tmp_path)
    bao.start()
    server, anybody = VaultServer(bao.url), VaultLogin(token="s.any")
    try:
        assert (await vault.status(server)).state == "uninitialised"
        error = await _refusal(vault, server, anybody)
        assert isinstance(error, VaultClosed)
        assert "never initialised" in error.what
        bao.open()
        assert (await vault.status(server)).state == "active"
        bao.stop()
        bao.start()
        sealed = await vault.status(server)
        assert (sealed.state, sealed.seal, sealed.threshold) == ("sealed", "shamir", 1)
        error = await _refusal(vault, server, anybody)
        assert isinstance(error, VaultClosed)
        assert "is sealed" in error.what
        assert "unseal" in error.fix
    finally:
        bao.stop()
    assert isinstance(await _refusal(vault, server, anybody), Unreachable)
    with pytest.raises(Unreachable, match="does not answer"):
        await vault.status(server)


async def test_environment_and_proxies_redirect_nothing(
    bao: Bao, vault: Vault, root: VaultLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    for name in ("VAULT_ADDR", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, dead)
    monkeypatch.setenv("VAULT_TOKEN", "s.stale")
    async with vault.session(VaultServer(bao.url), root) as session:
        with pytest.raises(NotFound):
            await session.write("no/such/mount", {"a": 1})


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bao, bytes]]:
    """A server that speaks TLS, and its authority."""
    folder = tmp_path_factory.mktemp("tls")
    authority, files = _certificates(folder)
    bao = Bao(folder / "bao", certificate=files)
    bao.start()
    yield bao, authority
    bao.stop()


class TestTls:
    async def test_the_given_authority_is_trusted(
        self, secured: tuple[Bao, bytes], vault: Vault
    ) -> None:
        bao, authority = secured
        assert (await vault.status(VaultServer(bao.url, authority))).state == "uninitialised"

    async def test_no_other_is(self, secured: tuple[Bao, bytes], vault: Vault) -> None:
        bao, authority = secured
        with pytest.raises(WizardError) as refused:
            await vault.status(VaultServer(bao.url))
        assert "not lead to an authority" in refused.value.why
        assert "caBundle" in refused.value.fix
        other = bao.url.replace("127.0.0.1", "localhost")
        with pytest.raises(WizardError, match="cannot be trusted") as refused:
            await vault.status(VaultServer(other, authority))
        assert "another name" in refused.value.why

    async def test_http_to_a_tls_port_is_told(
        self, secured: tuple[Bao, bytes], vault: Vault
    ) -> None:
        bao, _ = secured
        plain = VaultServer(bao.url.replace("https", "http"))
        with pytest.raises(WizardError) as refused:
            await vault.status(plain)
        assert "address" in refused.value.fix


def _certificates(folder: Path) -> tuple[bytes, tuple[str, str]]:
    """An authority, and files of a certificate for 127.0.0.1 with its key."""
    from backends.certificates import X509
    from wizard.certificates import CertificateRequest

    authority = X509().issue(CertificateRequest("Servers", is_authority=True), None)
    pair = X509().issue(CertificateRequest("bao", ("127.0.0.1",)), authority)
    files = (folder / "server.pem", folder / "server.key")
    for path, content in zip(files, (pair.certificate, pair.key), strict=True):
        path.write_bytes(content)
    return authority.certificate, (str(files[0]), str(files[1]))
