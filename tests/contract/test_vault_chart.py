"""HashiCorp's own chart with our configuration. Its program is not to be had here: the text that
it would read is started by a real OpenBao, whose way to read it is that of Vault.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.certificates import X509
from backends.vault import VaultClient
from tests.bao import Bao, RenderedBao, transit_server
from tests.contract.vault_charts import Object, assert_spread, configuration, rendered
from wizard.certificates import CertificateRequest
from wizard.errors import Invalid
from wizard.steps.vault.server import AUDIT, AUDIT_DEVICE
from wizard.vaults import Sharing, VaultLogin, VaultServer

AUTHORITY = X509().issue(CertificateRequest("Servers", is_authority=True), None)
SHAMIR = {"kind": "shamir"}


async def test_the_chart_takes_the_values_as_they_are_meant(tmp_path: Path) -> None:
    objects = await rendered(
        tmp_path,
        "vault",
        SHAMIR,
        delivery={"imageMirrors": {"docker.io": "mirror.test/hub"}, "pullSecret": {"env": "PULL"}},
    )
    assert set(objects) == {
        "ConfigMap vault-config",
        "Service vault",
        "Service vault-internal",
        "ServiceAccount vault",
        "StatefulSet vault",
    }
    spec = objects["StatefulSet vault"]["spec"]
    assert (spec["podManagementPolicy"], spec["replicas"]) == ("Parallel", 1)
    pod = spec["template"]["spec"]
    assert "affinity" not in pod or not pod["affinity"]
    assert pod["imagePullSecrets"] == [{"name": "vault-pull"}]
    (container,) = pod["containers"]
    assert container["image"] == "mirror.test/hub/hashicorp/vault:2.0.4"
    mounted = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
    assert (mounted["/vault/tls"], mounted["/vault/data"]) == ("tls", "data")
    held = {one["name"]: one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one}
    assert held == {"tls": "vault-server-tls"}
    told = {one["name"]: one.get("value") for one in container["env"]}
    assert told["VAULT_ADDR"] == "https://127.0.0.1:8200"
    assert told["VAULT_CACERT"] == "/vault/tls/ca.crt"


async def test_three_replicas_are_spread_and_find_each_other(tmp_path: Path) -> None:
    objects = await rendered(tmp_path, "vault", SHAMIR, 3)
    assert_spread(objects, "vault")


async def test_what_vault_does_not_know_is_not_in_its_configuration(tmp_path: Path) -> None:
    """It takes audit devices by its API, and does not initialise itself."""
    text = configuration(await rendered(tmp_path, "vault", SHAMIR), "vault")
    assert "disable_mlock = true" in text
    assert [word for word in ("audit", "initialize", "seal ", "openbao") if word in text] == []
    replaced = ("HOST_IP", "POD_IP", "HOSTNAME", "API_ADDR", "TRANSIT_ADDR", "RAFT_ADDR")
    assert [word for word in replaced if word in text] == []


AWS = {"kind": "awskms", "region": "eu-central-1", "kmsKeyId": "alias/harbor"}
GCP = {
    "kind": "gcpckms",
    "project": "registry",
    "region": "europe-west3",
    "keyRing": "harbor",
    "cryptoKey": "unseal",
}
AZURE = {"kind": "azurekeyvault", "tenantId": "8d2f", "vaultName": "harbor-kv", "keyName": "unseal"}
TRANSIT = {"kind": "transit", "keyName": "harbor", "token": {"env": "TOKEN"}}
SEALS = {
    "AWS, by the pod's identity": (
        AWS,
        {"region": "eu-central-1", "kms_key_id": "alias/harbor"},
        {},
        False,
    ),
    "AWS, by a key": (
        {**AWS, "accessKey": {"env": "A"}, "secretKey": {"env": "S"}},
        {"region": "eu-central-1", "kms_key_id": "alias/harbor"},
        {"AWS_ACCESS_KEY_ID": "access-key", "AWS_SECRET_ACCESS_KEY": "secret-key"},
        False,
    ),
    "Google, by a key": (
        {**GCP, "credentials": {"file": "key.json"}},
        {
            "project": "registry",
            "region": "europe-west3",
            "key_ring": "harbor",
            "crypto_key": "unseal",
            "credentials": "/vault/seal/credentials.json",
        },
        {},
        True,
    ),
    "Azure, by a client": (
        {**AZURE, "clientId": "4c1e", "clientSecret": {"env": "S"}},
        {
            "tenant_id": "8d2f",
            "client_id": "4c1e",
            "vault_name": "harbor-kv",
            "key_name": "unseal",
        },
        {"AZURE_CLIENT_SECRET": "client-secret"},
        False,
    ),
    "another server": (
        {**TRANSIT, "address": "https://other.test:8200/", "caBundle": "ca.pem"},
        {
            "address": "https://other.test:8200",
            "mount_path": "transit/",
            "key_name": "harbor",
            "tls_ca_cert": "/vault/seal/ca.crt",
        },
        {"VAULT_TOKEN": "token"},
        True,
    ),
}


@pytest.mark.parametrize(
    ("unseal", "stanza", "variables", "mounted"), SEALS.values(), ids=SEALS.keys()
)
async def test_each_seal_is_in_the_configuration_and_its_secrets_are_not(
    tmp_path: Path,
    unseal: Object,
    stanza: dict[str, str],
    variables: dict[str, str],
    mounted: bool,
) -> None:
    objects = await rendered(tmp_path, "vault", unseal, 3)
    text = configuration(objects, "vault")
    _, _, held = text.partition(f'seal "{unseal["kind"]}" {{')
    lines = [line.strip().split(" = ") for line in held.partition("}")[0].strip().splitlines()]
    assert {name: json.loads(value) for name, value in lines} == stanza
    (container,) = objects["StatefulSet vault"]["spec"]["template"]["spec"]["containers"]
    given = {
        one["name"]: one["valueFrom"]["secretKeyRef"]
        for one in container["env"]
        if "secretKeyRef" in one.get("valueFrom", {})
    }
    assert given == {
        name: {"name": "vault-seal-key", "key": key} for name, key in variables.items()
    }
    assert ("seal" in {one["name"] for one in container["volumeMounts"]}) == mounted
    assert ("VAULT_CACERT" in {one["name"] for one in container["env"]}) == (
        unseal["kind"] != "transit"
    ), "a seal by another server would take that authority for the other one's"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[tuple[Bao, str]]:
    """A server that opens others."""
    with transit_server(tmp_path / "other") as running:
        yield running


async def test_one_that_another_server_opens_gives_recovery_keys_and_takes_an_audit_device(
    tmp_path: Path, other: tuple[Bao, str]
) -> None:
    """By the very text that Vault would read, with the token where Vault looks for it."""
    pair = X509().issue(CertificateRequest("vault", ("127.0.0.1",)), AUTHORITY)
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "tls.crt").write_bytes(pair.certificate)
    (tmp_path / "tls" / "tls.key").write_bytes(pair.key)
    unsealer, token = other
    objects = await rendered(tmp_path, "vault", {**TRANSIT, "address": unsealer.url})
    bao = RenderedBao(tmp_path, "", {"VAULT_TOKEN": token}, ("", ""), engine="vault")
    bao.text = configuration(objects, "vault")
    bao.start()
    vault, server, kept = VaultClient(), VaultServer(bao.url, AUTHORITY.certificate), []
    try:
        before = await vault.status(server)
        assert (before.state, before.seal) == ("uninitialised", "transit")
        with pytest.raises(Invalid, match="sys/init"):
            await vault.initialise(server, Sharing(3, 2), kept.append)
        await vault.initialise(server, Sharing(3, 2, recovery=True), kept.append)
        (keys,) = kept
        assert len(keys.shares) == 3
        await _active(vault, server)
        async with vault.session(server, VaultLogin(token=keys.root_token)) as session:
            assert "log/" not in (await session.read("sys/audit") or {})
            await session.write(AUDIT, AUDIT_DEVICE)
            assert "log/" in (await session.read("sys/audit") or {})
        bao.stop()
        bao.start()
        await _active(vault, server)
    finally:
        bao.stop()


async def _active(vault: VaultClient, server: VaultServer) -> None:
    for _ in range(10_000):
        if (await vault.status(server)).state == "active":
            return
    raise AssertionError("never active")
