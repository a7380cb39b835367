"""Harbor's certificate from an ACME server: OpenBao's own, proven by DNS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tests.bao import Bao, opened_bao
from tests.cluster.cert_manager import CertManager
from tests.cluster.command import Ended
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import Object
from tests.cluster.test_issuer import entries, make_issuer
from tests.cluster.test_rules_alone import found
from tests.cluster.wizard import LEASES, Wizard, site

ACME, UPDATES = "acme.vault.svc", "acme-dns.test.svc"
HEADERS = ["Last-Modified", "Location", "Replay-Nonce", "Link"]


@pytest.fixture(scope="module")
def server(cert_manager: CertManager, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    """OpenBao with two ACME servers, `pki` that wants accounts of its own and `staging`."""
    bao = opened_bao(tmp_path_factory.mktemp("bao"))
    cert_manager.services[ACME] = bao.port
    cert_manager.services[UPDATES] = cert_manager.names.updates
    try:
        serve_acme(bao, "pki", cert_manager.names.port, eab_policy="always-required")
        serve_acme(bao, "staging", cert_manager.names.port, eab_policy="not-required")
        yield bao
    finally:
        bao.stop()
        del cert_manager.services[ACME], cert_manager.services[UPDATES]


def serve_acme(bao: Bao, mount: str, names: int, eab_policy: str) -> None:
    """Let a mount issue by ACME; it asks the name server at port `names` for proofs."""
    tuned = {"max_lease_ttl": "87600h", "allowed_response_headers": HEADERS}
    bao.write(f"sys/mounts/{mount}", type="pki", config=tuned)
    bao.write(f"{mount}/root/generate/internal", common_name=f"Root of {mount}", ttl="87600h")
    address = {"path": f"http://{ACME}:8200/v1/{mount}"}
    bao.call("POST", f"{mount}/config/cluster", address)
    resolver = f"127.0.0.1:{names}"
    bao.write(f"{mount}/config/acme", enabled=True, eab_policy=eab_policy, dns_resolver=resolver)


def pki(**more: object) -> Object:
    solver = {
        "kind": "dns01",
        "provider": {
            "acmeDNS": {
                "host": f"http://{UPDATES}",
                "accountSecretRef": {"name": "harbor-dns01", "key": "accounts.json"},
            }
        },
        "secrets": {"accounts.json": {"env": "ACME_DNS"}},
    }
    return {
        "kind": "acme",
        "server": f"http://{ACME}:8200/v1/pki/acme/directory",
        "stagingServer": f"http://{ACME}:8200/v1/staging/acme/directory",
        "email": "ops@example.com",
        "solver": solver,
        **more,
    }


def prepared(wizard: Wizard, server: Bao) -> Wizard:
    account = {
        "username": "u",
        "password": "Canary-Acme-Dns",
        "fulldomain": "x.test",
        "subdomain": "x",
        "allowfrom": [],
    }
    external = server.write("pki/acme/new-eab")["data"]
    wizard.environment = {
        "ACME_DNS": json.dumps({"harbor.test": account}),
        "ACME_KEY": external["key"],
    }
    key = {"keyId": external["id"], "key": {"env": "ACME_KEY"}}
    wizard.preset(pki=pki(externalAccount=key))
    return wizard


@pytest.fixture(scope="module")
def issued(
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    server: Bao,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Wizard, Ended]]:
    """A Harbor for which the wizard installed cert-manager as well."""
    cert_manager.uninstall()
    with site(control_plane, charts, tmp_path_factory.mktemp("acme")) as wizard:
        ended = prepared(wizard, server).install()
        yield wizard, ended.require(0)


def test_the_certificate_comes_from_the_server_after_a_trial_at_the_staging_one(
    issued: tuple[Wizard, Ended], server: Bao
) -> None:
    wizard, _ = issued
    chain = x509.load_pem_x509_certificates(entries(wizard)["tls.crt"])
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["harbor.test"]
    assert chain[0].issuer.rfc4514_string() == "CN=Root of pki"
    assert len(server.call("LIST", "staging/certs")["data"]["keys"]) == 2, "root and trial"
    wizard.nothing_to_do()


def test_cert_manager_was_installed_before_and_is_marked(issued: tuple[Wizard, Ended]) -> None:
    wizard, ended = issued
    done = [e["step"] for e in ended.events if e["event"] == "step.finished"]
    assert done.index("pki.cert-manager") < done.index("pki.issuer")
    path = "/apis/apps/v1/namespaces/cert-manager/deployments"
    for one in wizard.admin.items(path):
        assert one["metadata"]["labels"]["harbor-wizard/component"] == "cert-manager"
    leases = wizard.admin.items(f"/apis/{LEASES}/namespaces/cert-manager/leases")
    assert not [one for one in leases if one["metadata"]["name"].startswith("harbor-wizard")]


def test_another_preset_finds_it_there_and_changes_nothing_at_it(
    issued: tuple[Wizard, Ended], wizard: Wizard, server: Bao
) -> None:
    plan = prepared(wizard, server).plan()
    by_step = {step["id"]: step["changes"] for step in plan["steps"]}
    assert by_step["pki.cert-manager"] == by_step["pki.cert-manager.namespace"] == []
    assert by_step["pki.trial"]


def test_no_secret_of_the_solver_is_shown(issued: tuple[Wizard, Ended]) -> None:
    for file in issued[0].state.rglob("*"):
        if file.is_file():
            assert b"Canary-Acme-Dns" not in file.read_bytes(), file


def test_a_proof_that_cannot_be_given_is_told_with_its_reason(
    wizard: Wizard, server: Bao, cert_manager: CertManager
) -> None:
    prepared(wizard, server)
    cert_manager.names.refusing = True
    try:
        with wizard.begin() as running:
            told = running.until(
                lambda event: (
                    event["event"] == "step.waiting"
                    and "Challenge" in event["text"]
                    and "is pending" not in event["text"]
                )
            )
            assert told["step"] == "pki.trial"
            assert '"forbidden"' in told["text"], told
    finally:
        cert_manager.names.refusing = False


def solver(secret: str, zone: str) -> Object:
    """A proof by acme-dns for names in the zone."""
    account = {"name": secret, "key": "accounts.json"}
    return {
        "selector": {"dnsZones": [zone]},
        "dns01": {"acmeDNS": {"host": f"http://{UPDATES}", "accountSecretRef": account}},
    }


async def test_what_is_told_of_an_order_that_nobody_proves_and_of_a_proof_without_an_account(
    cert_manager: CertManager, server: Bao, wizard: Wizard, wizard_identity: Identity
) -> None:
    wizard.make_namespace()
    accounts = {"metadata": {"name": "none"}, "stringData": {"accounts.json": "{}"}}
    wizard.admin.create(wizard.path("", "secrets"), accounts)
    for issuer, zone in (("elsewhere", "other.test"), ("stranger", "proof.test")):
        acme = {
            "server": f"http://{ACME}:8200/v1/staging/acme/directory",
            "privateKeySecretRef": {"name": f"{issuer}-account"},
            "solvers": [solver("none", zone)],
        }
        make_issuer(wizard, issuer, {"acme": acme})
        wanted = {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": {"name": issuer},
            "spec": {
                "secretName": issuer,
                "dnsNames": [f"{issuer}.proof.test"],
                "issuerRef": {"name": issuer},
            },
        }
        wizard.admin.create(wizard.path("cert-manager.io/v1", "certificates"), wanted)
    await found(wizard_identity, wizard.namespace, {"HW-223", "HW-224"})
