"""Whether a certificate, its chain and its key will do for a host.

`cryptography`'s verifier does not look at the order of a chain, nor at the leaf's key, and says
the same of a missing intermediate and a foreign root (measured with 50.0.2): so each question is
asked here by itself.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from wizard.errors import UsageError
from wizard.ports import CertificateProblem

from .reading import (
    extension,
    is_authority,
    issued_by,
    key_description,
    load,
    load_key,
    names,
    trusted_roots,
)

SOON = timedelta(days=14)

Chain = Sequence[x509.Certificate]
Problems = Iterator[CertificateProblem]


def judge(pem: bytes, key: bytes, host: str, now: datetime) -> list[CertificateProblem]:
    """All that is wrong, the gravest kind first; nothing: it will do."""
    try:
        chain = load(pem)
    except UsageError as error:
        return [_bad("unreadable", f"{error.what}: {error.why}.", error.fix)]
    problems = [
        *_of_key(chain, key),
        *_of_host(chain[0], host),
        *_of_dates(chain, now),
        *_of_strength(chain),
        *_of_purpose(chain[0]),
        *_of_order(chain),
        *_of_completeness(chain),
    ]
    return sorted(problems, key=lambda problem: problem.level != "bad")


def _bad(code: str, message: str, fix: str) -> CertificateProblem:
    return CertificateProblem("bad", code, message, fix)


def _warn(code: str, message: str, fix: str) -> CertificateProblem:
    return CertificateProblem("warn", code, message, fix)


def _called(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "without a subject"


def _of_key(chain: Chain, pem: bytes) -> Problems:
    try:
        key = load_key(pem)
    except UsageError as error:
        code = "key-encrypted" if "passphrase" in error.why else "key-unreadable"
        yield _bad(code, f"{error.what}: {error.why}.", error.fix)
        return
    if key.public_key() == chain[0].public_key():
        return
    if any(key.public_key() == other.public_key() for other in chain[1:]):
        yield _bad(
            "leaf-not-first",
            "The certificate of the key does not stand first in its file.",
            "Put the server's certificate first, then each one's issuer after it.",
        )
    else:
        yield _bad(
            "key-mismatch",
            "The private key does not belong to the certificate.",
            "Give the key that the certificate's signing request was made with.",
        )


def _of_host(leaf: x509.Certificate, host: str) -> Problems:
    host = host.strip("[]").lower().rstrip(".")
    if _covers(leaf, host):
        return
    listed = ", ".join(names(leaf)) or "no name at all (a common name does not count)"
    yield _bad(
        "host-not-covered",
        f"The certificate is not valid for {host}: it names {listed}.",
        f"Get a certificate whose subject alternative names hold {host}, or change harbor.url.",
    )


def _covers(leaf: x509.Certificate, host: str) -> bool:
    """RFC 9525: an address needs an address, and a wildcard stands for exactly the first label."""
    covered = extension(leaf, x509.SubjectAlternativeName)
    if covered is None:
        return False
    try:
        return ipaddress.ip_address(host) in covered.get_values_for_type(x509.IPAddress)
    except ValueError:
        wildcard = f"*.{host.partition('.')[2]}"
        accepted = {host, wildcard}
        return any(name.lower() in accepted for name in covered.get_values_for_type(x509.DNSName))


def _of_dates(chain: Chain, now: datetime) -> Problems:
    for certificate in chain:
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        called = _called(certificate)
        if end < now:
            yield _bad(
                "expired",
                f"The certificate {called} expired on {end:%Y-%m-%d}.",
                "Get a new certificate from its issuer.",
            )
        elif start > now:
            yield _bad(
                "not-yet-valid",
                f"The certificate {called} is valid only from {start:%Y-%m-%d %H:%M} UTC on.",
                "Check this machine's clock, or wait.",
            )
        elif end - now < SOON:
            yield _warn(
                "expires-soon",
                f"The certificate {called} expires on {end:%Y-%m-%d}.",
                "Renew it, and give the new one.",
            )


def _of_strength(chain: Chain) -> Problems:
    for certificate in chain:
        key = certificate.public_key()
        weak_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048
        other = not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        if weak_rsa:
            yield _bad(
                "weak-key",
                f"The key of {_called(certificate)} is too short ({key_description(certificate)}).",
                "Get a certificate for an RSA key of 2048 bits or more, or for EC P-256.",
            )
        elif other:
            yield _warn(
                "unusual-key",
                f"Many clients cannot use the key of {_called(certificate)} "
                f"({key_description(certificate)}).",
                "Get a certificate for an RSA or EC P-256 key.",
            )
        root = issued_by(certificate, certificate)
        if not root and isinstance(certificate.signature_hash_algorithm, hashes.SHA1 | hashes.MD5):
            yield _bad(
                "weak-signature",
                f"{_called(certificate)} is signed with SHA-1 or MD5, which clients refuse.",
                "Get a certificate signed with SHA-256 or better.",
            )


def _of_purpose(leaf: x509.Certificate) -> Problems:
    usage = extension(leaf, x509.ExtendedKeyUsage)
    if usage is not None and ExtendedKeyUsageOID.SERVER_AUTH not in usage:
        yield _bad(
            "wrong-purpose",
            "The certificate is not meant for servers (no serverAuth in its extended key usage).",
            "Get a certificate for a web server.",
        )
    if issued_by(leaf, leaf):
        yield _warn(
            "self-signed",
            "The certificate is signed by itself: every client must be told to trust it.",
            "Get one from an authority, or distribute it to all clients as an authority.",
        )
    elif is_authority(leaf):
        yield _warn(
            "authority-as-server",
            "The first certificate is an authority's; some clients refuse it for a server.",
            "Put the server's own certificate first.",
        )


def _of_order(chain: Chain) -> Problems:
    """Each certificate should be signed by the one after it."""
    for position, certificate in enumerate(chain[:-1]):
        if issued_by(certificate, chain[position + 1]):
            continue
        if any(issued_by(certificate, other) for other in chain if other is not certificate):
            yield _warn(
                "chain-order",
                f"The issuer of {_called(certificate)} does not follow it in the file.",
                "Put the server's certificate first, then each one's issuer after it.",
            )
        elif not issued_by(certificate, certificate):
            yield _bad(
                "chain-broken",
                f"The issuer of {_called(certificate)} is not in the file; "
                f"{_called(chain[position + 1])} follows, which did not sign it.",
                "Add the missing intermediate certificate of your provider after it.",
            )


def _of_completeness(chain: Chain) -> Problems:
    """A leaf alone is complete only where a root that this machine trusts has signed it."""
    leaf = chain[0]
    if (
        len(chain) > 1
        or issued_by(leaf, leaf)
        or any(issued_by(leaf, root) for root in trusted_roots())
    ):
        return
    yield _warn(
        "chain-incomplete",
        f"Only the server's certificate is given, but not its issuer "
        f"{leaf.issuer.rfc4514_string()}.",
        "Append your provider's intermediate certificates to the file, or give pki.chain.",
    )
