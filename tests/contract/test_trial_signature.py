"""The trial signature against a real OpenBao: what it accepts, and every way to be refused."""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from backends.certificates import X509
from backends.simulated.access import Rights
from backends.simulated.clock import Clock
from backends.simulated.faults import Faults
from backends.simulated.objects import SimulatedObjects
from backends.simulated.store import Store
from backends.vault import VaultClient
from tests.bao import Bao
from tests.cluster.process import free_port
from tests.unit.checks.conftest import preset_of
from wizard.checks.base import Outcome, Subject
from wizard.checks.vault import reached, signature

HOST = "harbor.example.com"
ROLE = {
    "allowed_domains": HOST,
    "allow_bare_domains": True,
    "require_cn": False,
    "key_type": "any",
    "max_ttl": "8760h",
}


@pytest.fixture(scope="module")
def bao(bao: Bao) -> Bao:
    """An issuing authority stored with its root, one without, and one that soon expires."""
    _authorities(bao)
    for name, changed in {
        "harbor": {},
        "strict": {"require_cn": True},
        "rsa": {"key_type": "rsa"},
        "subdomains": {"allow_bare_domains": False},
    }.items():
        bao.write(f"pki_int/roles/{name}", **(ROLE | changed))
    bao.write("lonely/roles/harbor", **ROLE)
    bao.write("short/roles/harbor", **(ROLE | {"issuer_ref": "default"}))
    bao.write("sys/mounts/empty", type="pki")
    bao.write("empty/roles/harbor", **ROLE)
    sign = 'path "pki_int/sign/harbor" { capabilities = ["update"] }'
    bao.write("sys/policies/acl/signer", policy=sign)
    return bao


def _authorities(bao: Bao) -> None:
    names = {"common_name": "Corp Root", "key_type": "ec", "ttl": "87600h"}
    bao.write("sys/mounts/pki", type="pki", config={"max_lease_ttl": "87600h"})
    root = bao.write("pki/root/generate/internal", **names)["data"]["certificate"]
    for mount, with_root, ttl in (
        ("pki_int", True, "43800h"),
        ("lonely", False, "43800h"),
        ("short", True, "2h"),
    ):
        bao.write(f"sys/mounts/{mount}", type="pki", config={"max_lease_ttl": "43800h"})
        asked = {"common_name": "Issuing", "key_type": "ec"}
        path = f"{mount}/intermediate/generate/internal"
        csr = bao.write(path, **asked)["data"]["csr"]
        signed = bao.write("pki/root/sign-intermediate", csr=csr, common_name="I", ttl=ttl)
        chain = signed["data"]["certificate"] + (f"\n{root}" if with_root else "")
        bao.write(f"{mount}/intermediate/set-signed", certificate=chain)


@pytest.fixture
def token(bao: Bao) -> str:
    made = bao.write("auth/token/create", policies=["signer"])
    found: str = made["auth"]["client_token"]
    return found


async def _ask(address: str, path: str, token: str, url: str = f"https://{HOST}") -> Outcome:
    auth = {"kind": "token", "token": {"env": "TOKEN"}}
    server = {"kind": "existing", "address": address, "signPath": path, "auth": auth}
    authority = {"kind": "openbao", "server": server}
    preset = preset_of({"url": url}, pki={"kind": "self-signed", "authority": authority})
    store = Store(Clock(speed=0))
    objects = SimulatedObjects(store, Rights(store), Faults())
    world: Any = SimpleNamespace(vault=VaultClient(), certificates=X509(), objects=objects)
    subject = Subject(preset, secrets={"pki.authority.server.auth.token": token})
    outcome = await reached(world, subject)
    return await signature(world, subject) if outcome.state == "ok" else outcome


async def test_a_login_that_may_only_sign_is_enough(bao: Bao, token: str) -> None:
    outcome = await _ask(bao.url, "pki_int/sign/harbor", token)
    assert outcome.state == "ok", outcome
    assert outcome.fact == f"A trial certificate for {HOST} was signed by CN=I, under CN=Corp Root."


