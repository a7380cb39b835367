"""OpenBao's own chart with our configuration, and a real OpenBao that starts by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.certificates import X509
from backends.vault import VaultClient
from tests.bao import Bao, RenderedBao, transit_server
from tests.contract import vault_charts
from tests.contract.vault_charts import Object
from wizard.certificates import CertificateRequest
from wizard.charts.engine import PORT
from wizard.errors import Unauthorized
from wizard.vaults import VaultLogin, VaultServer

AUTHORITY = X509().issue(CertificateRequest("Servers", is_authority=True), None)
STATIC = {"kind": "static", "key": {"generate": True}}


async def rendered(
    folder: Path, unseal: Object = STATIC, replicas: int = 1, **sections: Any
) -> dict[str, Object]:
    """OpenBao's chart."""
    authority = AUTHORITY.certificate
    return await vault_charts.rendered(folder, "openbao", unseal, replicas, authority, **sections)


async def test_the_chart_takes_the_values_as_they_are_meant(tmp_path: Path) -> None:
    objects = await rendered(tmp_path, delivery={"imageMirrors": {"quay.io": "mirror.test/quay"}})
    assert set(objects) == {
        "ConfigMap openbao-config",
        "Service openbao",
        "Service openbao-internal",
        "ServiceAccount openbao",
        "StatefulSet openbao",
    }
    spec = objects["StatefulSet openbao"]["spec"]
    assert (spec["podManagementPolicy"], spec["replicas"]) == ("Parallel", 1)
    pod = spec["template"]["spec"]
    assert "affinity" not in pod or not pod["affinity"]
    (container,) = pod["containers"]
    assert container["image"] == "mirror.test/quay/openbao/openbao:2.7.2"
    mounted = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
    assert (mounted["/openbao/tls"], mounted["/openbao/seal"]) == ("tls", "seal")
    assert {one["containerPort"] for one in container["ports"]} >= {PORT}
    held = {one["name"]: one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one}
    assert held == {"tls": "openbao-server-tls", "seal": "openbao-seal-key"}


async def test_three_replicas_are_spread_and_find_each_other(tmp_path: Path) -> None:
    objects = await rendered(tmp_path, {"kind": "shamir"}, 3)
    vault_charts.assert_spread(objects, "openbao")
    text = _configuration(objects)
    assert "seal" not in text
    assert "initialize" not in text


async def test_nothing_in_the_configuration_is_replaced_when_the_pod_starts(
    tmp_path: Path,
) -> None:
    """The pod's command replaces these words wherever they stand."""
    words = ("HOST_IP", "POD_IP", "HOSTNAME", "API_ADDR", "TRANSIT_ADDR", "RAFT_ADDR")
    text = _configuration(await rendered(tmp_path))
    assert [word for word in words if word in text] == []


def _configuration(objects: dict[str, Object]) -> str:
    return vault_charts.configuration(objects, "openbao")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bao, str]]:
    """A server that opens others."""
    with transit_server(tmp_path_factory.mktemp("other")) as running:
        yield running


@pytest.fixture(params=["static", "transit"])
async def server(tmp_path: Path, request: pytest.FixtureRequest, other: tuple[Bao, str]) -> Any:
    """A server that set itself up, and the authority of its certificate."""
    unsealer, token = other
    transit = {"kind": "transit", "address": unsealer.url, "keyName": "harbor"}
    transit["token"] = {"env": "TOKEN"}  # type: ignore[assignment]
    pair = X509().issue(CertificateRequest("bao", ("127.0.0.1",)), AUTHORITY)
    for name, content in {
        "tls/tls.crt": pair.certificate,
        "tls/tls.key": pair.key,
        "seal/key": b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
        "seal/token": token.encode(),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    bao = RenderedBao(tmp_path, certificate=("", ""))
    chosen = STATIC if request.param == "static" else transit
    bao.text = _configuration(await rendered(tmp_path, chosen))
    bao.start()
    yield bao, VaultServer(bao.url, AUTHORITY.certificate)
    bao.stop()


async def test_a_server_sets_itself_up_and_opens_itself_after_every_start(server: Any) -> None:
    bao, address = server
    vault = VaultClient()
    await _active(vault, address)
    login = VaultLogin(path="auth/harbor-wizard/login", data={"role": "harbor-wizard", "jwt": "x"})
    with pytest.raises(Unauthorized):
        async with vault.session(address, login):
            pass
    done = {path for operation, path in bao.requests() if operation in {"create", "update"}}
    assert {
        "sys/policies/acl/harbor-wizard",
        "sys/auth/harbor-wizard",
        "auth/harbor-wizard/config",
        "auth/harbor-wizard/role/harbor-wizard",
        "auth/token/revoke-self",
    } <= done
    bao.stop()
    bao.start()
    await _active(vault, address)


async def _active(vault: VaultClient, address: VaultServer) -> None:
    for _ in range(10_000):
        if (await vault.status(address)).state == "active":
            return
    raise AssertionError("never active")
