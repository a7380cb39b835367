"""Secrets of a preset that the environment overrides."""

from collections.abc import Mapping

from wizard.answers.paths import parse_path
from wizard.answers.preset import Preset
from wizard.answers.raw import put
from wizard.answers.secret_values import secret_paths


def overridden(preset: Preset, environ: Mapping[str, str]) -> Preset:
    """The preset with `{env: WIZARD_SECRET_…}` for every secret that has such a variable.

    So an override counts whatever kind of reference it replaces, also one that is used in place.
    """
    raw = preset.model_dump(mode="json", by_alias=True)
    for secret in secret_paths(preset):
        if secret.variable in environ:
            put(raw, parse_path(secret.path), {"env": secret.variable})
    return Preset.model_validate(raw)
