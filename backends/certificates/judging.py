"""Whether a certificate, its chain and its key will do for a host, and what is served of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from wizard.certificates import CertificateProblem, GivenCertificate, Judgement

from .chaining import Chain, chain_of, issuer_urls, leaf_of
from .forms import Content, Unreadable, certificates_of, with_certificates, with_key
from .reading import as_pem, facts, is_authority, issued_by
from .suiting import of_dates, of_host, of_length, of_purpose, of_strength
from .trusting import system_roots
from .verifying import verified
from .wording import bad, called, issuer_of, mended, warn

Problems = Iterator[CertificateProblem]


def judge(given: GivenCertificate, host: str, now: datetime) -> Judgement:
    """See wizard.certificates.Certificates; the gravest problems come first."""
    try:
        opened = _Opened.of(given)
    except Unreadable as error:
        return Judgement((bad(error.code, f"{error.what}: {error.why}.", error.fix),))
    chain = chain_of(opened.leaf, opened.certificates, opened.roots, now)
    host = host.strip("[]").lower().rstrip(".")
    served = chain.path
    shown = (*served, *([chain.root] if chain.root and chain.root not in served else []))
    problems = [
        *opened.problems,
        *_of_key(opened, given),
        *of_host(chain.leaf, host),
        *of_dates(shown, now),
        *of_strength(served),
        *of_purpose(served),
        *of_length(chain.leaf, public=chain.anchor in opened.system),
        *_of_order(opened, chain),
        *_of_trust(opened, chain),
    ]
    if all(problem.level != "bad" for problem in problems):
        problems += verified(chain, host, now)
    fits = opened.key is not None and opened.key.public_key() == chain.leaf.public_key()
    ends = chain.anchor or issued_by(chain.last, chain.last)
    return Judgement(
        tuple(sorted(problems, key=lambda problem: problem.level != "bad")),
        tuple(facts(one) for one in served),
        as_pem(served),
        _plain_key(opened.key) if opened.key is not None and fits else b"",
        () if ends else issuer_urls(chain.last),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is given, read: all certificates in their order, the key, who is trusted."""

    certificates: tuple[x509.Certificate, ...]
    own: tuple[x509.Certificate, ...]
    """Those of the certificate's own file, each once."""
    ordered: bool
    """Whether that file is one whose order says something."""
    key: PrivateKeyTypes | None
    roots: tuple[x509.Certificate, ...]
    system: tuple[x509.Certificate, ...]
    problems: tuple[CertificateProblem, ...]

    @classmethod
    def of(cls, given: GivenCertificate) -> "_Opened":
        """Raises Unreadable where there is no certificate at all."""
        found = with_certificates(given.certificate, given.passphrase)
        problems: list[CertificateProblem] = []
        chain = [
            certificate
            for data in given.chain
            for certificate in _others(data, "chain", "The intermediates cannot be read", problems)
        ]
        roots = _others(given.roots, "roots", "The root certificates cannot be read", problems)
        system = () if given.only_roots else tuple(system_roots())
        return cls(
            (*found.certificates, *chain),
            tuple(dict.fromkeys(found.certificates)),
            found.ordered,
            _key(found, given, problems),
            (*roots, *system),
            system,
            tuple(problems),
        )

    @property
    def leaf(self) -> x509.Certificate:
        """The server's certificate."""
        return leaf_of(self.certificates, self.key.public_key() if self.key else None)


def _others(
    data: bytes, code: str, what: str, problems: list[CertificateProblem]
) -> Sequence[x509.Certificate]:
    """The certificates of a file that may be missing; what is wrong with it is added."""
    if not data:
        return ()
    try:
        return certificates_of(data)
    except Unreadable as error:
        problems.append(bad(f"{code}-unreadable", f"{what}: {error.why}.", error.fix))
        return ()


def _key(
    found: Content, given: GivenCertificate, problems: list[CertificateProblem]
) -> PrivateKeyTypes | None:
    """The key of one of the certificates, else the first; why there is none is added."""
    try:
        source = with_key(given.key, given.passphrase) if given.key else found
    except Unreadable as error:
        problems.append(bad(error.code, f"{error.what}: {error.why}.", error.fix))
        return None
    if source.locked:
        shut = source.locked
        problems.append(bad(shut.code, f"{shut.what}: {shut.why}.", shut.fix))
    public = [one.public_key() for one in found.certificates]
    fitting = (key for key in source.keys if key.public_key() in public)
    return next(fitting, next(iter(source.keys), None))


