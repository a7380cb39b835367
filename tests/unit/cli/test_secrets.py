"""No secret, given or made, stands in anything that the command says or leaves behind."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.unit.cli.conftest import Run, nothing_changed, objects_of, world_of
from tests.unit.cli.terminal import Terminal
from wizard.errors import ExitCode

ENV, FILE, OVERRIDE, PROMPT = (
    "canary-env-Zw0+/=",
    "canary-file-1234",
    "canary-override-é",
    "canary-prompt-%20",
)
PRESET = """
schemaVersion: 1
name: canaries
pki: {kind: self-signed, authority: {kind: local}}
harbor:
  url: https://harbor.example.com
  expose: {kind: ingress, className: traefik}
  profile: lab
  adminPassword: {env: ADMIN}
  secretKey: {file: encryption.key}
  database: {kind: external, host: db.example.com, username: u, password: {file: none}}
  redis: {kind: external, addresses: ["redis.example.com:6379"], password: {prompt: true}}
"""


@pytest.fixture
def canaries(folder: Path, env: dict[str, str]) -> tuple[str, ...]:
    """A preset with a secret of every origin."""
    (folder / "canaries.yaml").write_text(PRESET)
    (folder / "encryption.key").write_text(FILE)
    (folder / "encryption.key").chmod(0o600)
    env |= {"ADMIN": ENV, "WIZARD_SECRET_HARBOR_DATABASE_PASSWORD": OVERRIDE}
    return ("--demo", "--yes", "--preset", "canaries.yaml")


def left_behind(state: Path) -> str:
    """The text of all files but that of the simulated cluster, which holds its Secrets."""
    files = [path for path in state.rglob("*") if path.is_file() and path != world_of(state)]
    assert files
    return "\n".join(path.read_text(errors="replace") for path in files)


def forms(secret: str) -> Iterator[str]:
    """A secret as it is, and as tools like to write it."""
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode()
    yield json.dumps(secret)[1:-1]


def nowhere(text: str, *secrets: str) -> None:
    """Require that no secret stands in a text in any form."""
    for secret in secrets:
        assert not [form for form in forms(secret) if form in text]


def test_given_secrets_stay_hidden(
    canaries: tuple[str, ...], env: dict[str, str], state: Path
) -> None:
    with Terminal(*canaries, env=env) as terminal:
        terminal.wait_for("(harbor.redis.password): ")
        terminal.type(f"{PROMPT}\n")
        assert terminal.end() == ExitCode.DONE, terminal.shown
    kept = [
        base64.b64decode(value).decode(errors="replace")
        for secret in objects_of(state, "Secret")
        for value in (secret.get("data") or {}).values()
    ]
    assert {ENV, FILE, OVERRIDE, PROMPT} <= set(kept), "the secrets do reach the cluster"
    assert "Harbor is ready" in terminal.shown
    nowhere(terminal.shown + left_behind(state), ENV, FILE, OVERRIDE, PROMPT)


@pytest.mark.parametrize("output", ["text", "json", "jsonl"])
@pytest.mark.parametrize("arguments", [("--check",), ("--plan",), ("--scenario", "image-pull")])
def test_given_secrets_stay_out_of_all_output(
    wizard: Run,
    canaries: tuple[str, ...],
    env: dict[str, str],
    state: Path,
    output: str,
    arguments: tuple[str, ...],
) -> None:
    env["WIZARD_SECRET_HARBOR_REDIS_PASSWORD"] = PROMPT
    done = wizard(*canaries, *arguments, "--output", output)
    assert done.code in {ExitCode.DONE, ExitCode.CHANGES, ExitCode.STEP_FAILED}, done.stderr
    written = left_behind(state) if "--scenario" in arguments else ""
    nowhere(done.stdout + done.stderr + written, ENV, FILE, OVERRIDE, PROMPT)


def test_an_override_replaces_a_question(
    wizard: Run, canaries: tuple[str, ...], env: dict[str, str], state: Path
) -> None:
    refused = wizard(*canaries)
    assert refused.code is ExitCode.USAGE
    assert "WIZARD_SECRET_HARBOR_REDIS_PASSWORD" in refused.stderr
    assert nothing_changed(state)
    env["WIZARD_SECRET_HARBOR_REDIS_PASSWORD"] = PROMPT
    assert wizard(*canaries, "--check").code is ExitCode.DONE


def made(state: Path) -> list[str]:
    """What the wizard made and keeps in Secrets, without certificates, which are public."""
    return [
        base64.b64decode(value).decode()
        for secret in objects_of(state, "Secret")
        if "harbor-wizard/preset" in (secret["metadata"].get("labels") or {})
        for key, value in secret["data"].items()
        if not key.endswith(".crt") and len(value) > 8
    ]


@pytest.mark.parametrize("output", ["text", "json", "jsonl"])
def test_made_secrets_stay_hidden(wizard: Run, state: Path, output: str) -> None:
    told = ""
    for arguments in ((), ("--set", "harbor.metrics.enabled=true"), ("--plan",)):
        done = wizard("--demo", "--preset", "demo.yaml", *arguments, "--output", output)
        assert done.code is ExitCode.DONE or "--plan" in arguments
        told += done.stdout + done.stderr
    told += wizard("verify", "--demo", "--preset", "demo.yaml", "--output", output).stdout
    secrets = made(state)
    assert len(secrets) > 8
    nowhere(told + left_behind(state), *(line for text in secrets for line in key_lines(text)))


def key_lines(secret: str) -> list[str]:
    """A secret; of a key in PEM form its lines, without the dashes, which are no secret."""
    return [line for line in secret.splitlines() if line and not line.startswith("-----")]


def test_a_bug_tells_no_secret(
    wizard: Run,
    canaries: tuple[str, ...],
    env: dict[str, str],
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def changes_to(*_: object, **__: object) -> None:
        raise ValueError([ENV, FILE, OVERRIDE, PROMPT])

    env["WIZARD_SECRET_HARBOR_REDIS_PASSWORD"] = PROMPT
    monkeypatch.setattr("wizard.steps.helm_release.changes_to", changes_to)
    done = wizard(*canaries, "--output", "json")
    assert done.code is ExitCode.BUG
    assert "ValueError" in left_behind(state)
    nowhere(done.stdout + done.stderr + left_behind(state), ENV, FILE, OVERRIDE, PROMPT)
