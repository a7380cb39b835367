"""Secrets of a preset that the environment overrides."""

from collections.abc import Mapping
from typing import TypeVar

from wizard.answers.paths import Path, parse_path
from wizard.answers.preset import Preset
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import EnvSecret
from wizard.answers.section import Section

_Section = TypeVar("_Section", bound=Section)


def overridden(preset: Preset, environ: Mapping[str, str]) -> Preset:
    """The preset with `{env: WIZARD_SECRET_…}` for every secret that has such a variable.

    So an override counts whatever kind of reference it replaces, also one that is used in place.
    """
    for secret in secret_paths(preset):
        if secret.variable in environ:
            reference = EnvSecret.model_validate({"env": secret.variable})
            preset = _replaced(preset, parse_path(secret.path), reference)
    return preset


def _replaced(section: _Section, path: Path, value: Section) -> _Section:
    names = {info.alias or name: name for name, info in type(section).model_fields.items()}
    name = names[str(path[0])]
    if len(path) > 1:
        value = _replaced(getattr(section, name), path[1:], value)
    return section.model_copy(update={name: value})
