"""An authority's signature under a request, as an issuer of cert-manager gives it."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from wizard.certificates import KeyPair

_DAYS = 90


def sign(request: bytes, authority: KeyPair) -> bytes:
    """The certificate (PEM) for a request (PEM), with all that the request asks for.

    It is valid by this machine's clock, as whoever judges it looks at that one.
    """
    now = datetime.now(UTC)
    asked = x509.load_pem_x509_csr(request)
    parent = x509.load_pem_x509_certificate(authority.certificate)
    key = load_pem_private_key(authority.key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    builder = (
        x509.CertificateBuilder()
        .issuer_name(parent.subject)
        .subject_name(asked.subject)
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=_DAYS))
    )
    for one in asked.extensions:
        builder = builder.add_extension(one.value, one.critical)
    own = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(asked.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
    )
    for value, critical in own:
        builder = builder.add_extension(value, critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