def _of_key(opened: _Opened, given: GivenCertificate) -> Problems:
    if opened.key is None:
        if given.key_needed and not any(_about_key(one) for one in opened.problems):
            yield bad(
                "key-missing",
                "No private key is given: there is none in the certificate's file.",
                "Give the key that the certificate's signing request was made with.",
            )
        return
    if opened.key.public_key() != opened.leaf.public_key():
        yield bad(
            "key-mismatch",
            "The private key does not belong to the certificate.",
            "Give the key that the certificate's signing request was made with.",
        )


def _about_key(problem: CertificateProblem) -> bool:
    return problem.code.startswith(("key-", "passphrase-"))


def _of_order(opened: _Opened, chain: Chain) -> Problems:
    """How the file stands apart from what is served of it."""
    own, path = opened.own, chain.path
    if opened.ordered and own[0] != chain.leaf and chain.leaf in own:
        yield mended(
            "leaf-not-first",
            "The server's certificate does not stand first in its file.",
            "The wizard puts it first; elsewhere put it there, then each one's issuer after it.",
        )
    elif opened.ordered and [one for one in own if one in path] != [
        one for one in path if one in own
    ]:
        yield mended(
            "chain-order",
            "The issuers do not stand in order in the file.",
            "The wizard puts them in order; elsewhere put each one's issuer after it.",
        )
    known = {one.subject for one in (*path, chain.root) if one}
    for one in own:
        if chain.anchor and one.subject not in known:
            yield mended(
                "unrelated",
                f"{called(one)} is in the file, but has nothing to do with the certificate.",
                "The wizard leaves it out; if it should be the issuer, get the right one.",
            )
    for one in chain.borrowed:
        yield mended(
            "chain-incomplete",
            f"The intermediate {called(one)} is missing in the file; the roots' file has it.",
            "The wizard adds it; elsewhere append it to the certificate's file.",
        )


def _of_trust(opened: _Opened, chain: Chain) -> Problems:
    """Whether the chain leads to somebody whom clients trust."""
    if any(one.code == "roots-unreadable" for one in opened.problems):
        return
    if not opened.roots:
        yield warn(
            "trust-unknown",
            "This machine knows no authority at all, so nothing can be said about trust.",
            "Install the system's ca-certificates, or give the root.",
        )
    elif issued_by(chain.leaf, chain.leaf):
        yield _self_signed(chain)
    elif chain.anchor is None:
        yield _unanchored(opened, chain)
    elif not issued_by(chain.anchor, chain.anchor):
        yield warn(
            "root-is-intermediate",
            f"{called(chain.anchor)} is trusted although it is no root: curl and others that use "
            "OpenSSL refuse that.",
            f"Give the root of {issuer_of(chain.anchor)} too.",
        )


def _self_signed(chain: Chain) -> CertificateProblem:
    if chain.anchor is None:
        return bad(
            "self-signed",
            "The certificate is signed by itself, and nobody trusts it.",
            "Get one from an authority. To use it nevertheless, give it as the root too.",
        )
    return warn(
        "self-signed",
        "The certificate is signed by itself: every client must be told to trust it.",
        "Get one from an authority, or distribute it to all clients as an authority.",
    )


def _unanchored(opened: _Opened, chain: Chain) -> CertificateProblem:
    last, issuer = chain.last, issuer_of(chain.last)
    trusted = "authorities that this machine trusts" if opened.system else "roots that were given"
    if chain.root is not None:
        return bad(
            "untrusted",
            f"{called(chain.root)}, to which the chain leads, is none of the {trusted}.",
            "Give it as the root if it is yours (pki.caBundle); else get another certificate.",
        )
    if any(one.subject == last.issuer and is_authority(one) for one in opened.certificates):
        return bad(
            "chain-broken",
            f"{issuer} is given, but it is not the one that signed {called(last)}.",
            "Get the intermediate that your provider signs with now.",
        )
    if last == chain.leaf:
        return bad(
            "chain-incomplete",
            f"The certificate's issuer {issuer} is missing, and is none of the {trusted}.",
            "Append your provider's intermediate certificates to the file, or give them as "
            "pki.chain; a root of your own goes into pki.caBundle.",
        )
    return bad(
        "untrusted",
        f"The chain ends at {called(last)}, whose issuer {issuer} is not given, and is none of "
        f"the {trusted}.",
        "Append the intermediate that is missing, or give that root as pki.caBundle.",
    )


def _plain_key(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
