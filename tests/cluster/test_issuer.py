"""Harbor's certificate from an issuer of cert-manager that exists."""

from __future__ import annotations

import base64
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509

from backends.certificates import X509
from tests.bao import Bao, opened_bao
from tests.cluster.cert_manager import CertManager
from tests.cluster.command import Ended
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import Object, condition
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.wizard import Wizard, site
from wizard.certificates import CertificateRequest, KeyPair

HOST = "harbor.test"
PKI: Object = {"kind": "issuer", "issuerKind": "Issuer", "name": "corp"}


def own_authority(wizard: Wizard, name: str = "corp") -> KeyPair:
    """A corporate authority that cert-manager signs with, as the Issuer `corp`."""
    request = CertificateRequest("Corporate Root", days=365, key_type="ec-384", is_authority=True)
    pair = X509().issue(request, None)
    data = {"tls.crt": pair.certificate, "tls.key": pair.key}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"{name}-ca"},
        "type": "kubernetes.io/tls",
        "data": {key: base64.b64encode(value).decode() for key, value in data.items()},
    }
    wizard.admin.apply(wizard.path("", "secrets", f"{name}-ca"), secret)
    make_issuer(wizard, name, {"ca": {"secretName": f"{name}-ca"}})
    wizard.admin.wait(issuer_path(wizard, name), lambda one: condition(one, "Ready") == "True")
    return pair


def issuer_path(wizard: Wizard, name: str) -> str:
    return wizard.path("cert-manager.io/v1", "issuers", name)


def make_issuer(wizard: Wizard, name: str, spec: Object) -> None:
    issuer = {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Issuer",
        "metadata": {"name": name},
        "spec": spec,
    }
    wizard.admin.apply(issuer_path(wizard, name), issuer)


def entries(wizard: Wizard) -> dict[str, bytes]:
    """The entries of the TLS Secret."""
    data = wizard.admin.get(wizard.path("", "secrets", "harbor-tls"))["data"]
    return {key: base64.b64decode(value) for key, value in data.items()}


def steps(ended: Ended) -> dict[str, str]:
    """How every step ended."""
    return {e["step"]: e["state"] for e in ended.events if e["event"] == "step.finished"}


@pytest.fixture(scope="module")
def issued(
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Wizard, KeyPair]]:
    """A Harbor whose certificate comes from the Issuer `corp`."""
    with site(control_plane, charts, tmp_path_factory.mktemp("issuer")) as wizard:
        wizard.make_namespace()
        authority = own_authority(wizard)
        wizard.preset(pki=PKI)
        wizard.install().require(0)
        yield wizard, authority


def test_clients_with_the_root_accept_the_certificate_and_others_refuse_it(
    issued: tuple[Wizard, KeyPair], tmp_path: Path
) -> None:
    wizard, authority = issued
    chain, key = key_files(entries(wizard), tmp_path)

    trusting = ssl.create_default_context(cadata=authority.certificate.decode())
    assert shaken_hands(trusting, chain, key, HOST) == ""
    assert "self-signed" in shaken_hands(ssl.create_default_context(), chain, key, HOST) or (
        "unable to get" in shaken_hands(ssl.create_default_context(), chain, key, HOST)
    )
    assert "mismatch" in shaken_hands(trusting, chain, key, "other.test")


def key_files(held: dict[str, bytes], folder: Path) -> tuple[Path, Path]:
    """The chain and the key of a TLS Secret, in files."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(held["tls.crt"])
    key.write_bytes(held["tls.key"])
    return chain, key


def shaken_hands(client: ssl.SSLContext, chain: Path, key: Path, host: str) -> str:
    """What a client says of a server with the certificate; empty: it accepts it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            context.wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    server = threading.Thread(target=serve)
    server.start()
    try:
        client.wrap_socket(ours, server_hostname=host).close()
    except ssl.SSLError as error:
        return str(error)
    finally:
        ours.close()
        server.join(20)
    return ""


