"""A commercial certificate: from the files and secrets of the answers to what Harbor is given."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from wizard.answers.pki import Commercial
from wizard.answers.reading import read_bytes
from wizard.answers.secret_values import MAX_BYTES
from wizard.answers.secrets import GivenSecret, KubernetesSecret
from wizard.certificates import CertificateProblem, GivenCertificate, Judgement
from wizard.errors import CheckFailed, SecretMissing, UsageError, WorldError
from wizard.ports import World
from wizard.steps.inputs import Inputs
from wizard.steps.secrets import Entries

_LONGEST = 4
"""Intermediates that are fetched one after the other; real chains have one or two."""


async def served(world: World, inputs: Inputs, pki: Commercial) -> Entries:
    """The entries of Harbor's TLS Secret. Raises CheckFailed where the files give none."""
    judgement = await judged(world, inputs, pki)
    if not judgement.served or not judgement.key:
        worst = judgement.problems[0]
        raise CheckFailed(worst.message.rstrip("."), where=str(pki.certificate), fix=worst.fix)
    entries = {"tls.crt": judgement.served, "tls.key": judgement.key}
    inputs.conceal_entries(entries)
    return entries


async def judged(world: World, inputs: Inputs, pki: Commercial) -> Judgement:
    """Whether the answers' certificate will do for Harbor's host, and what is served of it.

    Intermediates that are missing are fetched where that is allowed; those that were fetched
    before are in the installed Secret. Raises UsageError for files and secrets that are not there.
    """
    host = inputs.preset.harbor.host
    given = await _given(world, inputs, pki)
    judgement = world.certificates.judge(given, host)
    if not pki.fetch_intermediates or not judgement.issuer_urls:
        return judgement
    given = await _with_installed(world, inputs, given)
    judgement = world.certificates.judge(given, host)
    for _ in range(_LONGEST):
        if not judgement.issuer_urls:
            break
        try:
            fetched = await world.certificates.fetch(judgement.issuer_urls)
        except WorldError as error:
            problem = CertificateProblem(
                "bad", "not-fetched", f"{error.what}: {error.why}.", f"{error.fix}.".capitalize()
            )
            return replace(judgement, problems=(problem, *judgement.problems))
        given = _with_chain(world, given, fetched)
        again = world.certificates.judge(given, host)
        if len(again.chain) == len(judgement.chain):
            break
        judgement = again
    return judgement


async def _given(world: World, inputs: Inputs, pki: Commercial) -> GivenCertificate:
    network = inputs.preset.network.ca_bundle
    passphrase = await _secret(world, inputs, "pki.passphrase", pki.passphrase)
    return GivenCertificate(
        certificate=file_bytes(pki.certificate),
        key=await _secret(world, inputs, "pki.key", pki.key),
        chain=(file_bytes(pki.chain),) if pki.chain else (),
        roots=file_bytes(pki.ca_bundle or network),
        passphrase=passphrase.decode("utf-8", "replace"),
        only_roots=pki.ca_bundle is not None,
    )


async def _secret(world: World, inputs: Inputs, path: str, reference: GivenSecret | None) -> bytes:
    """A secret's value, which may be binary in a Secret; empty where none is given."""
    if path in inputs.secrets:
        return inputs.secrets[path].encode()
    if not isinstance(reference, KubernetesSecret):
        return b""
    source = reference.secret
    value = (await inputs.entries(world, source.name, source.namespace or "")).get(source.key)
    if value:
        return value
    raise SecretMissing(
        f"The Secret {source.namespace or inputs.namespace}/{source.name} has no entry "
        f"`{source.key}`",
        why=f"{path} refers to it",
        where=path,
        fix="create the Secret with that entry, or refer to another",
    )


async def _with_installed(
    world: World, inputs: Inputs, given: GivenCertificate
) -> GivenCertificate:
    with suppress(WorldError):  # without a cluster all is fetched anew
        entries = await inputs.entries(world, inputs.names.certificate)
        return _with_chain(world, given, entries.get("tls.crt", b""))
    return given


def _with_chain(world: World, given: GivenCertificate, more: bytes) -> GivenCertificate:
    """With further intermediates, unless there are none in what was found."""
    try:
        world.certificates.read(more)
    except UsageError:
        return given
    return replace(given, chain=(*given.chain, more))


def file_bytes(path: Path | None) -> bytes:
    """The bytes of a file; none where none is named. Raises UsageError with the path."""
    if path is None:
        return b""
    try:
        data = read_bytes(path, MAX_BYTES + 1)
        why = f"it is larger than {MAX_BYTES // 1024} KiB" if len(data) > MAX_BYTES else ""
    except OSError as error:
        data, why = b"", error.strerror or str(error)
    if not why:
        return data
    raise UsageError(
        "A file that was named cannot be read",
        why=why,
        where=str(path),
        fix="put the file there, or name another",
    )


def file_content(path: Path | None) -> bytes:
    """The content of a text file; nothing where none is named. Raises UsageError."""
    return file_bytes(path).rstrip() + b"\n" if path else b""
