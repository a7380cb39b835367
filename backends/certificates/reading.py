"""What certificates say of themselves."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from wizard.certificates import CertificateFacts
from wizard.text import plain

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


@contextmanager
def without_warnings() -> Iterator[None]:
    """Certificates with serial number 0 are in use, even in the usual trust stores."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def as_pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """The certificates as PEM, one after the other, with nothing between them."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def facts(certificate: x509.Certificate) -> CertificateFacts:
    """What a certificate says of itself."""
    with without_warnings():
        serial = format(certificate.serial_number, "x")
    return CertificateFacts(
        subject=plain(certificate.subject.rfc4514_string()),
        issuer=plain(certificate.issuer.rfc4514_string()),
        names=names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_authority=is_authority(certificate),
        self_signed=issued_by(certificate, certificate),
        key=key_description(certificate),
        serial=serial,
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
        if certificate.issuer != issuer.subject:
            return False
        if isinstance(certificate.signature_hash_algorithm, hashes.SHA1):
            _verify_old(certificate, issuer)
        else:
            certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _verify_old(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Verify a signature with SHA-1, which `cryptography` 50 does not do for certificates.

    Many roots that are in use are signed so by themselves, which matters to nobody.
    """
    key, parameters = issuer.public_key(), certificate.signature_algorithm_parameters
    signed = certificate.signature, certificate.tbs_certificate_bytes
    if isinstance(key, rsa.RSAPublicKey) and isinstance(parameters, padding.PKCS1v15):
        key.verify(*signed, parameters, hashes.SHA1())  # noqa: S303 - it is judged elsewhere
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(*signed, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - it is judged elsewhere
    else:
        raise InvalidSignature


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
