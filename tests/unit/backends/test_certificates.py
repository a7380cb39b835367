"""Certificates: made here, read back, and judged for a host."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from backends.certificates import X509
from wizard.errors import UsageError
from wizard.ports import CertificateRequest, KeyPair

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


def codes(pem: bytes, key: bytes, host: str = HOST, at: dt.datetime = NOW) -> list[str]:
    return [problem.code for problem in backend(at).problems(pem, key, host)]


class Chain:
    """A root, an intermediate and a leaf, made by `cryptography` alone."""

    def __init__(self, **leaf_options: object) -> None:
        self.root_key, self.middle_key, self.key = (
            ec.generate_private_key(ec.SECP256R1()) for _ in range(3)
        )
        self.root = certificate("Root", self.root_key, "Root", self.root_key, ca=True)
        self.middle = certificate("Middle", self.middle_key, "Root", self.root_key, ca=True)
        self.leaf = certificate("Leaf", self.key, "Middle", self.middle_key, **leaf_options)
        self.pem_key = private(self.key)


def called(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: object,
    **options: object,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(called(subject))
        .issuer_name(called(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=30))
        .not_valid_after(NOW + dt.timedelta(days=60))
        .add_extension(x509.BasicConstraints(bool(options.get("ca")), None), critical=True)
    )
    if not options.get("ca"):
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), False)
    if usage := options.get("usage"):
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)  # type: ignore[list-item] # an object identifier
    signed = builder.sign(issuer_key, hashes.SHA256())  # type: ignore[arg-type] # any kind of key
    return signed.public_bytes(serialization.Encoding.PEM)


def private(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    protection = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )


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
    assert codes(pair.certificate, pair.key, host) == ["self-signed"]


def test_a_key_is_not_shown() -> None:
    pair = leaf(None)
    assert "PRIVATE" not in repr(pair)


def test_a_good_chain_has_no_problem() -> None:
    chain = Chain(usage=ExtendedKeyUsageOID.SERVER_AUTH)
    assert codes(chain.leaf + chain.middle, chain.pem_key) == []
    assert codes(chain.leaf + chain.middle + chain.root, chain.pem_key) == []


CHAIN = Chain()
PROBLEMS: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "leaf alone": (lambda: CHAIN.leaf, ["chain-incomplete"]),
    "leaf not first": (
        lambda: CHAIN.middle + CHAIN.leaf,
        ["leaf-not-first", "host-not-covered", "chain-broken", "authority-as-server"],
    ),
    "issuer missing": (lambda: CHAIN.leaf + CHAIN.root, ["chain-broken"]),
    "issuers swapped": (lambda: CHAIN.leaf + CHAIN.root + CHAIN.middle, ["chain-order"]),
    "foreign issuer of that name": (lambda: CHAIN.leaf + Chain().middle, ["chain-broken"]),
    "empty": (lambda: b"", ["unreadable"]),
    "cut off": (lambda: CHAIN.leaf[:-40], ["unreadable"]),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_of_chains(name: str) -> None:
    pem, expected = PROBLEMS[name]
    assert codes(pem(), CHAIN.pem_key) == expected


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (lambda: private(ec.generate_private_key(ec.SECP256R1())), "key-mismatch"),
        (lambda: private(rsa.generate_private_key(65537, 2048)), "key-mismatch"),
        (lambda: private(CHAIN.key, b"secret"), "key-encrypted"),
        (lambda: CHAIN.leaf, "key-unreadable"),
        (lambda: b"", "key-unreadable"),
        (lambda: b"not a key", "key-unreadable"),
    ],
)
def test_problems_of_keys(key: Callable[[], bytes], code: str) -> None:
    assert codes(CHAIN.leaf + CHAIN.middle, key()) == [code]


@pytest.mark.parametrize(
    ("names", "host", "covered"),
    [
        (("harbor.example.com",), "HARBOR.example.com", True),
        (("*.example.com",), "harbor.example.com", True),
        (("*.example.com",), "example.com", False),
        (("*.example.com",), "a.harbor.example.com", False),
        (("other.example.com",), "harbor.example.com", False),
        (("10.0.0.5",), "10.0.0.5", True),
        (("10.0.0.5",), "10.0.0.6", False),
        (("fd00::1",), "[fd00:0::1]", True),
    ],
)
def test_which_hosts_are_covered(names: tuple[str, ...], host: str, covered: bool) -> None:
    signer = authority()
    pair = leaf(signer, *names)
    found = codes(pair.certificate + signer.certificate, pair.key, host)
    assert found == ([] if covered else ["host-not-covered"])


@pytest.mark.parametrize(
    ("days", "code"),
    [(-31, "not-yet-valid"), (47, "expires-soon"), (61, "expired")],
)
def test_dates(days: int, code: str) -> None:
    at = NOW + dt.timedelta(days=days)
    found = backend(at).problems(CHAIN.leaf + CHAIN.middle, CHAIN.pem_key, HOST)
    assert {problem.code for problem in found} == {code}
    assert "CN=Leaf" in found[0].message


def test_a_certificate_for_clients_is_of_no_use() -> None:
    chain = Chain(usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert codes(chain.leaf + chain.middle, chain.pem_key) == ["wrong-purpose"]


def test_a_self_signed_leaf_is_a_warning() -> None:
    pair = leaf(None)
    (problem,) = backend().problems(pair.certificate, pair.key, HOST)
    assert (problem.level, problem.code) == ("warn", "self-signed")


def test_a_weak_key_is_refused() -> None:
    key = rsa.generate_private_key(65537, 1024)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=60))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=True)
    )
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    assert codes(pem, private(key)) == ["weak-key", "self-signed"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b" \n", "it is empty"),
        (private(CHAIN.key), "a private key but no certificate"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\n", "a signing request"),
        (b"-----BEGIN PKCS7-----\nAA==\n-----END PKCS7-----\n", "PKCS#7"),
        (
            x509.load_pem_x509_certificate(CHAIN.leaf).public_bytes(serialization.Encoding.DER),
            "DER",
        ),
        (CHAIN.leaf.decode().encode("utf-16"), "it is not PEM"),
        (CHAIN.leaf[:-40], "damaged or cut off"),
    ],
)
def test_what_cannot_be_read_is_explained(content: bytes, says: str) -> None:
    with pytest.raises(UsageError, match="No certificate can be read") as refused:
        backend().read(content)
    assert says in refused.value.why
    assert refused.value.fix


def test_the_order_of_the_file_is_kept() -> None:
    subjects = [read.subject for read in backend().read(CHAIN.middle + CHAIN.leaf + CHAIN.root)]
    assert subjects == ["CN=Middle", "CN=Leaf", "CN=Root"]
