"""The values of a preset's secrets, as far as this machine knows them."""

import re
import stat
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wizard.answers.outline import walk
from wizard.answers.paths import format_path
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.reading import read_bytes
from wizard.answers.rules_values import CHART_DEFAULTS
from wizard.answers.secrets import EnvSecret, FileSecret, PromptSecret
from wizard.answers.section import Reference, Section
from wizard.errors import SecretMissing
from wizard.ports import Person

MAX_BYTES = 1024 * 1024
"""As much as a Kubernetes Secret can hold."""

VARIABLE = "WIZARD_SECRET_"
"""How the environment variables that override secrets begin."""

SECRET_KEY_LENGTH = 16
"""Harbor's AES key: any other length breaks it later, on saving a registry (harbor-helm#1202)."""


@dataclass(frozen=True, slots=True)
class SecretAnswer:
    """A secret of a preset: its path, what people call it, and where it comes from."""

    path: str
    label: str
    reference: Reference

    @property
    def variable(self) -> str:
        """The environment variable that overrides the reference, whatever it is."""
        return variable_for(self.path)


_BINARY = {"pki.key"}
"""Secrets that are read in whatever form they have, base64 included."""


def variable_for(path: str) -> str:
    """`harbor.adminPassword` is `WIZARD_SECRET_HARBOR_ADMIN_PASSWORD`."""
    humps = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", path)
    return VARIABLE + re.sub(r"[^A-Za-z0-9]+", "_", humps).strip("_").upper()


def secret_paths(preset: Section) -> Iterator[SecretAnswer]:
    """All secrets that a preset refers to."""
    for answer in walk(preset):
        if isinstance(answer.value, Reference):
            label = answer.info.title or ""
            yield SecretAnswer(format_path(answer.path), label, answer.value)


def resolve(preset: Section, environ: Mapping[str, str], person: Person) -> Mapping[str, str]:
    """The secrets by path that this machine knows: variables, files, and what a person types.

    An override counts for every kind. Secrets that live in the cluster, or are to be made, are left
    to the steps that use them; those in Vault are read by the command. Raises SecretMissing with
    all that cannot be had; a person who is there is only asked where nothing else is missing.
    """
    values: dict[str, str] = {}
    missing: list[SecretMissing] = []
    for secret in sorted(secret_paths(preset), key=lambda secret: _is_asked(secret, environ)):
        if missing and person.present and _is_asked(secret, environ):
            break
        try:
            value = _value(secret, environ, person)
            if value is not None:
                require_usable(preset, secret, value)
                values[secret.path] = value
        except SecretMissing as error:
            missing.append(error)
    if missing:
        raise together(missing)
    return values


def missing_secrets(
    preset: Section, environ: Mapping[str, str], person: Person
) -> list[tuple[SecretAnswer, SecretMissing]]:
    """The secrets that this machine should know and does not, each with what is in the way."""
    found = []
    for secret in secret_paths(preset):
        try:
            value = _value(secret, environ, person)
            if value is not None:
                require_usable(preset, secret, value)
        except SecretMissing as error:
            found.append((secret, error))
    return found


def _is_asked(secret: SecretAnswer, environ: Mapping[str, str]) -> bool:
    return isinstance(secret.reference, PromptSecret) and secret.variable not in environ


def together(missing: Sequence[SecretMissing]) -> SecretMissing:
    """One error of several."""
    if len(missing) == 1:
        return missing[0]
    each = [str(Problem(one.where, one.why, one.fix)) for one in missing]
    return SecretMissing("\n".join([f"{len(missing)} secrets cannot be had:", *each]))


class _Nobody:
    """The person where nobody is asked."""

    present = False

    def secret(self, path: str, label: str) -> str:
        """Raises SecretMissing."""
        raise SecretMissing(f"No value for the secret {path}", why="nobody was asked", where=path)


def known(preset: Section, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Those of the same secrets that this machine has by now; nobody is asked for the others."""
    values: dict[str, str] = {}
    for secret in secret_paths(preset):
        with suppress(SecretMissing):
            value = _value(secret, environ, _Nobody())
            if value is not None:
                values[secret.path] = value
    return values


def _value(secret: SecretAnswer, environ: Mapping[str, str], person: Person) -> str | None:
    reference = secret.reference
    if secret.variable in environ:
        return _from_variable(secret, secret.variable, environ)
    if isinstance(reference, EnvSecret):
        return _from_variable(secret, reference.env, environ)
    if isinstance(reference, FileSecret):
        return _from_file(secret, reference.file)
    if isinstance(reference, PromptSecret):
        return person.secret(secret.path, secret.label)
    return None


def _from_variable(secret: SecretAnswer, name: str, environ: Mapping[str, str]) -> str:
    if environ.get(name):
        return environ[name]
    why = f"the environment variable {name} is {'empty' if name in environ else 'not set'}"
    raise SecretMissing(
        f"No value for the secret {secret.path}",
        why=why,
        fix=f"set {name}, or {secret.variable}, and start again",
        where=secret.path,
    )


def _from_file(secret: SecretAnswer, file: Path) -> str:
    try:
        text = _read(file, binary=secret.path in _BINARY)
        why = "" if text else f"the file {file} is empty"
    except OSError as error:
        text, why = "", f"{file}: {(error.strerror or 'unreadable').lower()}"
    except ValueError as error:
        text, why = "", f"the file {file} {error}"
    if text:
        return text
    raise SecretMissing(
        f"No value for the secret {secret.path}",
        why=why,
        fix=f"put the secret into the file, or set {secret.variable}",
        where=secret.path,
    )


def _read(file: Path, *, binary: bool) -> str:
    """The text of a file without the line end at its end. Raises OSError, ValueError.

    Where it may be `binary`, what is no text becomes base64, as Kubernetes does it.
    """
    data = read_bytes(file, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError("is larger than a Secret can be")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        if binary:
            return b64encode(data).decode()
        raise ValueError("is not text in UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def of_others(preset: Section) -> frozenset[str]:
    """The paths of passwords that belong to servers of others, which decide what they are."""
    if not isinstance(preset, Preset):
        return frozenset()
    services = {"database": preset.harbor.database.kind, "redis": preset.harbor.redis.kind}
    return frozenset(
        f"harbor.{name}.password" for name, kind in services.items() if kind == "external"
    )


def require_usable(preset: Section, secret: SecretAnswer, value: str) -> None:
    """Raise SecretMissing for a value that would break Harbor, or that everybody knows.

    What everybody knows, but belongs to others, is for a check to tell.
    """
    if secret.path == "harbor.secretKey" and len(value.encode()) != SECRET_KEY_LENGTH:
        why = f"it has {len(value.encode())} characters instead of {SECRET_KEY_LENGTH}"
        fix = f"give {SECRET_KEY_LENGTH} characters, or write {{generate: true}}"
    elif value in CHART_DEFAULTS and secret.path not in of_others(preset):
        why = "everybody knows this value: it stands in Harbor's chart"
        fix = "choose another one"
    else:
        return
    what = f"The secret {secret.path} cannot be used"
    raise SecretMissing(what, why=why, fix=fix, where=secret.path)


def open_files(preset: Section) -> list[Problem]:
    """A warning for each secret's file that others on this machine may read."""
    return [
        Problem(
            secret.path,
            f"others on this machine may read {secret.reference.file}",
            f"chmod 600 {secret.reference.file}",
            severity="warning",
        )
        for secret in secret_paths(preset)
        if isinstance(secret.reference, FileSecret) and _is_open(secret.reference.file)
    ]


def _is_open(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False
