"""Certificates that somebody else made: files of this machine, a TLS Secret of the cluster."""

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from wizard.answers.pki import Commercial
from wizard.answers.preset import Preset
from wizard.answers.secrets import KubernetesSecret
from wizard.certificates import CertificateProblem, GivenCertificate, Judgement
from wizard.charts.package import Packages
from wizard.checks.base import Check, Outcome, Subject
from wizard.checks.references import SECRET
from wizard.errors import SecretMissing, UsageError
from wizard.ports import Ref, Right, World
from wizard.steps.certificates import due
from wizard.steps.commercial import file_bytes, judged
from wizard.steps.inputs import Inputs

_ABOUT_TRUST = {"self-signed", "chain-incomplete", "untrusted"}


async def files(world: World, subject: Subject) -> Outcome:
    """Whether the certificate's files can be used for the host of the URL."""
    preset, pki = subject.preset, subject.preset.pki
    assert pki.kind == "commercial"
    for path, label, reference in (
        ("pki.key", "private key", pki.key),
        ("pki.passphrase", "passphrase", pki.passphrase),
    ):
        here = reference is not None and not isinstance(reference, KubernetesSecret)
        if here and path not in subject.secrets:
            return Outcome("skipped", f"The {label} is not known yet.")
    inputs = Inputs(preset, Packages(world.charts, Path()), subject.secrets)
    try:
        judgement = await judged(world, inputs, pki)
    except SecretMissing as error:
        return Outcome("fail", f"{error.what}.", f"{error.why}.", f"{error.fix}.".capitalize())
    except UsageError as error:
        return Outcome(
            "fail",
            f"{error.where} cannot be read: {error.why}.",
            "It holds Harbor's certificate.",
            "Correct pki.certificate, pki.chain or pki.caBundle; relative paths count from the "
            "preset's file.",
        )
    problems = [_placed(one, pki) for one in judgement.problems if not one.mended]
    return _outcome(judgement, problems, preset.harbor.host)


def _placed(problem: CertificateProblem, pki: Commercial) -> CertificateProblem:
    """The problem with the answer whose file it is about, where it says that of no file."""
    files: Mapping[str, tuple[str, Path | None]] = {
        "unreadable": ("pki.certificate", pki.certificate),
        "chain-unreadable": ("pki.chain", pki.chain),
        "roots-unreadable": ("pki.caBundle", pki.ca_bundle),
    }
    if problem.code not in files:
        return problem
    path, file = files[problem.code]
    return replace(problem, message=f"{problem.message.rstrip('.')}: {path} is {file}.")


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
    roots = _roots(world, b64decode(data.get("ca.crt") or ""), preset)
    judgement = world.certificates.judge(
        GivenCertificate(pem, key, roots=roots), preset.harbor.host
    )
    problems = [
        replace(one, message=f"{one.message.rstrip('.')}: tls.crt in the Secret {place}.")
        if one.code == "unreadable"
        else one
        for one in judgement.problems
    ]
    leaf = next(iter(judgement.chain), None)
    renewed = leaf is not None and not due(leaf, datetime.now(UTC))
    found = [*_as_served(problems, rooted=bool(roots), renewed=renewed)]
    return _outcome(judgement, found, preset.harbor.host)


def _roots(world: World, own: bytes, preset: Preset) -> bytes:
    """The authorities that are known besides the system's; what cannot be read is none."""
    found = b""
    for data in (own, file_bytes(preset.network.ca_bundle)):
        try:
            found += world.certificates.pem(data)
        except UsageError:
            continue
    return found


def _as_served(
    problems: Sequence[CertificateProblem], *, rooted: bool, renewed: bool
) -> Iterator[CertificateProblem]:
    """The problems of a Secret that is served as it is and that somebody renews in time.

    Its clients may know an authority that this machine does not.
    """
    for problem in problems:
        if problem.code == "leaf-not-first":
            yield replace(problem, level="bad")
        elif problem.code in _ABOUT_TRUST and (rooted or problem.code != "untrusted"):
            yield replace(problem, level="warn")
        elif problem.code != "untrusted" and not (problem.code == "expires-soon" and renewed):
            yield problem


def _outcome(judgement: Judgement, problems: Sequence[CertificateProblem], host: str) -> Outcome:
    if not problems:
        leaf = judgement.chain[0]
        fact = f"{leaf.subject} is valid for {host} until {leaf.not_after:%Y-%m-%d}."
        return Outcome("ok", fact)
    bad = any(problem.level == "bad" for problem in problems)
    return Outcome(
        "fail" if bad else "warn",
        " ".join(problem.message for problem in problems),
        f"Clients would refuse Harbor at {host}." if bad else "Some clients may refuse it.",
        " ".join(dict.fromkeys(problem.fix for problem in problems)),
    )


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