def test_the_trial_leaves_nothing_behind_and_is_not_repeated(
    issued: tuple[Wizard, KeyPair],
) -> None:
    wizard, _ = issued
    requests = wizard.names("cert-manager.io/v1", "certificaterequests")
    assert not [name for name in requests if name.endswith("-trial")]
    assert len(requests) == 1

    wizard.nothing_to_do()
    plan = wizard.plan(code=0)
    assert {"pki.issuer", "pki.trial", "pki.certificate"} <= {one["id"] for one in plan["steps"]}


def test_troubleshooting_looks_at_the_certificate_too(issued: tuple[Wizard, KeyPair]) -> None:
    wizard, _ = issued
    preset = str(wizard.folder / "preset.yaml")
    ended = wizard.run("troubleshoot", "--preset", preset, "--once", "--output", "json")
    document = ended.require(0).document
    states = {one["id"]: one["state"] for one in document["components"]}
    assert states["certificate"] == "ok"
    assert document["findings"] == []


def test_a_renewal_is_carried_out_and_leaves_nothing_to_do(
    issued: tuple[Wizard, KeyPair],
) -> None:
    wizard, _ = issued
    before = serial(wizard)
    path = ask_for_renewal(wizard)
    wizard.admin.wait(
        path,
        lambda one: one["status"]["revision"] == 2 and condition(one, "Issuing") != "True",
    )

    assert serial(wizard) != before
    wizard.nothing_to_do()


