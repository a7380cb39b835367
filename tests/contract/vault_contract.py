"""What the core relies on in a Vault, whoever plays it."""

import pytest

from backends.certificates import X509
from wizard.certificates import CertificateRequest
from wizard.errors import Forbidden, Invalid, Unauthorized
from wizard.vaults import Vault, VaultLogin, VaultServer, VaultSession

MOUNT = {"type": "pki", "config": {"max_lease_ttl": "87600h"}}
HOST = "harbor.test"
ROLE = {"allowed_domains": [HOST], "allow_bare_domains": True, "key_type": "any"}
WIDE = ROLE | {"require_cn": False, "ttl": 3600, "max_ttl": 7200}


class VaultContract:
    """`server` is a fresh and active one, `root` a login that may do everything."""

    @pytest.fixture
    async def session(self, vault: Vault, server: VaultServer, root: VaultLogin):
        async with vault.session(server, root) as opened:
            yield opened

    @pytest.fixture
    async def authority(self, session: VaultSession) -> VaultSession:
        """A root at `pki`."""
        await session.write("sys/mounts/pki", MOUNT)
        await session.write("pki/root/generate/internal", _root("87600h"))
        return session

    async def test_an_active_server_says_so(self, vault: Vault, server: VaultServer) -> None:
        status = await vault.status(server)
        assert (status.state, status.version) == ("active", "2.7.2")

    async def test_a_wrong_token_is_refused(self, vault: Vault, server: VaultServer) -> None:
        with pytest.raises(Unauthorized) as refused:
            async with vault.session(server, VaultLogin(token="s.wrong")):
                pass
        assert "pki.authority.server.auth" in refused.value.fix

    async def test_a_narrow_login_is_told_what_it_may_not(
        self, vault: Vault, server: VaultServer, narrow: VaultLogin
    ) -> None:
        """`narrow` may use `pki/sign/*` only."""
        async with vault.session(server, narrow) as session:
            with pytest.raises(Forbidden) as refused:
                await session.read("sys/mounts/pki")
            asked = {"paths": ["pki/sign/harbor", "sys/mounts/pki"]}
            answer = (await session.write("sys/capabilities-self", asked)).data
        assert "sys/mounts/pki" in refused.value.what
        assert set(answer["pki/sign/harbor"]) == {"create", "update"}
        assert answer["sys/mounts/pki"] == ["deny"]

    async def test_nothing_is_none(self, session: VaultSession) -> None:
        for path in ("sys/mounts/pki", "sys/auth/other", "pki/roles/harbor", "pki/cert/ca"):
            assert await session.read(path) is None
        assert await session.list("pki/roles") == []
        await session.delete("sys/policies/acl/none")

    async def test_what_is_written_is_read_again(self, session: VaultSession) -> None:
        rules = 'path "pki/sign/harbor" { capabilities = ["update"] }'
        await session.write("sys/policies/acl/harbor", {"policy": rules})
        assert (await session.read("sys/policies/acl/harbor") or {})["policy"] == rules
        await session.delete("sys/policies/acl/harbor")
        assert await session.read("sys/policies/acl/harbor") is None

    async def test_a_mount_is_made_once_and_tuned(self, session: VaultSession) -> None:
        await session.write("sys/mounts/pki", MOUNT)
        with pytest.raises(Invalid, match="refuses") as refused:
            await session.write("sys/mounts/pki", MOUNT)
        assert refused.value.why == "path is already in use at pki/"
        tuned = {"max_lease_ttl": "100h", "description": "Harbor's"}
        await session.write("sys/mounts/pki/tune", tuned)
        found = await session.read("sys/mounts/pki") or {}
        assert (found["type"], found["config"]["max_lease_ttl"]) == ("pki", 360000)
        assert found["description"] == "Harbor's"
        assert await session.read("pki/cert/ca") is None

    async def test_a_root_that_would_outlive_its_mount_is_cut_with_a_warning(
        self, session: VaultSession
    ) -> None:
        await session.write("sys/mounts/pki", MOUNT)
        reply = await session.write("pki/root/generate/internal", _root("99999h"))
        assert any("longer than permitted maxTTL" in one for one in reply.warnings)

    async def test_an_intermediate_stored_with_its_root_gives_both_as_chain(
        self, authority: VaultSession
    ) -> None:
        await authority.write("sys/mounts/pki_int", MOUNT)
        names = {"common_name": "Issuing", "key_type": "ec", "key_bits": 256}
        path = "pki_int/intermediate/generate/internal"
        csr = (await authority.write(path, names)).data["csr"]
        asked = {"csr": csr, "common_name": "Issuing", "ttl": "1000h"}
        signed = (await authority.write("pki/root/sign-intermediate", asked)).data["certificate"]
        root = (await authority.read("pki/cert/ca") or {})["certificate"]
        chain = {"certificate": f"{signed.strip()}\n{root.strip()}"}
        await authority.write("pki_int/intermediate/set-signed", chain)
        found = (await authority.read("pki_int/cert/ca_chain") or {})["certificate"]
        issuing, top = X509().read(found.encode())
        assert (issuing.subject, top.subject) == ("CN=Issuing", "CN=Root")
        assert top.self_signed

    async def test_a_request_is_made_of_its_key_again(self, authority: VaultSession) -> None:
        await authority.write("sys/mounts/pki_int", MOUNT)
        assert await authority.list("pki_int/keys") == []
        path, named = "pki_int/intermediate/generate", {"common_name": "Issuing"}
        key = {"key_type": "ec", "key_bits": 256, "key_name": "issuing"}
        first = await authority.write(f"{path}/internal", {**named, **key})
        (one,) = await authority.list("pki_int/keys")
        held = await authority.read(f"pki_int/key/{one}") or {}
        again = await authority.write(f"{path}/existing", {**named, "key_ref": "issuing"})
        keys = {X509().key_of(reply.data["csr"].encode()) for reply in (first, again)}
        assert held["key_name"] == "issuing"
        assert keys == {held["subject_key_id"]}

    async def test_a_role_signs_what_cert_manager_will_ask(self, authority: VaultSession) -> None:
        await authority.write("pki/roles/harbor", WIDE)
        role = await authority.read("pki/roles/harbor") or {}
        assert {key: role[key] for key in WIDE} == WIDE
        reply = await authority.write("pki/sign/harbor", _signing(HOST))
        (leaf,) = X509().read(reply.data["certificate"].encode())
        assert leaf.names == (HOST,)
        (issuer,) = X509().read(reply.data["issuing_ca"].encode())
        assert issuer.subject == leaf.issuer == "CN=Root"

    @pytest.mark.parametrize(
        ("role", "host", "words"),
        [
            (WIDE, "other.test", "subject alternate name other.test not allowed by this role"),
            (ROLE, HOST, "the common_name field is required"),
            (None, HOST, "unknown role: harbor"),
        ],
    )
    async def test_what_a_role_refuses(
        self, authority: VaultSession, role: dict | None, host: str, words: str
    ) -> None:
        if role:
            await authority.write("pki/roles/harbor", role)
        with pytest.raises(Invalid) as refused:
            await authority.write("pki/sign/harbor", _signing(host))
        assert words in refused.value.why


def _root(ttl: str) -> dict:
    return {"common_name": "Root", "key_type": "ec", "key_bits": 256, "ttl": ttl}


def _signing(host: str) -> dict:
    csr = X509().request(CertificateRequest("", (host,))).request
    return {
        "common_name": "",
        "alt_names": host,
        "ip_sans": "",
        "uri_sans": "",
        "ttl": "1h0m0s",
        "csr": csr.decode(),
        "exclude_cn_from_sans": "true",
    }
