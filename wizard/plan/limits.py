"""Answers that can be given and checked, but that this version does not carry out yet."""

from collections.abc import Iterator, Mapping
from typing import Any

from wizard.answers.authority import DeployedServer, ServedAuthority, VaultAuthority
from wizard.answers.paths import Path, format_path
from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.raw import value_at
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import VaultSecret
from wizard.answers.storage import NfsProvisioner
from wizard.answers.unseal import Shamir
from wizard.charts.tls import has_authority

LATER: Mapping[Path, tuple[tuple[str, ...], str]] = {
    ("pki", "authority", "server", "unseal"): (
        ("awskms", "gcpckms", "azurekeyvault"),
        "shamir, static or transit, or a server of yours",
    ),
}
"""The sections that have kinds for later: these kinds, and those that are carried out."""


def is_for_later(path: Path, kind: object) -> bool:
    """Whether a kind of the section at a path can be given, but is not carried out yet."""
    return path in LATER and kind in LATER[path][0]


def kinds_for_later(data: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for every kind in raw answers that is for later, however little of it is given."""
    for path in LATER:
        raw = value_at(path, data)
        kind = raw.get("kind") if isinstance(raw, Mapping) else None
        if is_for_later(path, kind):
            yield _later_kind(path, str(kind))


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
    if isinstance(authority, VaultAuthority):
        yield _later(
            "pki.authority.server.kind",
            "deploy for a Vault",
            "existing, or OpenBao in pki.authority.kind",
        )
    yield from _kind(("pki", "authority", "server", "unseal"), server.unseal.kind)
    if server.replicas != 1 and not isinstance(server.unseal, Shamir):
        given = f"{server.replicas} with unseal.kind {server.unseal.kind}"
        yield _later("pki.authority.server.replicas", given, "1, or unseal.kind shamir")


def _kind(path: Path, kind: str) -> Iterator[Problem]:
    if is_for_later(path, kind):
        yield _later_kind(path, kind)


def _later_kind(path: Path, kind: str) -> Problem:
    return _later(format_path((*path, "kind")), kind, LATER[path][1])


def _later(path: str, given: str, instead: str) -> Problem:
    message = f"`{given}` is understood, but this version of the wizard does not carry it out yet"
    return Problem(path, message, f"use {instead}")
