"""What a file of this machine holds, as far as it matters for an answer: certificates and keys.

No content of a file is ever shown, but what a certificate says of itself.
"""

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from screens.signs import State
from wizard.answers.draft import Draft
from wizard.answers.outline import shape_at
from wizard.answers.paths import Path
from wizard.answers.secret_values import MAX_BYTES, variable_for
from wizard.checks.certificates import rooted
from wizard.errors import UsageError
from wizard.ports import CertificateFacts, CertificateProblem, Certificates
from wizard.text import plain

CERTIFICATE: Path = ("pki", "certificate")
KEY: Path = ("pki", "key")

_NAMES_SHOWN = 4
_CERTIFICATES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what was found: what it is about, what it is, and how that stands."""

    label: str
    text: str
    state: State | None = None
    words: str = ""


class Unreadable(Exception):
    """A file cannot be read; the text says why."""


def read_file(file: FilePath) -> bytes:
    """The content of a regular file that is not too large. Raises Unreadable."""
    try:
        if not file.is_file():
            raise Unreadable("there is no such file" if not file.exists() else "it is no file")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable((error.strerror or "unknown reason").lower()) from None
    if len(data) > MAX_BYTES:
        raise Unreadable(f"it is larger than {MAX_BYTES // 1024} KiB")
    return data


def about_file(
    file: FilePath,
    path: Path,
    draft: Draft,
    environ: Mapping[str, str],
    certificates: Certificates,
) -> list[Fact]:
    """What a file would bring for the answer at a path; nothing for a folder."""
    if file.is_dir():
        return []
    if path == CERTIFICATE:
        return served(draft, environ, certificates, file)
    try:
        data = read_file(file)
    except Unreadable as error:
        return [_unreadable(file, error)]
    facts = [_about_content(data)]
    if path[:-1] == KEY and b"PRIVATE KEY-----" in data:
        facts += _fit_of_key(draft, data, certificates)
    elif b"-----BEGIN CERTIFICATE" in data:
        facts = _authorities(data, certificates)
    parent = shape_at(path[:-1], draft.data)
    if parent is not None and parent.form == "secret":
        facts.append(mode_of(file))
    return facts


def mode_of(file: FilePath) -> Fact:
    """Whether others on this machine may read a file."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        return _unreadable(file, Unreadable((error.strerror or "unknown reason").lower()))
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Fact(
            "readable", "by others on this machine too", "look", f"chmod 600 {plain(str(file))}"
        )
    return Fact("readable", "by you alone", "ok")


def served(
    draft: Draft,
    environ: Mapping[str, str],
    certificates: Certificates,
    certificate: FilePath | None = None,
) -> list[Fact]:
    """What Harbor would serve by the answers at `pki`, whose certificate another may stand in for.

    Nothing where no certificate is given in a file.
    """
    pki = draft.absolute().get("pki")
    given = pki if isinstance(pki, Mapping) and pki.get("kind") == "commercial" else {}
    files = [certificate or given.get("certificate"), given.get("chain")]
    if not files[0]:
        return []
    key: bytes | None = None
    pem, roots, note = b"", b"", ""
    for file in (FilePath(str(one)) for one in files if one):
        try:
            pem += read_file(file) + b"\n"
        except Unreadable as error:
            return [_unreadable(file, error)]
    try:
        key, note = _key(given.get("key"), environ, pem)
        if given.get("caBundle"):
            roots = read_file(FilePath(str(given["caBundle"])))
    except Unreadable as error:
        note = f"the file cannot be read: {error}"
    return _judged(pem, key, note, _host(draft), certificates, roots)