def ask_for_renewal(wizard: Wizard) -> str:
    """As `cmctl renew` does, by the status condition Issuing; the path of the Certificate."""
    path = wizard.path("cert-manager.io/v1", "certificates", "harbor-tls")
    asked = {
        "type": "Issuing",
        "status": "True",
        "reason": "ManuallyTriggered",
        "message": "Certificate re-issuance manually triggered",
        "lastTransitionTime": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    live = wizard.admin.get(path)
    conditions = [one for one in live["status"]["conditions"] if one["type"] != "Issuing"]
    wizard.admin.merge(f"{path}/status", {"status": {"conditions": [*conditions, asked]}})
    return path


def serial(wizard: Wizard) -> int:
    return x509.load_pem_x509_certificate(entries(wizard)["tls.crt"]).serial_number


def test_other_names_are_issued_anew_after_a_trial(issued: tuple[Wizard, KeyPair]) -> None:
    wizard, _ = issued
    wizard.preset(pki={**PKI, "certificate": {"duration": "48h", "renewBefore": "12h"}})
    changed = {
        (one["action"], one["object"]) for step in wizard.plan()["steps"] for one in step["changes"]
    }
    assert changed == {
        ("create", f"CertificateRequest {wizard.namespace}/harbor-tls-trial"),
        ("update", f"Certificate {wizard.namespace}/harbor-tls"),
    }
    wizard.install().require(0)
    leaf = x509.load_pem_x509_certificate(entries(wizard)["tls.crt"])
    lasts = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert lasts == dt.timedelta(hours=48)
    wizard.nothing_to_do()


def test_the_printed_role_suffices(cert_manager: CertManager, wizard: Wizard) -> None:
    wizard.make_namespace()
    own_authority(wizard)
    wizard.preset(pki=PKI)
    wizard.identity = apply_role(wizard, printed_role(wizard))
    wizard.install().require(0)
    wizard.nothing_to_do()
    preset = str(wizard.folder / "preset.yaml")
    wizard.run("troubleshoot", "--preset", preset, "--once").require(0)
    denied = wizard.control_plane.audit.denied(wizard.identity.user)
    assert [str(one) for one in denied] == []


def test_an_issuer_that_is_missing_or_not_ready_fails_a_check(
    cert_manager: CertManager, wizard: Wizard
) -> None:
    wizard.make_namespace()
    wizard.preset(pki=PKI)
    ended = wizard.install("--check").require(3)
    assert f"There is no Issuer {wizard.namespace}/corp." in ended.stdout

    make_issuer(wizard, "corp", {"ca": {"secretName": "missing"}})
    wizard.admin.wait(issuer_path(wizard, "corp"), lambda one: condition(one, "Ready") == "False")
    ended = wizard.install("--check").require(3)
    assert "corp is not ready: " in ended.stdout
    assert '"missing" not found' in ended.stdout.replace("\\", "")


@contextmanager
def corporate_vault(cert_manager: CertManager, wizard: Wizard, folder: Path) -> Iterator[Bao]:
    """A server behind the Issuer `corp`; its role signs nothing for the host."""
    bao = opened_bao(folder)
    cert_manager.services["vault.corp.svc"] = bao.port
    try:
        bao.write("sys/mounts/pki", type="pki", config={"max_lease_ttl": "87600h"})
        bao.write("pki/root/generate/internal", common_name="Corporate Root", ttl="87600h")
        bao.write("pki/roles/harbor", allowed_domains=["other.test"], key_type="any")
        wizard.make_namespace()
        token = base64.b64encode(bao.root_token.encode()).decode()
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token"}}
        wizard.admin.apply(
            wizard.path("", "secrets", "token"), {**secret, "data": {"token": token}}
        )
        vault = {
            "server": "http://vault.corp.svc:8200",
            "path": "pki/sign/harbor",
            "auth": {"tokenSecretRef": {"name": "token", "key": "token"}},
        }
        make_issuer(wizard, "corp", {"vault": vault})
        wizard.admin.wait(
            issuer_path(wizard, "corp"), lambda one: condition(one, "Ready") == "True"
        )
        wizard.preset(pki=PKI)
        yield bao
    finally:
        del cert_manager.services["vault.corp.svc"]
        bao.stop()


def let_sign(bao: Bao, domain: str) -> None:
    """Let the role sign for this domain alone."""
    bao.write(
        "pki/roles/harbor",
        allowed_domains=[domain],
        allow_bare_domains=True,
        key_type="any",
        require_cn=False,
    )


def test_a_role_that_refuses_ends_the_run_in_seconds_before_there_is_a_certificate(
    cert_manager: CertManager, wizard: Wizard, tmp_path: Path
) -> None:
    """A Certificate would rest for an hour after its first failure."""
    with corporate_vault(cert_manager, wizard, tmp_path / "bao") as bao:
        ended = wizard.install().require(5)

        assert steps(ended)["pki.trial"] == "failed"
        assert steps(ended)["pki.certificate"] == "blocked"
        (finding,) = [e["finding"] for e in ended.events if e["event"] == "finding"]
        assert finding["id"] == "HW-033"
        assert "common_name field is required" in finding["cause"]
        assert "require_cn=false" in finding["fix"]
        for resource in ("certificates", "certificaterequests"):
            assert wizard.names("cert-manager.io/v1", resource) == set()

        let_sign(bao, HOST)
        wizard.install().require(0)
        assert b"BEGIN CERTIFICATE" in entries(wizard)["tls.crt"]
        wizard.nothing_to_do()


def test_a_renewal_that_is_refused_is_told_while_the_certificate_still_serves(
    cert_manager: CertManager, wizard: Wizard, tmp_path: Path
) -> None:
    with corporate_vault(cert_manager, wizard, tmp_path / "bao") as bao:
        let_sign(bao, HOST)
        wizard.install().require(0)
        let_sign(bao, "other.test")
        path = ask_for_renewal(wizard)
        wizard.admin.wait(path, lambda one: condition(one, "Issuing") == "False")

        preset = str(wizard.folder / "preset.yaml")
        ended = wizard.run("troubleshoot", "--preset", preset, "--once", "--output", "json")
        (finding,) = ended.require(0).document["findings"]
        assert (finding["id"], finding["severity"]) == ("HW-225", "warn")
        assert "not allowed by this role" in finding["cause"]
