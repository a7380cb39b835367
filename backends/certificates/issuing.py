"""New keys, certificates and requests: authorities of our own and what they sign (RFC 5280)."""

import ipaddress
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wizard.certificates import CertificateRequest, KeyPair, SigningRequest
from wizard.errors import UsageError

from .forms import certificates_of, with_key

BACKDATED = timedelta(minutes=5)
"""Clocks of clients may be behind."""
COMMON_NAME_LENGTH = 64
"""The upper bound of X.520; longer host names are told by the alternative names alone."""

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def issue(request: CertificateRequest, authority: KeyPair | None, now: datetime) -> KeyPair:
    """See wizard.ports.Certificates. Raises UsageError for an authority that cannot sign."""
    key = _new_key(request.key_type)
    subject = _subject(request)
    until = now + timedelta(days=request.days)
    issuer, signing_key = subject, key
    if authority is not None:
        parent, signing_key = _load(authority, now)
        issuer, until = parent.subject, min(until, parent.not_valid_after_utc)
    builder = (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(until)
    )
    for value, critical in _extensions(request, key, signing_key):
        builder = builder.add_extension(value, critical)
    certificate = builder.sign(signing_key, _digest(signing_key))
    return KeyPair(
        certificate.public_bytes(Encoding.PEM),
        # The form that Helm's own genSignedCert gives to the chart.
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    )


def request(wanted: CertificateRequest) -> SigningRequest:
    """See wizard.certificates.Certificates."""
    key = _new_key(wanted.key_type)
    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(wanted))
    covered = x509.SubjectAlternativeName([*map(_name, wanted.names)])
    signed = builder.add_extension(covered, critical=False).sign(key, _digest(key))
    return SigningRequest(
        signed.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _new_key(kind: str) -> Key:
    family, _, size = kind.partition("-")
    if family == "rsa":
        return rsa.generate_private_key(65537, int(size))
    return ec.generate_private_key(ec.SECP384R1() if size == "384" else ec.SECP256R1())


def _subject(request: CertificateRequest) -> x509.Name:
    common_name = request.common_name[:COMMON_NAME_LENGTH]
    if not common_name:
        return x509.Name([])
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _load(authority: KeyPair, now: datetime) -> tuple[x509.Certificate, Key]:
    certificate = certificates_of(authority.certificate)[0]
    key = with_key(authority.key, "").keys[0]
    if key.public_key() != certificate.public_key() or not isinstance(
        key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    ):
        why = "its key does not belong to its certificate"
    elif certificate.not_valid_after_utc <= now:
        why = f"it expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
    else:
        return certificate, key
    raise UsageError(
        "The certificate authority cannot sign",
        why=why,
        fix="renew it, or remove the Secret that holds it: then a new one is made",
        where=certificate.subject.rfc4514_string(),
    )


def _extensions(
    request: CertificateRequest, key: Key, signing_key: Key
) -> list[tuple[x509.ExtensionType, bool]]:
    """Each with whether it is critical."""
    authority = request.is_authority
    path_length = 0 if authority else None
    values: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=authority, path_length=path_length), True),
        (_key_usage(authority, encipherment=isinstance(key, rsa.RSAPrivateKey)), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), False),
    ]
    if not authority:
        values.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))
    if request.names:
        values.append((x509.SubjectAlternativeName([*map(_name, request.names)]), False))
    return values


def _key_usage(authority: bool, encipherment: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=encipherment and not authority,  # for TLS 1.2 with RSA key exchange
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _digest(key: Key) -> hashes.SHA256 | hashes.SHA384:
    strong = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size > 256
    return hashes.SHA384() if strong else hashes.SHA256()
