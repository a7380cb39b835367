"""Certificates as providers and others make them, good and bad, by `cryptography` alone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

HOST = "harbor.example.com"
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PASSPHRASE = "correct horse"

Names = Sequence[x509.GeneralName]


def dns(*names: str) -> list[x509.GeneralName]:
    """Names of hosts."""
    return [x509.DNSName(name) for name in names]


def ec_key() -> ec.EllipticCurvePrivateKey:
    """A key of the usual kind."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Signed:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Any

    @cached_property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(PEM)

    @cached_property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(DER)

    @cached_property
    def pem_key(self) -> bytes:
        """The key as PEM (PKCS#8)."""
        return key_as(self.key)


def key_as(
    key: PrivateKeyTypes,
    encoding: serialization.Encoding = PEM,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
    passphrase: str = "",
) -> bytes:
    """A private key in another form."""
    return key.private_bytes(encoding, form, _protection(passphrase))


def _protection(passphrase: str) -> serialization.KeySerializationEncryption:
    if passphrase:
        return serialization.BestAvailableEncryption(passphrase.encode())
    return serialization.NoEncryption()


def sign(
    subject: str,
    issuer: Signed | None = None,
    *,
    key: Any = None,
    names: Names = (),
    ca: bool = False,
    begins: int = -30,
    ends: int = 300,
    now: dt.datetime = NOW,
    **options: Any,
) -> Signed:
    """A certificate, signed by an issuer or by itself; days count from `now`.

    Options: `eku`, `critical_names`, `critical_ca`, `usage` (of a CA), `aki`, `digest`, `serial`,
    `path_length`, `aia`, `allowed` (names that a CA may sign for), `more` (extensions, critical).
    """
    key = key or ec_key()
    signer = issuer.key if issuer else key
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)] if subject else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(issuer.certificate.subject if issuer else called)
        .public_key(key.public_key())
        .serial_number(options.get("serial", x509.random_serial_number()))
        .not_valid_before(now + dt.timedelta(days=begins))
        .not_valid_after(now + dt.timedelta(days=ends))
    )
    for value, critical in _extensions(key, signer, names, ca, options):
        builder = builder.add_extension(value, critical)
    plain = isinstance(signer, ed25519.Ed25519PrivateKey)
    digest = None if plain else options.get("digest", hashes.SHA256())
    return Signed(builder.sign(signer, digest), key)


def _extensions(
    key: Any, signer: Any, names: Names, ca: bool, options: dict[str, Any]
) -> list[tuple[Any, bool]]:
    length = options.get("path_length") if ca else None
    found: list[tuple[Any, bool]] = [
        (x509.BasicConstraints(ca, length), options.get("critical_ca", True)),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]
    if options.get("aki", True):
        public = signer.public_key()
        found.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False))
    if ca and options.get("usage", True):
        off = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        )
        rest = dict.fromkeys(("encipher_only", "decipher_only"), False)
        usage = x509.KeyUsage(True, key_cert_sign=True, crl_sign=True, **off, **rest)
        found.append((usage, True))
    if names:
        critical = options.get("critical_names", False)
        found.append((x509.SubjectAlternativeName(names), critical))
    eku = options.get("eku", None if ca else [ExtendedKeyUsageOID.SERVER_AUTH])
    if eku:
        found.append((x509.ExtendedKeyUsage(eku), False))
    if allowed := options.get("allowed"):
        found.append((x509.NameConstraints(dns(*allowed), None), True))
    if aia := options.get("aia"):
        place = x509.UniformResourceIdentifier(aia)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        found.append((x509.AuthorityInformationAccess([access]), False))
    found += [(one, True) for one in options.get("more", ())]
    return found


def p7b(*certificates: Signed, encoding: serialization.Encoding = PEM) -> bytes:
    """A PKCS#7 file."""
    return pkcs7.serialize_certificates([one.certificate for one in certificates], encoding)


def p12(
    own: Signed | None, *others: Signed, passphrase: str = PASSPHRASE, key: bool = True
) -> bytes:
    """A PKCS#12 file."""
    return pkcs12.serialize_key_and_certificates(
        b"harbor",
        own.key if own and key else None,
        own.certificate if own else None,
        [one.certificate for one in others],
        _protection(passphrase),
    )


def version_1(issuer: Signed, like: Signed) -> Signed:
    """A certificate as they were before 1996: without version and extensions, signed anew."""
    tbs = _parts(_inside(like.certificate.tbs_certificate_bytes))
    return _signed_anew(issuer, like, [one for one in tbs if one[0] not in {0xA0, 0xA3}])


def signed_with_sha1(issuer: Signed, like: Signed) -> Signed:
    """A certificate that is signed as `cryptography` itself does not sign any more."""
    old = bytes.fromhex("300906072a8648ce3d0401")
    new = _parts(_inside(like.der))[1]
    tbs = _parts(_inside(like.certificate.tbs_certificate_bytes))
    body = [old if one == new else one for one in tbs]
    return _signed_anew(issuer, like, body, old, hashes.SHA1())


def _signed_anew(
    issuer: Signed,
    like: Signed,
    parts: Sequence[bytes],
    algorithm: bytes = b"",
    digest: hashes.HashAlgorithm | None = None,
) -> Signed:
    body = _der(0x30, b"".join(parts))
    signature = issuer.key.sign(body, ec.ECDSA(digest or hashes.SHA256()))
    algorithm = algorithm or _parts(_inside(like.der))[1]
    whole = _der(0x30, body + algorithm + _der(0x03, b"\0" + signature))
    return Signed(x509.load_der_x509_certificate(whole), like.key)


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content


def _head(data: bytes) -> tuple[int, int]:
    """Where the content of the first element begins and ends."""
    if data[1] < 0x80:
        return 2, 2 + data[1]
    begin = 2 + (data[1] & 0x7F)
    return begin, begin + int.from_bytes(data[2:begin])


def _inside(data: bytes) -> bytes:
    begin, end = _head(data)
    return data[begin:end]


def _parts(data: bytes) -> list[bytes]:
    found = []
    while data:
        _, end = _head(data)
        found.append(data[:end])
        data = data[end:]
    return found


ROOT = sign("Example Root CA", ca=True, ends=3000)
MIDDLE = sign("Example Issuing CA", ROOT, ca=True, ends=2000, path_length=1)
LEAF = sign(HOST, MIDDLE, names=dns(HOST))
OTHER_ROOT = sign("Other Root CA", ca=True, ends=3000)
OTHER = sign("other", MIDDLE, names=dns("other.example.com"))


def leaf(issuer: Signed = MIDDLE, **options: Any) -> Signed:
    """A server's certificate that differs from LEAF in some way."""
    return sign(options.pop("subject", HOST), issuer, **{"names": dns(HOST), **options})


def weak_keys() -> dict[str, Any]:
    """Keys that clients refuse, or many of them."""
    return {
        "rsa-1024": rsa.generate_private_key(65537, 1024),
        "p-192": ec.generate_private_key(ec.SECP192R1()),
        "dsa": dsa.generate_private_key(2048),
        "p-521": ec.generate_private_key(ec.SECP521R1()),
        "k-256": ec.generate_private_key(ec.SECP256K1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "rsa-2048": rsa.generate_private_key(65537, 2048),
    }
