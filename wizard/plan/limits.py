"""Answers that can be given and checked, but that this version does not carry out yet."""

from collections.abc import Iterator

from wizard.answers.authority import DeployedServer, ServedAuthority
from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import VaultSecret
from wizard.answers.storage import NfsProvisioner
from wizard.charts.tls import has_authority
from wizard.steps.vault.custody import holders_of


def not_carried_out(preset: Preset) -> Iterator[Problem]:
    """A problem for every answer that would otherwise be ignored in silence."""
    yield from _storage(preset)
    yield from _certificates(preset)
    if preset.trust.pods != "none" and not has_authority(preset):
        yield _later("trust.pods", preset.trust.pods, "none where no root of your own is known")
    if preset.trust.nodes != "instructions" and not has_authority(preset):
        instead = "instructions where no root of your own is known"
        yield _later("trust.nodes", preset.trust.nodes, instead)
    for secret in secret_paths(preset):
        if isinstance(secret.reference, VaultSecret):
            yield _later(secret.path, "vault", "env, file, secret or prompt")


def _storage(preset: Preset) -> Iterator[Problem]:
    storage = preset.storage
    if isinstance(storage.provisioner, NfsProvisioner) and storage.provisioner.driver == "subdir":
        instead = "csi, which is maintained; subdir is legacy, and its chart was never tried"
        yield _later("storage.provisioner.driver", "subdir", instead)


def _certificates(preset: Preset) -> Iterator[Problem]:
    authority = preset.pki.authority if isinstance(preset.pki, SelfSigned) else None
    if isinstance(authority, ServedAuthority) and isinstance(authority.server, DeployedServer):
        yield from _deployed(authority, authority.server)


def _deployed(authority: ServedAuthority, server: DeployedServer) -> Iterator[Problem]:
    if server.replicas != 1 and holders_of(authority, server) is None:
        given = f"{server.replicas} with unseal.kind {server.unseal.kind}"
        yield _later("pki.authority.server.replicas", given, "1, or unseal.kind shamir")


def _later(path: str, given: str, instead: str) -> Problem:
    message = f"`{given}` is understood, but this version of the wizard does not carry it out yet"
    return Problem(path, message, f"use {instead}")
