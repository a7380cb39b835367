"""From PEM texts to certificates and keys, and what they say of themselves."""

import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.utils import CryptographyDeprecationWarning

from wizard.errors import UsageError
from wizard.ports import CertificateFacts
from wizard.text import plain

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_FIX = "Give PEM: text that begins with -----BEGIN CERTIFICATE-----."
_FOREIGN_FORMS = (
    (b"-----BEGIN CERTIFICATE REQUEST", "it is a signing request, not yet a certificate", _FIX),
    (
        b"-----BEGIN PKCS7",
        "it is a PKCS#7 bundle",
        "Convert it: openssl pkcs7 -print_certs -in FILE -out harbor.pem",
    ),
)


def load(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM text, in its order; at least one. Raises UsageError."""
    try:
        with _without_warnings():
            return x509.load_pem_x509_certificates(pem)
    except ValueError:
        why, fix = _why_unreadable(pem)
        raise UsageError("No certificate can be read", why=why, fix=fix) from None


def trusted_roots() -> list[x509.Certificate]:
    """The authorities that this machine trusts."""
    roots = ssl.create_default_context().get_ca_certs(binary_form=True)
    with _without_warnings():
        return [x509.load_der_x509_certificate(root) for root in roots]


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Certificates with serial number 0 are in use, even in the usual trust stores."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def load_key(pem: bytes) -> PrivateKeyTypes:
    """The private key of a PEM text. Raises UsageError; its `why` never quotes the text."""
    try:
        return load_pem_private_key(pem, None)
    except TypeError:
        why, fix = (
            "it is protected by a passphrase",
            "Decrypt it: openssl pkey -in FILE -out harbor.key",
        )
    except ValueError:
        kind = "a certificate" if b"-----BEGIN CERTIFICATE" in pem else "not a key in PEM"
        why, fix = (
            f"it is {kind if pem.strip() else 'empty'}",
            "Give PEM: text that begins with -----BEGIN PRIVATE KEY-----.",
        )
    raise UsageError("The private key cannot be read", why=why, fix=fix)


def facts(certificate: x509.Certificate) -> CertificateFacts:
    """What a certificate says of itself."""
    return CertificateFacts(
        subject=plain(certificate.subject.rfc4514_string()),
        issuer=plain(certificate.issuer.rfc4514_string()),
        names=names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_authority=is_authority(certificate),
        self_signed=issued_by(certificate, certificate),
        key=key_description(certificate),
        serial=format(certificate.serial_number, "x"),
    )


def names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names and IP addresses it is valid for. The common name does not count (RFC 9525)."""
    found = extension(certificate, x509.SubjectAlternativeName)
    if found is None:
        return ()
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return *(plain(name) for name in found.get_values_for_type(x509.DNSName)), *addresses


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may sign others."""
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """One extension's value, or None."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):  # ValueError: extensions that are no good
        return None


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and signature are on it; a matching name alone is not enough."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def key_description(certificate: x509.Certificate) -> str:
    """Kind and size of its key, such as "EC P-256" or "RSA 2048"."""
    match certificate.public_key():
        case rsa.RSAPublicKey() as key:
            return f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey() as key:
            return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
        case dsa.DSAPublicKey() as key:
            return f"DSA {key.key_size}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
    return "of an unknown kind"


def _why_unreadable(pem: bytes) -> tuple[str, str]:
    if not pem.strip():
        return "it is empty", _FIX
    if b"PRIVATE KEY-----" in pem:
        return "it holds a private key but no certificate", "Give the certificate's file here."
    for mark, why, fix in _FOREIGN_FORMS:
        if mark in pem:
            return why, fix
    if b"-----BEGIN" in pem:
        return "a certificate in it is damaged or cut off", "Copy the file again, whole."
    if pem[:1] == b"0":  # an ASN.1 SEQUENCE
        return (
            "it is binary (DER or PKCS#12)",
            "Convert it: openssl x509 -inform der -in FILE -out harbor.pem, or "
            "openssl pkcs12 -in FILE -nokeys -out harbor.pem",
        )
    return "it is not PEM", _FIX
