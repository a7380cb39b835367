"""The examples with a Vault or OpenBao are carried out as a rehearsal, to their end."""

import shutil
from pathlib import Path

import pytest

from backends.certificates import X509
from tests.unit.cli.conftest import PRESETS, Run
from wizard.certificates import CertificateRequest
from wizard.errors import ExitCode

EXAMPLES = (
    "unseal-aws-kms",
    "unseal-shares",
    "unseal-static",
    "unseal-transit",
    "unseal-vault-shares",
    "vault-approle",
    "vault-certificate",
    "vault-kubernetes",
    "vault-token",
    "vault-userpass",
)
LOGIN = "Canary-L0gin-Word"
SECRETS = {
    "UNSEAL_TOKEN": LOGIN,
    "VAULT_TOKEN": LOGIN,
    "VAULT_SECRET_ID": LOGIN,
    "WIZARD_SECRET_PKI_AUTHORITY_SERVER_AUTH_PASSWORD": LOGIN,
}


@pytest.fixture
def files(folder: Path) -> None:
    """What the examples name."""
    pair = X509().issue(CertificateRequest("vault", is_authority=True), None)
    for name in ("vault-ca.pem", "client.pem"):
        (folder / name).write_bytes(pair.certificate)
    (folder / "client.key").write_bytes(pair.key)
    (folder / "client.key").chmod(0o600)


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_goes_through_and_has_nothing_left_to_do(
    wizard: Run, env: dict[str, str], folder: Path, files: None, state: Path, name: str
) -> None:
    env |= SECRETS
    shutil.copy(PRESETS / "examples" / f"{name}.yaml", folder)
    arguments = ("--demo", "--preset", f"{name}.yaml", "--yes", "--output", "json")
    arguments += ("--set", "harbor.expose.className=traefik")
    ended = wizard(*arguments)
    assert ended.code == ExitCode.DONE, ended.stderr
    again = wizard(*arguments, "--plan")
    assert again.code == ExitCode.DONE, again.stderr
    kept = list((state / "harbor-wizard" / "demo" / "runs").rglob("*"))
    assert kept
    assert not [path for path in kept if path.is_file() and LOGIN in path.read_text()]
