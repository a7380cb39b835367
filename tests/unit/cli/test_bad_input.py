"""What a person may get wrong: told with why and a way out, and nothing is changed."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backends.certificates import X509
from tests.unit.cli.conftest import DEMO, Ended, Run, nothing_changed, runs_of
from wizard.certificates import CertificateRequest, KeyPair
from wizard.errors import ExitCode

HOST = "harbor.example.com"


def told(ended: Ended, *words: str) -> None:
    """Require a message with a way out that has these words."""
    for word in (*words, "fix:"):
        assert word in ended.stderr + ended.stdout, (word, ended.stderr)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture
def pair(folder: Path) -> KeyPair:
    """A certificate for the preset's host and its key, as files `leaf.pem` and `leaf.key`."""
    authority = X509().issue(CertificateRequest("CA", is_authority=True), None)
    leaf = X509().issue(CertificateRequest(HOST, (HOST,)), authority)
    (folder / "leaf.pem").write_bytes(leaf.certificate + authority.certificate)
    (folder / "leaf.key").write_bytes(leaf.key)
    (folder / "leaf.key").chmod(0o600)
    (folder / "ca.pem").write_bytes(authority.certificate)
    return leaf


@pytest.fixture
def commercial(folder: Path, pair: KeyPair) -> tuple[str, ...]:
    """The demo's preset with a certificate from files."""
    text = (folder / "demo.yaml").read_text()
    head, _, rest = text.partition("pki:")
    _, _, harbor = rest.partition("harbor:")
    pki = "pki:\n  kind: commercial\n  certificate: leaf.pem\n  caBundle: ca.pem\n"
    key = "  key: {file: leaf.key}\n"
    (folder / "files.yaml").write_text(f"{head}{pki}{key}harbor:{harbor}")
    return ("--demo", "--yes", "--preset", "files.yaml")


def test_good_certificate_files_do(wizard: Run, commercial: tuple[str, ...]) -> None:
    done = wizard(*commercial)
    assert done.code is ExitCode.DONE, done.stdout


@pytest.mark.parametrize("file", ["leaf.pem", "leaf.key"])
@pytest.mark.parametrize("spoil", ["gone", "folder", "empty", "binary", "text"])
def test_certificate_files_that_cannot_be_used(
    wizard: Run, commercial: tuple[str, ...], folder: Path, state: Path, file: str, spoil: str
) -> None:
    path = folder / file
    path.unlink()
    if spoil == "folder":
        path.mkdir()
    elif spoil != "gone":
        path.write_bytes({"empty": b"", "binary": b"\x00\xff\xfe", "text": b"no PEM"}[spoil])
        path.chmod(0o600)
    refused = wizard(*commercial)
    assert refused.code in {ExitCode.USAGE, ExitCode.CHECK_FAILED}
    told(refused, file if refused.code is ExitCode.USAGE else "Certificate")
    assert nothing_changed(state)


def test_a_key_of_another_certificate(
    wizard: Run, commercial: tuple[str, ...], folder: Path, state: Path
) -> None:
    other = X509().issue(CertificateRequest(HOST, (HOST,)), None)
    (folder / "leaf.key").write_bytes(other.key)
    refused = wizard(*commercial)
    assert refused.code is ExitCode.CHECK_FAILED
    told(refused, "key")
    assert nothing_changed(state)


def test_no_kubeconfig(wizard: Run, state: Path) -> None:
    refused = wizard("--preset", "demo.yaml")
    assert refused.code is ExitCode.USAGE
    told(refused, "kubeconfig", "--demo")
    assert not state.exists()


@pytest.mark.parametrize("content", [None, "folder", b"", b"\x00\xff", b"just text", b"a: [b"])
def test_a_kubeconfig_that_is_none(wizard: Run, folder: Path, content: object) -> None:
    if content == "folder":
        (folder / "config").mkdir()
    elif isinstance(content, bytes):
        (folder / "config").write_bytes(content)
    refused = wizard("--preset", "demo.yaml", "--kubeconfig", "config", "--check")
    assert refused.code is ExitCode.USAGE
    told(refused, "config")


def helm(folder: Path, env: dict[str, str], text: str | None, mode: int = 0o755) -> None:
    """Have the command use a program of this text as Helm; None: there is no such file."""
    env["WIZARD_HELM"] = str(folder / "helm")
    if text is not None:
        (folder / "helm").write_text(text)
        (folder / "helm").chmod(mode)


@pytest.mark.parametrize(
    ("text", "mode", "word"),
    [
        (None, 0, "no such file"),
        ("#!/bin/sh\n", 0o644, "not executable"),
        ("#!/bin/sh\necho v3.19.0\n", 0o755, "Helm 3.19.0 is too old"),
        ("#!/bin/sh\necho hello\n", 0o755, "'hello'"),
        ("#!/no/such/interpreter\n", 0o755, "Helm cannot be run"),
        ("#!/bin/sh\necho broken >&2\nexit 3\n", 0o755, "why: broken"),
    ],
)
def test_a_helm_that_is_none(
    wizard: Run, folder: Path, env: dict[str, str], text: str | None, mode: int, word: str
) -> None:
    helm(folder, env, text, mode)
    refused = wizard("rbac", "--preset", "demo.yaml")
    assert refused.code is ExitCode.CHECK_FAILED
    told(refused, word)
    assert refused.stdout == ""