def _judged(
    pem: bytes,
    key: bytes | None,
    note: str,
    host: str,
    certificates: Certificates,
    roots: bytes,
) -> list[Fact]:
    try:
        chain = certificates.read(pem)
        problems = certificates.problems(pem, key or b"", host)
        if roots:
            problems = rooted(problems, chain[-1], certificates.read(roots))
    except UsageError as error:
        return [Fact("certificate", error.what, "wrong", f"{error.why}. {error.fix}")]
    if key is None:
        problems = [one for one in problems if _ROW_OF.get(one.code) != "key" or _weak(one)]
    if not host:
        problems = [one for one in problems if one.code != "host-not-covered"]
    return list(chain_facts(chain, problems, host, note if key is None else "", datetime.now(UTC)))


def _weak(problem: CertificateProblem) -> bool:
    return problem.code in {"weak-key", "unusual-key"}


_ROW_OF: Mapping[str, str] = {
    "host-not-covered": "names",
    "wrong-purpose": "names",
    "expired": "valid",
    "not-yet-valid": "valid",
    "expires-soon": "valid",
    "key-mismatch": "key",
    "leaf-not-first": "key",
    "key-unreadable": "key",
    "key-encrypted": "key",
    "weak-key": "key",
    "unusual-key": "key",
}
"""Which line a problem of a code is told in; all others are about the chain."""

_SHORT: Mapping[str, str] = {
    "wrong-purpose": "not meant for servers",
    "key-mismatch": "does not belong to the certificate",
    "leaf-not-first": "belongs to a later certificate of the file",
    "key-unreadable": "no private key can be read",
    "key-encrypted": "is protected by a passphrase",
    "weak-key": "too short for today's clients",
    "unusual-key": "many clients cannot use it",
    "weak-signature": "signed with SHA-1 or MD5",
    "chain-order": "the order in the file is not right",
    "chain-broken": "an issuer in between is missing",
    "chain-incomplete": "the issuer is missing",
    "root-missing": "pki.caBundle does not hold the root",
    "self-signed": "signed by itself",
    "authority-as-server": "the first one is an authority's",
}


def chain_facts(
    chain: Sequence[CertificateFacts],
    problems: Sequence[CertificateProblem],
    host: str,
    key_note: str,
    now: datetime,
) -> Iterator[Fact]:
    """A chain for a host, line by line, and at last how to mend what is worst.

    `key_note` says why nothing is known of the key; empty: it was compared.
    """
    leaf = chain[0]
    good = {
        "names": f"covers {host}" if host else "",
        "issued by": "complete, in order",
        "valid": "",
        "key": "belongs to the certificate",
    }
    left = (leaf.not_after - now).days
    days = f"{left} days left" if left >= 0 else f"ended {-left} days ago"
    texts = {
        "names": _names(leaf),
        "issued by": " < ".join(_issuers(chain)),
        "valid": f"{leaf.not_before:%Y-%m-%d} to {leaf.not_after:%Y-%m-%d}",
        "key": leaf.key,
    }
    for label, text in texts.items():
        own = [one for one in problems if _ROW_OF.get(one.code, "issued by") == label]
        if own:
            words = ", ".join(_short(one, host, days) for one in own)
            yield Fact(label, text, _worst(own), words)
        elif label == "key" and key_note:
            yield Fact(label, text, "unknown", key_note)
        elif label == "names" and not host:
            yield Fact(label, text, "unknown", "harbor.url is not given yet")
        else:
            yield Fact(label, text, "ok", days if label == "valid" else good[label])
    for problem in problems[:1]:
        yield Fact("fix", problem.fix)


def _short(problem: CertificateProblem, host: str, days: str) -> str:
    if problem.code == "host-not-covered":
        return f"does not cover {host}"
    if _ROW_OF.get(problem.code) == "valid":
        return problem.message if problem.code == "not-yet-valid" else days
    return _SHORT.get(problem.code, problem.message)


def _worst(problems: Sequence[CertificateProblem]) -> State:
    return "wrong" if any(one.level == "bad" for one in problems) else "look"


