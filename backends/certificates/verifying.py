"""What `cryptography`'s verifier says of a chain: by all rules, and by those of most clients.

By all rules (RFC 5280 and what the CA/Browser Forum adds) it refuses chains that OpenSSL and Go
accept; those rules are named in a warning. What was measured: cryptography 50.0.2.
"""

import ipaddress
from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from wizard.certificates import CertificateProblem
from wizard.text import plain

from .chaining import Chain
from .reading import extension, is_authority, names
from .wording import bad, called, warn

_DEPTH = 8
_TOLD = (
    ("X509v3", "it is of version 1, which has no names for servers"),
    ("critical extension", "it demands something that clients do not know (a critical extension)"),
    ("name constraint", "an authority of the chain may not sign for this name"),
    ("path length", "an authority of the chain may not have another one below it"),
    ("max depth", "the chain is too long"),
    ("required EKU", "an authority of the chain is not meant for servers"),
    ("signature algorithm", "it is signed in a way that clients refuse"),
    ("public key algorithm", "an authority's key is of a kind that clients refuse"),
    ("too weak", "an authority's key is too short"),
    ("validation time", "it or one of its authorities is not valid now"),
)


def verified(chain: Chain, host: str, now: datetime) -> Iterator[CertificateProblem]:
    """The problem that a verifier has with a chain that leads to a trusted authority."""
    subject = _subject(chain.leaf, host)
    if chain.anchor in (None, chain.leaf) or subject is None:
        return
    refusal = _refusal(chain, subject, now, strict=True)
    if not refusal:
        return
    if again := _refusal(chain, subject, now, strict=False):
        why = next((told for mark, told in _TOLD if mark in again), plain(again)[:200])
        yield bad(
            "refused",
            f"Clients refuse the chain: {why}.",
            "Get a new certificate from its issuer, and say what is wrong with this one.",
        )
        return
    faults = [*_faults(chain)] or [plain(refusal)[:200]]
    yield warn(
        "strict-clients",
        f"Strict clients refuse the chain: {'; '.join(faults)}.",
        "Most clients accept it. To be sure, have it issued anew without that.",
    )


def _subject(leaf: x509.Certificate, host: str) -> x509.DNSName | x509.IPAddress | None:
    """The name that the chain is verified for: its first one, where there is no host."""
    wanted = host or next(iter(names(leaf)), "").replace("*", "any", 1)
    try:
        return x509.IPAddress(ipaddress.ip_address(wanted))
    except ValueError:
        return x509.DNSName(wanted) if wanted else None


def _refusal(
    chain: Chain, subject: x509.DNSName | x509.IPAddress, now: datetime, *, strict: bool
) -> str:
    """What the verifier says; empty: it accepts."""
    assert chain.anchor is not None
    builder = PolicyBuilder().store(Store([chain.anchor])).time(now).max_chain_depth(_DEPTH)
    if not strict:
        builder = builder.extension_policies(
            ca_policy=ExtensionPolicy.permit_all().require_present(
                x509.BasicConstraints, Criticality.AGNOSTIC, None
            ),
            ee_policy=ExtensionPolicy.permit_all().require_present(
                x509.SubjectAlternativeName, Criticality.AGNOSTIC, None
            ),
        )
    try:
        builder.build_server_verifier(subject).verify(chain.leaf, list(chain.path[1:]))
    except VerificationError as error:
        return str(error)
    except ValueError:  # a name that may not be in a certificate, such as one with an underscore
        return ""
    return ""


def _faults(chain: Chain) -> Iterator[str]:
    """The rules that only strict clients insist on, as far as the chain breaks them."""
    leaf = chain.leaf
    if extension(leaf, x509.AuthorityKeyIdentifier) is None:
        yield "the certificate does not name its issuer's key (authority key identifier)"
    critical = _is_critical(leaf, x509.SubjectAlternativeName)
    if critical and leaf.subject.rdns:
        yield "its names are marked critical although it has a subject"
    if not critical and not leaf.subject.rdns:
        yield "it has no subject, but its names are not marked critical"
    for authority in (*chain.path[1:], chain.anchor):
        if authority is None or not is_authority(authority):
            continue
        if extension(authority, x509.KeyUsage) is None:
            yield f"the authority {called(authority)} has no key usage"
        if not _is_critical(authority, x509.BasicConstraints):
            yield f"the authority {called(authority)} has basic constraints that are not critical"


def _is_critical(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(kind).critical
    except (x509.ExtensionNotFound, ValueError):
        return False
