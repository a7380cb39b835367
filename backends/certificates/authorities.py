"""Whether an authority's certificate that was signed outside will do: key, purpose, dates, chain.

Without its key nothing can be signed for a trial, so what a verifier would say of a certificate
below it is worked out here (RFC 5280, 4.2.1.9 and 4.2.1.10).
"""

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from cryptography import x509

from wizard.certificates import CertificateProblem, GivenAuthority, Judgement

from .chaining import Chain, chain_of
from .forms import Unreadable, certificates_of
from .reading import as_pem, extension, facts, is_authority, issued_by
from .suiting import of_dates, of_signing, of_strength
from .wording import bad, called, issuer_of

Problems = Iterator[CertificateProblem]


def judge_authority(given: GivenAuthority, now: datetime) -> Judgement:
    """See wizard.certificates.Certificates; without a certificate the root alone is judged."""
    try:
        root = certificates_of(given.root)[0]
        found = certificates_of(given.certificate) if given.certificate else []
    except Unreadable as error:
        return Judgement((bad(error.code, f"{error.what}: {error.why}.", error.fix),))
    problems = [*_of_root(root)]
    if not found:
        return Judgement((*problems, *of_dates([root], now)), (facts(root),), as_pem([root]))
    own = next((one for one in found if _identifier(one) == given.key), None)
    if given.key and own is None:
        return Judgement((_other_key(found),), tuple(facts(one) for one in found))
    chain = chain_of(own or _lowest(found), found, [root], now)
    whole = (*chain.path, root)
    problems += [
        *_of_purpose(chain.leaf),
        *_of_chain(chain, root),
        *_of_path_length(whole),
        *of_signing(whole),
        *of_dates(whole, now),
        *of_strength(whole),
        *(one for authority in whole for one in _of_names(authority, given.host)),
        *_of_life(chain.leaf, given, now),
    ]
    return Judgement(tuple(problems), tuple(facts(one) for one in chain.path), as_pem(whole))


def key_of(request: bytes) -> str:
    """See wizard.certificates.Certificates."""
    try:
        key = x509.load_pem_x509_csr(request).public_key()
    except ValueError:
        return ""
    return x509.SubjectKeyIdentifier.from_public_key(key).digest.hex(":")


def _identifier(certificate: x509.Certificate) -> str:
    """Of its key itself: what the certificate says may be computed in another way."""
    return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest.hex(":")


def _lowest(found: Sequence[x509.Certificate]) -> x509.Certificate:
    """The one that signed none of the others."""
    return next(
        (one for one in found if not any(issued_by(other, one) for other in found)), found[0]
    )


def _of_root(root: x509.Certificate) -> Problems:
    if not (issued_by(root, root) and is_authority(root)):
        yield bad(
            "no-root",
            f"{called(root)} is no root: it is not signed by itself, or is no authority.",
            "Name the file with the root in pki.authority.issuing.signer.root.",
        )


def _other_key(found: Sequence[x509.Certificate]) -> CertificateProblem:
    given = ", ".join(called(one) for one in found)
    return bad(
        "other-key",
        f"None of the certificates belongs to the key in the server: {given}.",
        "Give the certificate that was made of the request that the wizard saved.",
    )


def _of_purpose(own: x509.Certificate) -> Problems:
    usage = extension(own, x509.KeyUsage)
    if not is_authority(own):
        why = "it was signed as a server's or a person's (no CA:TRUE in its basic constraints)"
    elif usage is not None and not usage.key_cert_sign:
        why = "its key usage has no keyCertSign"
    else:
        return
    yield bad(
        "no-authority",
        f"{called(own)} may not sign certificates: {why}.",
        "Have the request signed again, as a subordinate authority.",
    )


def _of_chain(chain: Chain, root: x509.Certificate) -> Problems:
    if chain.anchor is not None:
        return
    if chain.root is not None:
        same = called(chain.root) == called(root)
        named = "another one of that name" if same else called(root)
        yield bad(
            "other-root",
            f"{called(chain.leaf)} ends at {called(chain.root)}, and {named} is the root that was "
            "named.",
            "Name that root in pki.authority.issuing.signer.root, or have the request signed by "
            "an authority below the root that is named there.",
        )
    else:
        yield bad(
            "chain-incomplete",
            f"The chain does not reach the root {called(root)}: after {called(chain.last)} the "
            f"certificate of {issuer_of(chain.last)} is missing, or of another key.",
            "Put the certificates of all authorities between them into the same file.",
        )


def _of_path_length(whole: Sequence[x509.Certificate]) -> Problems:
    for below, authority in enumerate(whole):
        limits = extension(authority, x509.BasicConstraints)
        if limits is not None and limits.path_length is not None and limits.path_length < below:
            yield bad(
                "path-length",
                f"{called(authority)} allows {limits.path_length} authorities below it, and here "
                f"are {below} (path length).",
                "Have the request signed by an authority that may have another one below it.",
            )


def _of_names(authority: x509.Certificate, host: str) -> Problems:
    limits = extension(authority, x509.NameConstraints)
    if limits is None or not host:
        return
    same = [one for one in limits.permitted_subtrees or () if _same_kind(one, host)]
    excluded = any(_within(one, host) for one in limits.excluded_subtrees or ())
    if excluded or (same and not any(_within(one, host) for one in same)):
        yield bad(
            "name-constraints",
            f"{called(authority)} may not sign for {host} (name constraints).",
            "Choose a host that it may sign for, or have the request signed by another authority.",
        )


def _same_kind(tree: x509.GeneralName, host: str) -> bool:
    return isinstance(tree, x509.DNSName if _address(host) is None else x509.IPAddress)


def _within(tree: x509.GeneralName, host: str) -> bool:
    address = _address(host)
    if isinstance(tree, x509.IPAddress) and address is not None:
        return address in ipaddress.ip_network(str(tree.value))
    if isinstance(tree, x509.DNSName) and address is None:
        suffix = tree.value.lower().lstrip(".")
        return not suffix or f".{host.lower()}".endswith(f".{suffix}")
    return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _of_life(own: x509.Certificate, given: GivenAuthority, now: datetime) -> Problems:
    end = own.not_valid_after_utc
    if now <= end < now + timedelta(seconds=given.seconds):
        yield bad(
            "too-short",
            f"{called(own)} ends on {end:%Y-%m-%d}, before the first certificate that it is to "
            f"sign would ({given.seconds // 86400} days).",
            "Have it signed for longer, or choose a shorter pki.certificate.duration.",
        )
