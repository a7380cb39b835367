"""Clients accept what is served of a certificate, with its root and not without."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backends.certificates import X509
from tests.tls import CLIENTS, TlsServer
from tests.unit.certificates.factory import HOST, PASSPHRASE, dns, key_as, p7b, p12, sign
from wizard.certificates import GivenCertificate

NOW = datetime.now(UTC)
ROOT = sign("Example Root CA", ca=True, ends=3000, now=NOW)
MIDDLE = sign("Example Issuing CA", ROOT, ca=True, ends=2000, now=NOW)
LEAF = sign(HOST, MIDDLE, names=dns(HOST), now=NOW)
STRANGER = sign("Other Root CA", ca=True, ends=3000, now=NOW)
SHUT = key_as(LEAF.key, passphrase=PASSPHRASE)

FORMS = {
    "swapped, with root and CR alone": GivenCertificate(
        (ROOT.pem + MIDDLE.pem + LEAF.pem).replace(b"\n", b"\r"), SHUT, passphrase=PASSPHRASE
    ),
    "PKCS#7": GivenCertificate(p7b(MIDDLE, ROOT, LEAF), LEAF.pem_key),
    "PKCS#12": GivenCertificate(p12(LEAF, ROOT, MIDDLE), passphrase=PASSPHRASE),
    "DER": GivenCertificate(LEAF.der, LEAF.pem_key, chain=(MIDDLE.der,)),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("form", FORMS)
def test_clients_accept_what_is_made_of_it(form: str, client: str, tmp_path: Path) -> None:
    judgement = X509().judge(FORMS[form], HOST)
    for name, root in {"root.pem": ROOT, "stranger.pem": STRANGER}.items():
        (tmp_path / name).write_bytes(root.pem)
    accepts = CLIENTS[client]
    with TlsServer(judgement.served, judgement.key, tmp_path) as server:
        assert accepts(server, HOST, tmp_path / "root.pem")
        assert not accepts(server, HOST, tmp_path / "stranger.pem")
        assert not accepts(server, "other.example.com", tmp_path / "root.pem")
