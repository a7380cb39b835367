"""What each certificate says against itself: its names, dates, keys, signatures and purposes."""

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from wizard.certificates import CertificateProblem

from .reading import extension, is_authority, issued_by, key_description, names
from .wording import bad, called, warn

SOON = timedelta(days=30)
"""How long before its end a certificate should be replaced: buying one takes its time."""
_APPLE_DAYS, _PUBLIC_DAYS = 825, 398
"""The longest that Apple's systems accept: of any authority, of those that they know themselves
(https://support.apple.com/103769 and 102028).
"""
_USUAL_CURVES = ("secp256r1", "secp384r1")
_FOR_SERVERS = {
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}

Problems = Iterator[CertificateProblem]


def of_host(leaf: x509.Certificate, host: str) -> Problems:
    """Whether it is for this host; no host is asked about where it is empty."""
    if not host or covers(leaf, host):
        return
    listed = ", ".join(names(leaf)) or "no name at all (a common name does not count)"
    yield bad(
        "host-not-covered",
        f"The certificate is not valid for {host}: it names {listed}.",
        f"Get a certificate whose subject alternative names hold {host}, or change harbor.url.",
    )


def covers(leaf: x509.Certificate, host: str) -> bool:
    """RFC 9525: an address needs an address, and a wildcard stands for exactly the first label."""
    covered = extension(leaf, x509.SubjectAlternativeName)
    if covered is None:
        return False
    try:
        return ipaddress.ip_address(host) in covered.get_values_for_type(x509.IPAddress)
    except ValueError:
        wildcard = f"*.{host.partition('.')[2]}"
        accepted = {host, wildcard} if "." in wildcard[2:] else {host}
        return any(name.lower() in accepted for name in covered.get_values_for_type(x509.DNSName))


def of_dates(certificates: Sequence[x509.Certificate], now: datetime) -> Problems:
    """Whether all of a chain, the leaf first and its root last, are valid now and for a while."""
    for certificate in certificates:
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        name = called(certificate)
        if end < now:
            yield bad(
                "expired",
                f"The certificate {name} expired on {end:%Y-%m-%d}.",
                "Get a new certificate from its issuer.",
            )
        elif start > now:
            yield bad(
                "not-yet-valid",
                f"The certificate {name} is valid only from {start:%Y-%m-%d %H:%M} UTC on.",
                "Check this machine's clock, or wait.",
            )
        elif end - now < SOON:
            yield warn(
                "expires-soon",
                f"The certificate {name} expires on {end:%Y-%m-%d}, "
                f"{_days((end - now).days)} from now.",
                "Renew it, and give the new one.",
            )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def of_length(leaf: x509.Certificate, *, public: bool) -> Problems:
    """Whether it is valid for longer than some clients accept."""
    days = (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days
    limit = _PUBLIC_DAYS if public else _APPLE_DAYS
    if days > limit and not issued_by(leaf, leaf):
        yield warn(
            "long-lived",
            f"The certificate is valid for {days} days; Apple's systems accept {limit} at most.",
            "Get one for a shorter time, if Macs are among the clients.",
        )


def of_strength(certificates: Sequence[x509.Certificate]) -> Problems:
    """Whether keys and signatures are such as today's clients accept."""
    for position, certificate in enumerate(certificates):
        yield from _of_key(certificate, position)
        root = issued_by(certificate, certificate)
        if not root and isinstance(certificate.signature_hash_algorithm, hashes.SHA1 | hashes.MD5):
            yield bad(
                "weak-signature",
                f"{called(certificate)} is signed with SHA-1 or MD5, which clients refuse.",
                "Get a certificate signed with SHA-256 or better.",
            )


def _of_key(certificate: x509.Certificate, position: int) -> Problems:
    key, described = certificate.public_key(), key_description(certificate)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048:
        yield bad(
            "weak-key",
            f"The key of {called(certificate)} is too short ({described}).",
            "Get a certificate for an RSA key of 2048 bits or more, or for EC P-256.",
        )
        return
    curve = key.curve if isinstance(key, ec.EllipticCurvePublicKey) else None
    if curve is not None and curve.key_size < 256:
        yield bad(
            "weak-key",
            f"The key of {called(certificate)} is too short ({described}).",
            "Get a certificate for EC P-256, or for an RSA key of 2048 bits or more.",
        )
    elif not (isinstance(key, rsa.RSAPublicKey) or (curve and curve.name in _USUAL_CURVES)):
        whose = "the certificate's key" if position == 0 else f"the key of {called(certificate)}"
        yield warn(
            "unusual-key",
            f"Many clients cannot use {whose} ({described}).",
            "Get a certificate for an RSA or EC P-256 key.",
        )


def of_purpose(certificates: Sequence[x509.Certificate]) -> Problems:
    """Whether the first is a server's, and the others may sign for servers."""
    leaf, *authorities = certificates
    usage = extension(leaf, x509.ExtendedKeyUsage)
    if usage is not None and ExtendedKeyUsageOID.SERVER_AUTH not in usage:
        yield bad(
            "wrong-purpose",
            "The certificate is not meant for servers (no serverAuth in its extended key usage).",
            "Get a certificate for a web server.",
        )
    if is_authority(leaf) and not issued_by(leaf, leaf):
        yield bad(
            "authority-as-server",
            "The certificate is an authority's, and no server's: browsers refuse it.",
            "Give the server's own certificate; this one belongs behind it.",
        )
    yield from of_signing(authorities)


def of_signing(authorities: Sequence[x509.Certificate]) -> Problems:
    """Whether authorities may sign for servers."""
    for authority in authorities:
        usage = extension(authority, x509.ExtendedKeyUsage)
        if usage is not None and not _FOR_SERVERS & set(usage):
            yield bad(
                "wrong-purpose",
                f"The authority {called(authority)} may not sign for servers (no serverAuth in "
                "its extended key usage).",
                "Get the certificate from an authority for web servers.",
            )
