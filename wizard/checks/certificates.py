"""Certificates that somebody else made: files of this machine, a TLS Secret of the cluster."""

import asyncio
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path

from wizard.answers.pki import Commercial
from wizard.answers.preset import Preset
from wizard.answers.secrets import KubernetesSecret
from wizard.checks.base import Check, Outcome, Subject
from wizard.checks.references import SECRET
from wizard.errors import UsageError
from wizard.ports import CertificateFacts, CertificateProblem, Ref, Right, World


async def files(world: World, subject: Subject) -> Outcome:
    """Whether the certificate's files can be used for the host of the URL."""
    pki = subject.preset.pki
    assert pki.kind == "commercial"
    try:
        pem = await asyncio.to_thread(_read, pki.certificate, pki.chain)
        roots = await asyncio.to_thread(_read, pki.ca_bundle)
    except OSError as error:
        return Outcome(
            "fail",
            f"{error.filename} cannot be read: {error.strerror}.",
            "It holds Harbor's certificate.",
            "Correct pki.certificate, pki.chain or pki.caBundle; relative paths count from the "
            "preset's file.",
        )
    elsewhere = pki.key is None or isinstance(pki.key, KubernetesSecret)
    if not elsewhere and "pki.key" not in subject.secrets:
        return Outcome("skipped", "The private key is not known yet.")
    key = await _key(world, subject, pki)
    host = subject.preset.harbor.host
    try:
        return _judged(world, pem, pem if key is None else key, host, roots)
    except UsageError as error:
        given = (
            ("pki.certificate", pki.certificate),
            ("pki.chain", pki.chain),
            ("pki.caBundle", pki.ca_bundle),
        )
        parts = [(f"{path} is {file}", _read(file)) for path, file in given if file]
        return _unreadable(world, error, parts)


def _read(*files: Path | None) -> bytes:
    """The files that are given, one after the other."""
    return b"\n".join(file.read_bytes() for file in files if file)


async def _key(world: World, subject: Subject, pki: Commercial) -> bytes | None:
    """The private key; None: it is in the certificate's file."""
    if "pki.key" in subject.secrets:
        return subject.secrets["pki.key"].encode()
    if not isinstance(pki.key, KubernetesSecret):
        return None
    source = pki.key.secret
    place = source.namespace or subject.preset.target.namespace
    secret = await world.objects.get(Ref(SECRET, place, source.name)) or {}
    return b64decode(secret.get("data", {}).get(source.key, ""))


async def tls_secret(world: World, subject: Subject) -> Outcome:
    """Whether the named TLS Secret exists and can be used for the host of the URL."""
    preset = subject.preset
    assert preset.pki.kind == "secret"
    place = f"{preset.target.namespace}/{preset.pki.name}"
    secret = await world.objects.get(Ref(SECRET, preset.target.namespace, preset.pki.name))
    data = (secret or {}).get("data") or {}
    missing = [key for key in ("tls.crt", "tls.key") if not data.get(key)]
    if secret is None or missing:
        return Outcome(
            "fail",
            f"There is no Secret {place}."
            if secret is None
            else f"The Secret {place} has no entry {' and '.join(missing)}.",
            "Harbor's certificate is read from it.",
            f"Create it: `kubectl create secret tls {preset.pki.name} -n "
            f"{preset.target.namespace} --cert=FILE --key=FILE`, or choose another pki.kind.",
        )
    pem, key = b64decode(data["tls.crt"]), b64decode(data["tls.key"])
    try:
        return _judged(world, pem, key, preset.harbor.host)
    except UsageError as error:
        return _unreadable(world, error, [(f"tls.crt in the Secret {place}", pem)])


def _unreadable(world: World, error: UsageError, parts: Sequence[tuple[str, bytes]]) -> Outcome:
    """What could not be read, with the part that holds no certificate."""
    for place, pem in parts:
        try:
            world.certificates.read(pem)
        except UsageError as refused:
            return Outcome("fail", f"{refused.what}: {place}.", refused.why, refused.fix)
    return Outcome("fail", error.what, error.why, error.fix)


def _judged(world: World, pem: bytes, key: bytes, host: str, roots: bytes = b"") -> Outcome:
    """What is wrong with a chain, whose end one of the given roots has to have issued.

    Raises UsageError for what cannot be read.
    """
    problems = world.certificates.problems(pem, key, host)
    leaf, *_ = chain = world.certificates.read(pem)
    if roots:
        problems = rooted(problems, chain[-1], world.certificates.read(roots))
    if problems:
        bad = any(problem.level == "bad" for problem in problems)
        return Outcome(
            "fail" if bad else "warn",
            " ".join(problem.message for problem in problems),
            f"Clients would refuse Harbor at {host}." if bad else "Some clients may refuse it.",
            " ".join(dict.fromkeys(problem.fix for problem in problems)),
        )
    return Outcome("ok", f"{leaf.subject} is valid for {host} until {leaf.not_after:%Y-%m-%d}.")


def rooted(
    problems: Sequence[CertificateProblem],
    last: CertificateFacts,
    roots: Sequence[CertificateFacts],
) -> Sequence[CertificateProblem]:
    """The problems with a chain that ends at one of several roots, in any order of these.

    Only with a root is a lone certificate complete; an intermediate has to be served with it.
    """
    issuers = [root for root in roots if root.subject == last.issuer]
    if any(issuer.self_signed for issuer in issuers):
        return [problem for problem in problems if problem.code != "chain-incomplete"]
    if issuers:
        return problems
    stranger = CertificateProblem(
        "bad",
        "root-missing",
        f"pki.caBundle does not hold {last.issuer}, which issued {last.subject}.",
        "Put that root into pki.caBundle, or what is missing before it into pki.chain.",
    )
    return [stranger, *problems]


def _commercial(preset: Preset) -> bool:
    return preset.pki.kind == "commercial"


def _in_secret(preset: Preset) -> bool:
    return preset.pki.kind == "secret"


def _get_secret(preset: Preset) -> list[Right]:
    assert preset.pki.kind == "secret"
    return [Right("get", "", "secrets", preset.target.namespace, preset.pki.name)]


CHECKS = (
    Check(
        "certificates.files",
        "Certificate files",
        ("pki", "harbor.url"),
        files,
        applies=_commercial,
        offline=True,
    ),
    Check(
        "certificates.secret",
        "TLS Secret",
        ("pki", "harbor.url", "target"),
        tls_secret,
        applies=_in_secret,
        rights=_get_secret,
    ),
)
