"""Certificates and requests that are made here, read back."""

import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store

from backends.certificates import X509
from wizard.certificates import CertificateRequest, GivenCertificate, KeyPair
from wizard.errors import UsageError

HOST = "harbor.example.com"
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
YEAR = 365


def backend(at: dt.datetime = NOW) -> X509:
    return X509(clock=lambda: at)


def authority(days: int = YEAR, key_type: str = "ec-384") -> KeyPair:
    request = CertificateRequest("Test CA", (), days, key_type, is_authority=True)
    return backend().issue(request, None)


def leaf(signer: KeyPair | None, *names: str, days: int = 90) -> KeyPair:
    return backend().issue(CertificateRequest(HOST, names or (HOST,), days), signer)


def codes(pair: KeyPair, host: str = HOST) -> list[str]:
    given = GivenCertificate(pair.certificate, pair.key)
    return [problem.code for problem in backend().judge(given, host).problems]


def test_a_leaf_signed_here_passes_a_strict_verifier() -> None:
    signer = authority()
    pair = leaf(signer, HOST, "10.0.0.5")
    root = x509.load_pem_x509_certificate(signer.certificate)
    for subject in (x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("10.0.0.5"))):
        verifier = PolicyBuilder().store(Store([root])).time(NOW).build_server_verifier(subject)
        verifier.verify(x509.load_pem_x509_certificate(pair.certificate), [])


def test_what_was_asked_for_is_what_is_read_back() -> None:
    signer = authority()
    pair = leaf(signer, HOST, "*.apps.example.com", "fd00::1")
    (read,) = backend().read(pair.certificate)
    assert read.names == (HOST, "*.apps.example.com", "fd00::1")
    assert (read.subject, read.issuer) == (f"CN={HOST}", "CN=Test CA")
    assert (read.key, read.is_authority, read.self_signed) == ("EC P-256", False, False)
    assert read.not_before == NOW - dt.timedelta(minutes=5)
    assert read.not_after == NOW + dt.timedelta(days=90)
    (root,) = backend().read(signer.certificate)
    assert (root.key, root.is_authority, root.self_signed) == ("EC P-384", True, True)
    assert root.serial != read.serial


@pytest.mark.parametrize("kind", ["ec-256", "ec-384", "rsa-2048", "rsa-3072"])
def test_key_and_certificate_fit_and_a_server_can_load_them(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pair = backend().issue(CertificateRequest("one", ("one.test",), 30, kind), None)
    path = tmp_path_factory.mktemp("pair") / "pair.pem"
    path.write_bytes(pair.key + pair.certificate)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)


def test_nothing_outlives_its_authority() -> None:
    signer = authority(days=30)
    (read,) = backend().read(leaf(signer, days=90).certificate)
    assert read.not_after == NOW + dt.timedelta(days=30)


def test_an_authority_that_cannot_sign_is_told() -> None:
    signer = authority(days=30)
    request = CertificateRequest("one", ("one.test",))
    with pytest.raises(UsageError, match="cannot sign") as refused:
        backend(NOW + dt.timedelta(days=31)).issue(request, signer)
    assert "expired on 2026-12-23" in refused.value.why
    with pytest.raises(UsageError, match="cannot sign") as refused:
        backend().issue(request, KeyPair(signer.certificate, authority().key))
    assert "does not belong" in refused.value.why


def test_a_name_longer_than_a_common_name_may_be_is_still_covered() -> None:
    host = "a" * 60 + ".harbor.example.com"
    pair = backend().issue(CertificateRequest(host, (host,)), None)
    assert codes(pair, host) == ["self-signed"]


def test_a_key_is_not_shown() -> None:
    pair = leaf(None)
    assert "PRIVATE" not in repr(pair)


@pytest.mark.parametrize("kind", ["ec-256", "ec-384", "rsa-2048"])
def test_a_request_names_the_hosts_and_its_key_is_its_own(kind: str) -> None:
    names = (HOST, "*.apps.example.com", "10.0.0.5")
    made = backend().request(CertificateRequest(HOST, names, key_type=kind))
    request = x509.load_pem_x509_csr(made.request)
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == f"CN={HOST}"
    covered = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert covered.get_values_for_type(x509.DNSName) == [HOST, "*.apps.example.com"]
    assert covered.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("10.0.0.5")]
    key = load_pem_private_key(made.key, None)
    assert key.public_key() == request.public_key()
    assert "PRIVATE" not in repr(made)