def _names(leaf: CertificateFacts) -> str:
    shown = ", ".join(leaf.names[:_NAMES_SHOWN]) or f"{_called(leaf.subject)} (no name at all)"
    more = len(leaf.names) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _issuers(chain: Sequence[CertificateFacts]) -> Iterator[str]:
    """Who signed the first, who signed that one, and so on, as far as the file tells."""
    by_subject = {one.subject: one for one in chain}
    wanted, seen = chain[0].issuer, set[str]()
    while wanted not in seen:
        seen.add(wanted)
        yield _called(wanted)
        signer = by_subject.get(wanted)
        wanted = signer.issuer if signer else wanted


def _called(name: str) -> str:
    """The common name of a distinguished one, or all of it."""
    found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])+)", name)
    return found[1].replace("\\", "") if found else name or "without a name"


def _authorities(pem: bytes, certificates: Certificates) -> list[Fact]:
    """Certificates that are no server's: each with its end."""
    try:
        found = certificates.read(pem)
    except UsageError as error:
        return [Fact("certificate", error.what, "wrong", f"{error.why}. {error.fix}")]
    facts = [_authority(one) for one in found[:_CERTIFICATES_SHOWN]]
    more = len(found) - _CERTIFICATES_SHOWN
    return [*facts, Fact("", f"and {more} more")] if more > 0 else facts


def _authority(one: CertificateFacts) -> Fact:
    label = "authority" if one.is_authority else "certificate"
    left = (one.not_after - datetime.now(UTC)).days
    words = f"until {one.not_after:%Y-%m-%d}, {left} days left" if left >= 0 else "has ended"
    return Fact(label, f"{_called(one.subject)}, {one.key}", "ok" if left >= 0 else "wrong", words)


def _fit_of_key(draft: Draft, key: bytes, certificates: Certificates) -> Iterator[Fact]:
    """Whether a key belongs to the certificate that is given."""
    certificate = draft.absolute().get("pki.certificate")
    if not certificate:
        return
    try:
        problems = certificates.problems(read_file(FilePath(str(certificate))), key, "")
    except Unreadable:
        return
    own = [one for one in problems if _ROW_OF.get(one.code) == "key" and not _weak(one)]
    if own:
        yield Fact("key", "this one", "wrong", _short(own[0], "", ""))
        yield Fact("fix", own[0].fix)
    elif not any(one.code == "unreadable" for one in problems):
        yield Fact("key", "this one", "ok", "belongs to the certificate")


def _about_content(data: bytes) -> Fact:
    size = f"{len(data)} bytes"
    if b"ENCRYPTED PRIVATE KEY-----" in data or b"Proc-Type: 4,ENCRYPTED" in data:
        return Fact("holds", "a private key, protected by a passphrase", "look", size)
    if b"PRIVATE KEY-----" in data:
        return Fact("holds", "a private key", None, size)
    if b"-----BEGIN PGP PUBLIC KEY BLOCK" in data:
        return Fact("holds", "a PGP public key", None, size)
    if not data.strip():
        return Fact("holds", "nothing: it is empty", "look")
    return Fact("holds", "other bytes" if b"\0" in data else "text", None, size)


def _key(reference: Any, environ: Mapping[str, str], pem: bytes) -> tuple[bytes | None, str]:
    """The private key, or None and why it is not known here. Raises Unreadable."""
    override = environ.get(variable_for(".".join(map(str, KEY))))
    if override:
        return override.encode(), ""
    if not isinstance(reference, Mapping):
        return pem, ""
    if "file" in reference:
        return read_file(FilePath(str(reference["file"]))), ""
    if value := environ.get(str(reference.get("env"))):
        return value.encode(), ""
    if "env" in reference:
        return None, f"the variable {reference['env']} is not set here"
    return None, "not compared: the key is not on this machine"


def _host(draft: Draft) -> str:
    try:
        return urlsplit(str(draft.get("harbor.url") or "")).hostname or ""
    except ValueError:
        return ""


def _unreadable(file: FilePath, error: Unreadable) -> Fact:
    return Fact("file", plain(str(file)), "wrong", f"cannot be read: {error}")
