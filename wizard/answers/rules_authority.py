"""Rules about a Vault or OpenBao that keeps the authority."""

import re
from collections.abc import Iterator

from wizard.answers.authority import ExistingServer, OfflineSigner, Root, ServedAuthority
from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import VaultSecret
from wizard.answers.vaultauth import UserpassAuth

_PATH = "pki.authority"


def served(preset: Preset) -> Iterator[Problem]:
    """Mounts and lives of the two authorities, and what cert-manager can use."""
    authority = preset.pki.authority if isinstance(preset.pki, SelfSigned) else None
    if not isinstance(authority, ServedAuthority):
        return
    if isinstance(authority.server, ExistingServer) and authority.server.sign_path is not None:
        yield from _signing_only(authority.server, authority.server.sign_path)
        return
    root, issuing = authority.root, authority.issuing
    if isinstance(issuing.signer, OfflineSigner):
        if root != Root():
            yield Problem(
                f"{_PATH}.root",
                "the root stays outside, where the issuing certificate is signed",
                f"Leave it out: {_PATH}.issuing.signer.root names its file.",
            )
        return
    if root.mount.strip("/") == issuing.mount.strip("/"):
        yield Problem(
            f"{_PATH}.issuing.mount",
            f"{issuing.mount} is the root's mount too",
            "Give each a mount of its own: roles of one must never sign with the other.",
        )
    if issuing.years > root.years:
        yield Problem(
            f"{_PATH}.issuing.years",
            f"{issuing.years} years are longer than the root's {root.years}",
            "A certificate cannot outlive the one that signs it.",
        )


def secrets_there(preset: Preset) -> Iterator[Problem]:
    """`{vault: …}` means a server that runs already, and lets the wizard in by something else."""
    authority = preset.pki.authority if isinstance(preset.pki, SelfSigned) else None
    there = isinstance(authority, ServedAuthority) and isinstance(authority.server, ExistingServer)
    for secret in secret_paths(preset):
        if not isinstance(secret.reference, VaultSecret):
            continue
        if not there:
            yield Problem(
                secret.path,
                f"there is no Vault or OpenBao to read it from: {_PATH}.server is none of yours",
                "Use env, file, secret or prompt.",
            )
        elif secret.path.startswith(f"{_PATH}.server.auth."):
            yield Problem(
                secret.path,
                "the login to that server cannot be kept in it",
                "Use env, file, secret or prompt.",
            )


def _signing_only(server: ExistingServer, path: str) -> Iterator[Problem]:
    if not re.fullmatch(r"[^/].*/sign/[^/]+", path):
        yield Problem(
            f"{_PATH}.server.signPath",
            f"{path} is no path that signs by a role",
            "It is MOUNT/sign/ROLE, such as pki_int/sign/harbor.",
        )
    if isinstance(server.auth, UserpassAuth):
        yield Problem(
            f"{_PATH}.server.auth.kind",
            "cert-manager cannot log in with user and password",
            "Use token, approle, kubernetes or certificate.",
        )
