"""References to secrets: overrides, variables, files, prompts; what is left to the cluster."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.answers.conftest import MINIMAL, Judge
from wizard.answers.loading import load, read
from wizard.answers.outline import ROOT, Shape, fields_of, shape_of
from wizard.answers.overrides import idle_variables, overridden
from wizard.answers.preset import Preset
from wizard.answers.rules_values import CHART_DEFAULTS
from wizard.answers.secret_values import known, open_files, resolve, secret_paths, variable_for
from wizard.errors import ExitCode, SecretMissing

ALL_KINDS = """\
schemaVersion: 1
name: test
storage:
  blobs:
    kind: s3
    bucket: b
    accessKey: {env: S3_KEY}
    secretKey: {secret: {name: s3, key: secret}}
pki: {kind: commercial, certificate: c.pem, key: {file: c.key}, passphrase: {prompt: true}}
harbor:
  url: https://harbor.example.com
  secretKey: {generate: true}
  database: {kind: external, host: db, username: u, password: {vault: {path: p, key: k}}}
"""


def tentative(file: Path) -> Preset:
    """All kinds at once, although no server is there for the one in Vault."""
    preset, _ = read([file]).tentative()
    return preset


class Typist:
    """A person who types the label of what is asked."""

    present = True

    def secret(self, path: str, label: str) -> str:
        return f"typed {label}"


class Nobody:
    """No terminal."""

    present = False

    def secret(self, path: str, label: str) -> str:
        raise SecretMissing("No value", why="there is nobody to ask", where=path)


@pytest.fixture
def preset(write: Callable[..., Path]) -> Preset:
    write("the key\n", "c.key")
    return tentative(write(ALL_KINDS))


def test_variables_files_and_typed_secrets_are_known_the_rest_is_left(preset: Preset) -> None:
    assert resolve(preset, {"S3_KEY": "id"}, Typist()) == {
        "storage.blobs.accessKey": "id",
        "pki.key": "the key",
        "pki.passphrase": "typed Passphrase",
    }


def test_what_is_known_by_now_is_told_without_asking_or_refusing(preset: Preset) -> None:
    assert known(preset, {}) == {"pki.key": "the key"}
    variable = variable_for("pki.passphrase")
    assert known(preset, {"S3_KEY": "id", variable: "typed"}) == {
        "storage.blobs.accessKey": "id",
        "pki.key": "the key",
        "pki.passphrase": "typed",
    }


def test_an_override_counts_for_every_kind(preset: Preset) -> None:
    paths = [secret.path for secret in secret_paths(preset)]
    environ = {variable_for(path): "0123456789abcdef" for path in paths}
    assert resolve(preset, environ, Nobody()) == dict.fromkeys(paths, "0123456789abcdef")


def test_all_secrets_are_listed_with_labels(preset: Preset) -> None:
    assert [(secret.path, secret.label, secret.variable) for secret in secret_paths(preset)] == [
        ("storage.blobs.accessKey", "Access key", "WIZARD_SECRET_STORAGE_BLOBS_ACCESS_KEY"),
        ("storage.blobs.secretKey", "Secret key", "WIZARD_SECRET_STORAGE_BLOBS_SECRET_KEY"),
        ("pki.key", "Private key", "WIZARD_SECRET_PKI_KEY"),
        ("pki.passphrase", "Passphrase", "WIZARD_SECRET_PKI_PASSPHRASE"),
        ("harbor.adminPassword", "Admin password", "WIZARD_SECRET_HARBOR_ADMIN_PASSWORD"),
        ("harbor.secretKey", "Secret key", "WIZARD_SECRET_HARBOR_SECRET_KEY"),
        ("harbor.database.password", "Password", "WIZARD_SECRET_HARBOR_DATABASE_PASSWORD"),
    ]


def test_an_overridden_preset_refers_to_the_variables(preset: Preset) -> None:
    variable = variable_for("harbor.database.password")
    changed = overridden(preset, {variable: "x"})
    references = {secret.path: secret.reference.model_dump() for secret in secret_paths(changed)}
    assert references["harbor.database.password"] == {"env": variable}
    assert references["storage.blobs.accessKey"] == {"env": "S3_KEY"}
    assert overridden(preset, {}) == preset


def test_a_secret_in_a_map_can_be_overridden(write: Callable[..., Path]) -> None:
    solver = "{kind: dns01, provider: {}, secrets: {api.token: {prompt: true}}}"
    pki = f"{{kind: acme, server: 'https://a.corp', email: a@b, solver: {solver}}}"
    preset = load([write(MINIMAL.replace("{kind: self-signed}", pki))])
    variable = "WIZARD_SECRET_PKI_SOLVER_SECRETS_API_TOKEN"
    assert resolve(overridden(preset, {variable: "x"}), {variable: "x"}, Nobody()) == {
        'pki.solver.secrets."api.token"': "x"
    }


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({}, "the environment variable S3_KEY is not set"),
        ({"S3_KEY": ""}, "the environment variable S3_KEY is empty"),
        (
            {"S3_KEY": "x", "WIZARD_SECRET_STORAGE_BLOBS_ACCESS_KEY": ""},
            "the environment variable WIZARD_SECRET_STORAGE_BLOBS_ACCESS_KEY is empty",
        ),
    ],
)
def test_a_variable_that_is_missing_or_empty_is_an_error(
    environ: dict[str, str], why: str, preset: Preset
) -> None:
    with pytest.raises(SecretMissing) as caught:
        resolve(preset, environ, Typist())
    assert caught.value.why == why
    assert caught.value.where == "storage.blobs.accessKey"
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, ": no such file or directory"),
        (b"", " is empty"),
        (b"\n", " is empty"),
        (b"x" * 2_000_000, " is larger than a Secret can be"),
    ],
)
def test_a_file_that_is_missing_empty_or_no_text_is_an_error(
    content: bytes | None, why: str, preset: Preset, tmp_path: Path
) -> None:
    (tmp_path / "c.key").unlink()
    if content is not None:
        (tmp_path / "c.key").write_bytes(content)
    with pytest.raises(SecretMissing) as caught:
        resolve(preset, {"S3_KEY": "x"}, Typist())
    assert caught.value.why.endswith(f"c.key{why}")
    assert caught.value.fix == "put the secret into the file, or set WIZARD_SECRET_PKI_KEY"


def test_a_file_that_is_no_text_is_an_error_but_for_keys(write: Callable[..., Path]) -> None:
    answers = ALL_KINDS.replace("{env: S3_KEY}", "{file: c.key}")
    preset = tentative(write(answers))
    (key_file := write("", "c.key")).write_bytes(b"\x30\xff")
    with pytest.raises(SecretMissing) as caught:
        resolve(preset, {}, Typist())
    assert caught.value.where == "storage.blobs.accessKey"
    assert caught.value.why == f"the file {key_file} is not text in UTF-8"
    assert known(preset, {})["pki.key"] == "MP8="


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"a", "a"), (b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b" a ", " a ")],
)
def test_one_line_end_is_no_part_of_a_secret(
    content: bytes, value: str, preset: Preset, tmp_path: Path
) -> None:
    (tmp_path / "c.key").write_bytes(content)
    assert resolve(preset, {"S3_KEY": "x"}, Typist())["pki.key"] == value


@pytest.mark.parametrize("value", ["too-short", "seventeen-letters", "fifteen-and-ä€"])
def test_the_secret_key_has_exactly_sixteen_characters(value: str, preset: Preset) -> None:
    environ = {"S3_KEY": "x", "WIZARD_SECRET_HARBOR_SECRET_KEY": value}
    with pytest.raises(SecretMissing) as caught:
        resolve(preset, environ, Typist())
    assert caught.value.why.endswith("characters instead of 16")
    assert value not in str(caught.value)


@pytest.mark.parametrize("default", sorted(CHART_DEFAULTS))
def test_a_secret_that_everybody_knows_is_refused(default: str, preset: Preset) -> None:
    environ = {"S3_KEY": "x", "WIZARD_SECRET_HARBOR_ADMIN_PASSWORD": default}
    with pytest.raises(SecretMissing, match=r"harbor\.adminPassword cannot be used") as caught:
        resolve(preset, environ, Typist())
    assert "everybody knows" in caught.value.why
    assert default not in str(caught.value)


def test_a_server_of_others_decides_about_its_password(preset: Preset) -> None:
    environ = {"S3_KEY": "x", "WIZARD_SECRET_HARBOR_DATABASE_PASSWORD": "changeit"}
    assert resolve(preset, environ, Typist())["harbor.database.password"] == "changeit"


def test_where_nobody_can_be_asked_all_that_is_missing_is_told(
    write: Callable[..., Path],
) -> None:
    preset = tentative(write(ALL_KINDS.replace("{generate: true}", "{prompt: true}")))
    with pytest.raises(SecretMissing) as caught:
        resolve(preset, {}, Nobody())
    told = str(caught.value)
    assert "4 secrets cannot be had:" in told
    assert "harbor.secretKey: there is nobody to ask" in told
    assert "pki.passphrase: there is nobody to ask" in told


def test_all_that_is_missing_is_told_before_a_person_is_asked(
    preset: Preset, tmp_path: Path
) -> None:
    (tmp_path / "c.key").unlink()
    with pytest.raises(SecretMissing) as caught:
        resolve(preset, {}, Typist())
    for told in (
        "2 secrets cannot be had:",
        "storage.blobs.accessKey: the environment variable S3_KEY is not set",
        "c.key: no such file or directory",
        "fix: put the secret into the file, or set WIZARD_SECRET_PKI_KEY",
    ):
        assert told in str(caught.value)


def test_a_file_that_others_may_read_is_a_warning(preset: Preset, tmp_path: Path) -> None:
    file = tmp_path / "c.key"
    file.chmod(0o640)
    (problem,) = open_files(preset)
    assert (problem.path, problem.severity, problem.fix) == (
        "pki.key",
        "warning",
        f"chmod 600 {file}",
    )
    file.chmod(0o600)
    assert open_files(preset) == []


def test_two_secrets_with_one_variable_are_refused(judge: Judge) -> None:
    text = MINIMAL.replace(
        "{kind: self-signed}",
        "{kind: acme, server: 'https://a.corp', email: a@b, solver: {kind: dns01, provider: {}, "
        "secrets: {a-b: {env: X}, a.b: {env: Y}}}}",
    )
    (problem,) = judge(text)
    assert problem.message == (
        "shares the variable WIZARD_SECRET_PKI_SOLVER_SECRETS_A_B with pki.solver.secrets.a-b"
    )


def _secrets(shape: Shape, path: tuple[str, ...]) -> set[tuple[str, ...]]:
    if shape.form == "secret":
        return {path}
    found = _secrets(shape.item, (*path, "*")) if shape.item else set()
    for section in shape.sections.values():
        for key, info in fields_of(section).items():
            found |= _secrets(shape_of(info.annotation), (*path, key))
    return found


def test_no_two_secrets_of_the_whole_model_share_a_variable() -> None:
    paths = _secrets(ROOT, ())
    assert len(paths) > 20
    assert len({variable_for(".".join(path)) for path in paths}) == len(paths)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("WIZARD_SECRET_HARBOR_SECRETKEY", "Did you mean WIZARD_SECRET_HARBOR_SECRET_KEY?"),
        ("WIZARD_SECRET_DELIVERY_PULL_SECRET", "Known here: WIZARD_SECRET_STORAGE_BLOBS_"),
    ],
)
def test_a_variable_that_overrides_nothing_is_told(name: str, fix: str, preset: Preset) -> None:
    environ = {name: "hunter2", "WIZARD_SECRET_PKI_KEY": "x", "S3_KEY": "x"}
    (problem,) = idle_variables(preset, environ)
    assert name in problem.message
    assert problem.fix.startswith(fix)
    assert problem.severity == "warning"
    assert "hunter2" not in str(problem)
