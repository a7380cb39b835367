"""Answers that can be given and checked, but that this version does not carry out yet."""

from collections.abc import Iterator

from wizard.answers.authority import LocalAuthority
from wizard.answers.pki import Acme, Commercial, Issuer, SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import VaultSecret


def not_carried_out(preset: Preset) -> Iterator[Problem]:
    """A problem for every answer that would otherwise be ignored in silence."""
    yield from _storage(preset)
    yield from _certificates(preset)
    if preset.trust.pods != "none":
        yield _later("trust.pods", preset.trust.pods, "none")
    if preset.trust.nodes != "instructions":
        yield _later("trust.nodes", preset.trust.nodes, "instructions")
    for secret in secret_paths(preset):
        if isinstance(secret.reference, VaultSecret):
            yield _later(secret.path, "vault", "env, file, secret or prompt")


def _storage(preset: Preset) -> Iterator[Problem]:
    provisioner, blobs = preset.storage.provisioner, preset.storage.blobs
    if provisioner.kind != "existing":
        yield _later("storage.provisioner.kind", provisioner.kind, "existing")
    if blobs.kind != "volume":
        yield _later("storage.blobs.kind", blobs.kind, "volume")


def _certificates(preset: Preset) -> Iterator[Problem]:
    pki = preset.pki
    if isinstance(pki, Acme | Issuer):
        yield _later("pki.kind", pki.kind, "self-signed, commercial, secret or none")
    if isinstance(pki, SelfSigned) and not isinstance(pki.authority, LocalAuthority):
        yield _later("pki.authority.kind", pki.authority.kind, "local")
    if isinstance(pki, Commercial) and pki.passphrase is not None:
        yield _later("pki.passphrase", "a passphrase", "a key without one")
    if isinstance(pki, Commercial) and pki.fetch_intermediates:
        yield _later("pki.fetchIntermediates", "true", "false, with pki.chain")


def _later(path: str, given: str, instead: str) -> Problem:
    message = f"`{given}` is understood, but this version of the wizard does not carry it out yet"
    return Problem(path, message, f"use {instead}")