async def test_it_asks_as_cert_manager_does(bao: Bao, token: str) -> None:
    offset = bao.audit.stat().st_size
    await _ask(bao.url, "pki_int/sign/harbor", token)
    assert bao.requests(offset) == [
        ("read", "auth/token/lookup-self"),
        ("update", "pki_int/sign/harbor"),
    ]
    with bao.audit.open() as log:
        log.seek(offset)
        asked = [one for one in map(json.loads, log) if "sign" in one["request"]["path"]]
    data = asked[0]["request"]["data"]
    assert set(data) == {
        "alt_names",
        "common_name",
        "csr",
        "exclude_cn_from_sans",
        "ip_sans",
        "ttl",
        "uri_sans",
    }


@pytest.mark.parametrize(
    ("path", "why", "fix"),
    [
        ("pki_int/sign/strict", "wants a common name", "require_cn=false"),
        ("pki_int/sign/rsa", "signs other keys", "pki.certificate.keyType"),
        ("pki_int/sign/subdomains", "does not allow Harbor's host", "allow_bare_domains=true"),
        ("pki_int/sign/nobody", "no such role", "signPath"),
        ("short/sign/harbor", "outlive the authority", "pki.certificate.duration"),
        ("empty/sign/harbor", "no authority in that mount", "another mount"),
        ("nowhere/sign/harbor", "no handler for route", "MOUNT/sign/ROLE"),
    ],
)
async def test_a_refusal_is_told_with_cause_and_fix(
    bao: Bao, path: str, why: str, fix: str
) -> None:
    outcome = await _ask(bao.url, path, bao.root_token)
    assert outcome.state == "fail", outcome
    assert why in outcome.why
    assert fix in outcome.fix


async def test_a_role_for_names_does_not_sign_for_an_address(bao: Bao) -> None:
    bao.write("pki_int/roles/names", **(ROLE | {"allow_ip_sans": False}))
    outcome = await _ask(bao.url, "pki_int/sign/names", bao.root_token, "https://192.0.2.7")
    assert outcome.state == "fail"
    assert "allow_ip_sans=true" in outcome.fix
    outcome = await _ask(bao.url, "pki_int/sign/harbor", bao.root_token, "https://192.0.2.7")
    assert outcome.state == "ok"


async def test_a_policy_that_does_not_allow_it_is_told_with_the_one_that_would(
    bao: Bao, token: str
) -> None:
    outcome = await _ask(bao.url, "lonely/sign/harbor", token)
    assert outcome.state == "fail"
    assert 'path "lonely/sign/harbor" { capabilities = ["update"] }' in outcome.fix


async def test_an_intermediate_without_its_root_is_a_warning(bao: Bao) -> None:
    outcome = await _ask(bao.url, "lonely/sign/harbor", bao.root_token)
    assert (outcome.state, "does not come with it" in outcome.fact) == ("warn", True)


async def test_a_token_that_expired_is_told(bao: Bao) -> None:
    made = bao.write("auth/token/create", policies=["signer"], ttl="1s")
    token = made["auth"]["client_token"]
    deadline = time.monotonic() + 30
    while (outcome := await _ask(bao.url, "pki_int/sign/harbor", token)).state == "ok":
        assert time.monotonic() < deadline
    assert outcome.state == "fail"
    assert "expired" in outcome.why


async def test_a_server_that_does_not_answer_from_here_is_a_warning() -> None:
    outcome = await _ask(f"http://127.0.0.1:{free_port()}", "pki_int/sign/harbor", "s.any")
    assert outcome.state == "warn"
    assert "cert-manager may still reach it" in outcome.why


async def test_a_sealed_server_is_told(bao: Bao, token: str) -> None:
    bao.stop()
    bao.start()
    try:
        outcome = await _ask(bao.url, "pki_int/sign/harbor", token)
    finally:
        bao.unseal()
    assert outcome.state == "fail"
    assert "sealed" in outcome.fact
    assert "operator unseal" in outcome.fix
