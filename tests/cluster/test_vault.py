"""Harbor's certificate from a Vault that exists: real OpenBao, cert-manager and Kubernetes API."""

from __future__ import annotations

import base64
import contextlib
import ssl
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backends.certificates import X509
from tests.bao import Bao
from tests.cluster.cert_manager import CertManager
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import Object
from tests.cluster.process import poll
from tests.cluster.test_issuer import entries, key_files, shaken_hands, steps
from tests.cluster.wizard import Wizard, site

HOST = "harbor.test"
ASKING = {"sys/capabilities-self"}


def written(bao: Bao, offset: int) -> list[tuple[str, str]]:
    """What was written to the server since then; logging in makes tokens, and is none."""
    return [
        (operation, path)
        for operation, path in bao.requests(offset)
        if operation not in {"read", "list", "help"}
        and path not in ASKING
        and not path.endswith("/login")
    ]


def pki(bao: Bao, auth: Object, **server: Any) -> Object:
    """The answers for a server that exists."""
    existing = {"kind": "existing", "address": bao.url, "auth": auth, **server}
    return {"kind": "self-signed", "authority": {"kind": "openbao", "server": existing}}


@dataclass
class Installed:
    wizard: Wizard
    told: dict[str, str]


@pytest.fixture(scope="module")
def installed(
    bao: Bao,
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installed]:
    """An authority set up by the wizard in that server, and Harbor with a certificate of it."""
    with site(control_plane, charts, tmp_path_factory.mktemp("vault")) as wizard:
        wizard.environment = {"VAULT_WORD": bao.root_token}
        wizard.preset(pki=pki(bao, {"kind": "token", "token": {"env": "VAULT_WORD"}}))
        ended = wizard.install().require(0)
        yield Installed(wizard, steps(ended))


def root(wizard: Wizard) -> bytes:
    """The root that the portal offers."""
    data = wizard.admin.get(wizard.path("", "secrets", "harbor-ca"))["data"]
    return base64.b64decode(data["ca.crt"])


def test_every_step_is_done_and_clients_accept_what_was_issued(
    installed: Installed, tmp_path: Path
) -> None:
    wizard = installed.wizard
    made = ("accounts", "root", "issuing", "role", "login")
    assert {installed.told[f"pki.vault.{one}"] for one in made} == {"done"}
    assert installed.told["pki.certificate"] == "done"
    chain, key = key_files(entries(wizard), tmp_path)
    (top,) = X509().read(root(wizard))
    assert (top.subject, top.self_signed) == ("CN=Harbor Root CA", True)
    trusting = ssl.create_default_context(cadata=root(wizard).decode())
    assert shaken_hands(trusting, chain, key, HOST) == ""
    assert shaken_hands(ssl.create_default_context(), chain, key, HOST) != ""
    assert "mismatch" in shaken_hands(trusting, chain, key, "other.test")


def test_a_second_run_writes_nothing_to_either(installed: Installed, bao: Bao) -> None:
    offset = bao.audit.stat().st_size
    installed.wizard.nothing_to_do()
    assert written(bao, offset) == []


def test_what_others_changed_in_the_server_is_planned_and_put_right(
    installed: Installed, bao: Bao
) -> None:
    wizard = installed.wizard
    bao.write("pki_int/roles/harbor", allow_any_name=True)
    plan = wizard.plan()
    changed = {one["object"] for step in plan["steps"] for one in step["changes"]}
    assert changed == {"Role pki_int/roles/harbor"}
    wizard.install().require(0)
    assert bao.call("GET", "pki_int/roles/harbor")["data"]["allowed_domains"] == [HOST]
    wizard.nothing_to_do()


def test_a_sealed_server_is_told_before_anything_is_written(installed: Installed, bao: Bao) -> None:
    wizard = installed.wizard
    bao.stop()
    bao.start()
    try:
        ended = wizard.install().require(3)
    finally:
        bao.unseal()
    assert "sealed" in ended.stdout
    assert "operator unseal" in ended.stdout
    wizard.nothing_to_do()


def test_no_login_is_said_or_kept_anywhere(installed: Installed, bao: Bao) -> None:
    wizard = installed.wizard
    kept = [path for path in wizard.state.rglob("*") if path.is_file()]
    leaks = [path for path in kept if bao.root_token in path.read_text(errors="replace")]
    assert kept
    assert leaks == []


SIGNER = 'path "pki_int/sign/harbor" { capabilities = ["update"] }'
READER = 'path "secret/data/harbor/admin" { capabilities = ["read"] }'
PASSWORD = "Canary-Kept-Passw0rd"


def keep_password(bao: Bao) -> None:
    """Put the admin password into a key-value store, which is ready moments after it is mounted."""
    bao.write("sys/mounts/secret", type="kv", options={"version": "2"})

    def put() -> bool:
        with contextlib.suppress(urllib.error.HTTPError):
            return bool(bao.write("secret/data/harbor/admin", data={"password": PASSWORD}))
        return False

    poll("the store is ready", put, 30)


