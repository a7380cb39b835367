"""Rules about issuers and certificates: real controllers, and a real OpenBao that gets sealed."""

import base64
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bao import opened_bao
from tests.cluster.cert_manager import CertManager
from tests.cluster.conftest import GIVES_UP_CONNECTIONS
from tests.cluster.identities import Identity
from tests.cluster.kube import Object
from tests.cluster.test_issuer import make_issuer
from tests.cluster.test_rules_alone import found
from tests.cluster.wizard import Wizard

pytestmark = GIVES_UP_CONNECTIONS
SERVER = "vault.rules.svc"


def vault(**auth: Object) -> Object:
    """An issuer's part that signs by the server."""
    return {"vault": {"server": f"http://{SERVER}:8200", "path": "pki/sign/harbor", "auth": auth}}


def certificate(name: str) -> Object:
    """One in the same Secret as all others."""
    spec = {"secretName": "shared", "dnsNames": ["harbor.test"], "issuerRef": {"name": "own"}}
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": name},
        "spec": spec,
    }


def request(issuer: str) -> Object:
    """A request for a certificate, as it comes from a Certificate of that issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName("harbor.test")])
    asked = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = asked.add_extension(names, critical=True).sign(key, hashes.SHA256())
    pem = base64.b64encode(signed.public_bytes(serialization.Encoding.PEM)).decode()
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "CertificateRequest",
        "metadata": {"name": f"of-{issuer}"},
        "spec": {"request": pem, "issuerRef": {"name": issuer}},
    }


async def test_what_is_told_of_a_request_that_its_issuer_cannot_serve(
    cert_manager: CertManager, wizard: Wizard, wizard_identity: Identity
) -> None:
    wizard.make_namespace()
    requests = wizard.path("cert-manager.io/v1", "certificaterequests")
    wizard.admin.create(requests, request("gone"))
    assert await found(wizard_identity, wizard.namespace, {"HW-221"}) == {"HW-221"}


async def test_what_is_told_of_issuers_and_certificates(
    cert_manager: CertManager, wizard: Wizard, wizard_identity: Identity, tmp_path: Path
) -> None:
    admin, home = wizard.admin, wizard.namespace
    wizard.make_namespace()
    bao = opened_bao(tmp_path / "bao")
    cert_manager.services[SERVER] = bao.port
    try:
        data = {"token": base64.b64encode(bao.root_token.encode()).decode()}
        admin.create(wizard.path("", "secrets"), {"metadata": {"name": "token"}, "data": data})
        secret = {"name": "token", "key": "token"}
        login = {"path": "approle", "roleId": "nobody", "secretRef": secret}
        make_issuer(wizard, "lost", {"ca": {"secretName": "missing"}})
        make_issuer(wizard, "stranger", vault(appRole=login))
        make_issuer(wizard, "own", {"selfSigned": {}})
        for name in ("first", "second"):
            admin.create(wizard.path("cert-manager.io/v1", "certificates"), certificate(name))
        told = await found(wizard_identity, home, {"HW-032", "HW-035", "HW-222"})
        assert "HW-034" not in told

        bao.call("PUT", "sys/seal")
        make_issuer(wizard, "sealed", vault(tokenSecretRef=secret))
        await found(wizard_identity, home, {"HW-034"})
    finally:
        del cert_manager.services[SERVER]
        bao.stop()
