"""What a file of this machine holds, as far as it matters for an answer: certificates and keys.

No content of a file is ever shown, but what a certificate says of itself.
"""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from screens.models.chain_facts import ROW_OF, WEAK, Fact, called, chain_facts, short
from wizard.answers.draft import Draft
from wizard.answers.outline import shape_at
from wizard.answers.paths import Path
from wizard.answers.secret_values import MAX_BYTES, variable_for
from wizard.certificates import (
    CertificateFacts,
    Certificates,
    GivenCertificate,
    Judgement,
)
from wizard.errors import UsageError
from wizard.text import plain

CERTIFICATE: Path = ("pki", "certificate")
KEY: Path = ("pki", "key")
_AUTHORITIES = ("caBundle", "chain")

_CERTIFICATES_SHOWN = 5


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
    if path[:-1] == KEY:
        facts += _fit_of_key(draft, data, environ, certificates)
    elif b"-----BEGIN CERTIFICATE" in data or path[-1] in _AUTHORITIES:
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

    Nothing where no certificate is given in a file. Nothing is fetched for it.
    """
    pki = draft.absolute().get("pki")
    answers = pki if isinstance(pki, Mapping) and pki.get("kind") == "commercial" else {}
    file = certificate or answers.get("certificate")
    if not file:
        return []
    host, notes = _host(draft), dict[str, str]()
    try:
        given = GivenCertificate(
            read_file(FilePath(str(file))), chain=tuple(_read_if_given(answers.get("chain")))
        )
    except Unreadable as error:
        return [_unreadable(FilePath(str(file)), error)]
    network = draft.absolute().get("network.caBundle")
    try:
        given = _with_secrets(given, answers, network, environ, notes)
    except Unreadable as error:
        notes["key"] = f"the file cannot be read: {error}"
        given = replace(given, key_needed=False)
    fetched = bool(answers.get("fetchIntermediates"))
    return [*_told(certificates.judge(given, host), host, notes, fetched=fetched)]


def _with_secrets(
    given: GivenCertificate,
    answers: Mapping[str, Any],
    network: Any,
    environ: Mapping[str, str],
    notes: dict[str, str],
) -> GivenCertificate:
    """With key, passphrase and roots as far as they are known here. Raises Unreadable."""
    key = _secret("key", answers.get("key"), environ, notes)
    phrase = _secret("passphrase", answers.get("passphrase"), environ, notes)
    roots = answers.get("caBundle")
    return replace(
        given,
        key=key,
        roots=b"".join(_read_if_given(roots or network)),
        passphrase=phrase.decode("utf-8", "replace"),
        only_roots=bool(roots),
        key_needed="key" not in notes,
    )


def _read_if_given(file: Any) -> Iterator[bytes]:
    """The content of a file that may not be given. Raises Unreadable."""
    if file:
        yield read_file(FilePath(str(file)))


def _told(
    judgement: Judgement, host: str, notes: Mapping[str, str], *, fetched: bool
) -> Iterator[Fact]:
    """A judgement line by line; `notes` say why a secret is not known here."""
    problems = [one for one in judgement.problems if not one.mended]
    if "passphrase" in notes and any(one.code == "passphrase-missing" for one in problems):
        problems = [one for one in problems if one.code != "passphrase-missing"]
        notes = {"key": notes["passphrase"], **notes}
    if not judgement.chain:
        what, _, why = problems[0].message.partition(": ") if problems else ("", "", "")
        yield Fact(
            "certificate",
            what or "cannot be opened yet",
            "wrong" if problems else "unknown",
            f"{why} {problems[0].fix}" if problems else notes["key"],
        )
        return
    if fetched and judgement.issuer_urls:
        problems = [
            replace(one, level="warn", code="to-fetch") if one.code in _FETCHED else one
            for one in problems
        ]
    in_order = len(problems) == len(judgement.problems)
    yield from chain_facts(
        judgement.chain, problems, host, notes.get("key", ""), datetime.now(UTC), in_order=in_order
    )


_FETCHED = {"chain-incomplete", "untrusted"}
"""Problems that fetching intermediates may end."""


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
    return Fact(label, f"{called(one.subject)}, {one.key}", "ok" if left >= 0 else "wrong", words)


def _fit_of_key(
    draft: Draft, key: bytes, environ: Mapping[str, str], certificates: Certificates
) -> Iterator[Fact]:
    """Whether a key belongs to the certificate that is given."""
    certificate = draft.absolute().get("pki.certificate")
    if not certificate:
        return
    notes = dict[str, str]()
    try:
        phrase = _secret("passphrase", draft.absolute().get("pki.passphrase"), environ, notes)
        given = GivenCertificate(
            read_file(FilePath(str(certificate))), key, passphrase=phrase.decode("utf-8", "replace")
        )
    except Unreadable:
        return
    problems = certificates.judge(given, "").problems
    if "passphrase" in notes and any(one.code == "passphrase-missing" for one in problems):
        yield Fact("key", "this one", "unknown", notes["passphrase"])
        return
    own = [one for one in problems if ROW_OF.get(one.code) == "key" and one.code not in WEAK]
    if own:
        yield Fact("key", "this one", "wrong", short(own[0], "", ""))
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


def _secret(name: str, reference: Any, environ: Mapping[str, str], notes: dict[str, str]) -> bytes:
    """A secret of `pki`, or nothing and a note why it is not known here. Raises Unreadable."""
    override = environ.get(variable_for(f"pki.{name}"))
    if override:
        return override.encode()
    if not isinstance(reference, Mapping):
        return b""
    if "file" in reference:
        data = read_file(FilePath(str(reference["file"])))
        return data.rstrip(b"\r\n") if name == "passphrase" else data
    if value := environ.get(str(reference.get("env"))):
        return value.encode()
    notes[name] = f"not compared: the {name} is not on this machine"
    if "env" in reference:
        notes[name] = f"the variable {reference['env']} is not set here"
    return b""


def _host(draft: Draft) -> str:
    try:
        return urlsplit(str(draft.get("harbor.url") or "")).hostname or ""
    except ValueError:
        return ""


def _unreadable(file: FilePath, error: Unreadable) -> Fact:
    return Fact("file", plain(str(file)), "wrong", f"cannot be read: {error}")