def test_no_helm_at_all(wizard: Run, env: dict[str, str]) -> None:
    env["PATH"] = "/nonexistent"
    refused = wizard("rbac", "--preset", "demo.yaml")
    assert refused.code is ExitCode.CHECK_FAILED
    told(refused, "Helm was not found", "WIZARD_HELM")


@pytest.mark.parametrize("what", ["folder", "package", "digest", "archive"])
def test_charts_that_are_not_there(wizard: Run, folder: Path, state: Path, what: str) -> None:
    package = folder / "charts" / "harbor-1.19.2.tgz"
    if what != "folder":
        package.parent.mkdir()
    if what in {"digest", "archive"}:
        package.write_bytes(b"no archive")
    version = ("--set", "versions.harbor=2.15.1") if what == "archive" else ()
    if what == "archive":
        package.rename(package.with_name("harbor-1.19.1.tgz"))
    charts = ("--set", "delivery.charts.kind=directory", "--set", "delivery.charts.path=charts")
    refused = wizard(*DEMO, "--yes", *charts, *version)
    assert refused.code is ExitCode.CHECK_FAILED
    word = {"digest": "is not the one it should be", "archive": "not a"}.get(what, "is missing")
    told(refused, word, "harbor-1.19")
    assert nothing_changed(state)


@pytest.mark.parametrize("variable", ["", None])
def test_a_secret_that_is_empty_or_missing(
    wizard: Run, env: dict[str, str], state: Path, variable: str | None
) -> None:
    if variable is not None:
        env["ADMIN"] = variable
    refused = wizard(*DEMO, "--set", "harbor.adminPassword={env: ADMIN}")
    assert refused.code is ExitCode.USAGE
    told(refused, "ADMIN", "WIZARD_SECRET_HARBOR_ADMIN_PASSWORD")
    assert not state.exists()


def test_a_question_without_a_terminal(program: Run, state: Path) -> None:
    refused = program(*DEMO, "--set", "harbor.adminPassword={prompt: true}")
    assert refused.code is ExitCode.USAGE
    told(refused, "no terminal", "WIZARD_SECRET_HARBOR_ADMIN_PASSWORD")
    assert not state.exists()


@pytest.mark.parametrize(
    "content", [None, "folder", b"", b"\x00\x01\x02", b"\xff\xfen\x00", b"- a"]
)
def test_a_preset_that_is_none(
    wizard: Run, folder: Path, state: Path, content: bytes | str | None
) -> None:
    if content == "folder":
        (folder / "my.yaml").mkdir()
    elif isinstance(content, bytes):
        (folder / "my.yaml").write_bytes(content)
    for arguments in (("--demo", "--preset", "my.yaml"), ("preset", "validate", "my.yaml")):
        refused = wizard(*arguments)
        assert refused.code is ExitCode.USAGE
        told(refused, "my.yaml")
    assert not state.exists()


def test_a_log_dir_that_is_a_file(wizard: Run, state: Path, folder: Path) -> None:
    (folder / "logs").write_text("kept")
    refused = wizard(*DEMO, "--log-dir", "logs")
    assert refused.code is ExitCode.USAGE
    told(refused, "--log-dir")
    assert (folder / "logs").read_text() == "kept"
    assert nothing_changed(state)


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_a_state_folder_that_cannot_be(
    wizard: Run, env: dict[str, str], folder: Path, arguments: tuple[str, ...]
) -> None:
    (folder / "state").write_text("kept")
    env["XDG_STATE_HOME"] = str(folder / "state")
    refused = wizard(*DEMO, *arguments)
    assert refused.code is ExitCode.USAGE
    told(refused, str(folder / "state"))
    assert (folder / "state").read_text() == "kept"


def test_a_full_disk_before_the_run(wizard: Run, state: Path) -> None:
    with full_disk(10):
        refused = wizard(*DEMO)
    assert refused.code is ExitCode.USAGE
    told(refused, "The journal of the run cannot be written", "make room")
    assert nothing_changed(state)


def test_a_full_disk_in_the_run_is_told(wizard: Run, state: Path) -> None:
    with full_disk(60_000):
        done = wizard(*DEMO)
    told(done, "The simulated cluster cannot be kept")
    assert "Harbor is ready" in done.stdout
    assert len(runs_of(state)) == 1
    assert [path.name for path in (state / "harbor-wizard" / "demo").iterdir()] == ["runs"]


def test_a_full_disk_while_a_preset_is_migrated(
    wizard: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizard.answers import loading

    before = (folder / "demo.yaml").read_text().replace("schemaVersion: 1", "schemaVersion: 0")
    (folder / "demo.yaml").write_text(before)
    monkeypatch.setattr(loading, "version_problem", lambda data: None)
    monkeypatch.setattr(loading, "migrate", lambda data: {**data, "schemaVersion": 1})
    with full_disk(10):
        refused = wizard("preset", "migrate", "demo.yaml")
    assert refused.code is ExitCode.USAGE
    told(refused, "nothing was changed")
    assert (folder / "demo.yaml").read_text() == before
    assert [path.name for path in folder.iterdir()] == ["demo.yaml"]