def approle(bao: Bao) -> tuple[Object, str]:
    """A login that may only sign, and its secret."""
    bao.write("sys/policies/acl/signer", policy=f"{SIGNER}\n{READER}")
    bao.write("sys/auth/approle", type="approle")
    bao.write("auth/approle/role/signer", token_policies=["signer"])
    role = bao.call("GET", "auth/approle/role/signer/role-id")["data"]["role_id"]
    secret: str = bao.write("auth/approle/role/signer/secret-id")["data"]["secret_id"]
    return {"kind": "approle", "roleId": role, "secretId": {"env": "SECRET_ID"}}, secret


def test_a_path_that_may_sign_is_used_and_nothing_is_made_in_that_server(
    installed: Installed, bao: Bao, wizard: Wizard
) -> None:
    """The admin password stands in a key-value store beside it, and nowhere else outside."""
    auth, secret = approle(bao)
    keep_password(bao)
    wizard.environment = {"SECRET_ID": secret}
    password = {"vault": {"path": "harbor/admin", "key": "password"}}
    sections = {"pki": pki(bao, auth, signPath="pki_int/sign/harbor")}
    wizard.preset({"adminPassword": password}, **sections)
    offset = bao.audit.stat().st_size
    wizard.install().require(0)
    assert {path for _, path in written(bao, offset)} == {"pki_int/sign/harbor"}
    assert root(wizard) == root(installed.wizard)
    offset = bao.audit.stat().st_size
    wizard.nothing_to_do()
    assert written(bao, offset) == []
    held = wizard.admin.get(wizard.path("", "secrets", "harbor-admin-password"))["data"]
    assert base64.b64decode(held["HARBOR_ADMIN_PASSWORD"]).decode() == PASSWORD
    kept = [path for path in wizard.state.rglob("*") if path.is_file()]
    assert [path for path in kept if PASSWORD in path.read_text(errors="replace")] == []


def test_a_service_account_signs_with_a_role_of_somebody_else(
    installed: Installed, bao: Bao, wizard: Wizard
) -> None:
    """The role is bound to the ServiceAccount and the audience that docs/pki.md names."""
    mount = f"kubernetes-{installed.wizard.namespace}-harbor-issuer"
    bao.write("sys/policies/acl/signer", policy=SIGNER)
    bao.write(
        f"auth/{mount}/role/{wizard.namespace}",
        bound_service_account_names=["harbor-issuer"],
        bound_service_account_namespaces=[wizard.namespace],
        audience=f"vault://{wizard.namespace}/harbor-issuer",
        token_policies=["signer"],
    )
    auth = {"kind": "kubernetes", "mount": mount, "role": wizard.namespace}
    wizard.preset(pki=pki(bao, auth, signPath="pki_int/sign/harbor"))
    wizard.install().require(0)
    assert root(wizard) == root(installed.wizard)
    wizard.nothing_to_do()


def test_the_wizards_own_service_account_logs_in(
    installed: Installed, bao: Bao, wizard: Wizard
) -> None:
    """By a login that was set up for it; with the audience that docs/pki.md names."""
    wizard.make_namespace()
    account = wizard.path("", "serviceaccounts", "harbor-wizard")
    named = {"metadata": {"name": "harbor-wizard"}}
    wizard.admin.apply(account, {"apiVersion": "v1", "kind": "ServiceAccount", **named})
    mount = f"kubernetes-{installed.wizard.namespace}-harbor-issuer"
    bao.write("sys/policies/acl/all", policy='path "*" { capabilities = ["sudo", "read"] }')
    bao.write(
        f"auth/{mount}/role/wizard",
        bound_service_account_names=["harbor-wizard"],
        bound_service_account_namespaces=[wizard.namespace],
        audience=f"vault://{wizard.namespace}/harbor-wizard",
        token_policies=["all"],
    )
    auth = {"kind": "kubernetes", "mount": mount, "role": "wizard"}
    wizard.preset(pki=pki(bao, auth))
    ended = wizard.install("--check").require(3)
    (told,) = [e["fact"] for e in ended.events if e.get("check") == "vault.rights"]
    assert told.startswith("The login lacks rights at")


def test_a_role_that_refuses_ends_before_anything_is_written(bao: Bao, wizard: Wizard) -> None:
    auth, secret = approle_of(bao)
    wizard.environment = {"SECRET_ID": secret}
    wizard.preset(
        {"url": "https://elsewhere.test"}, pki=pki(bao, auth, signPath="pki_int/sign/harbor")
    )
    ended = wizard.install().require(3)
    assert "does not allow Harbor's host" in ended.stdout
    assert "allow_bare_domains=true" in ended.stdout


def approle_of(bao: Bao) -> tuple[Object, str]:
    """The login that an earlier test made, with a new secret."""
    role = bao.call("GET", "auth/approle/role/signer/role-id")["data"]["role_id"]
    secret: str = bao.write("auth/approle/role/signer/secret-id")["data"]["secret_id"]
    return {"kind": "approle", "roleId": role, "secretId": {"env": "SECRET_ID"}}, secret
