"""Secrets of a preset that the environment overrides."""

from collections.abc import Mapping
from difflib import get_close_matches

from wizard.answers.paths import parse_path, printable
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.raw import put
from wizard.answers.secret_values import VARIABLE, secret_paths


def overridden(preset: Preset, environ: Mapping[str, str]) -> Preset:
    """The preset with `{env: WIZARD_SECRET_…}` for every secret that has such a variable.

    So an override counts whatever kind of reference it replaces, also one that is used in place.
    """
    raw = preset.model_dump(mode="json", by_alias=True)
    for secret in secret_paths(preset):
        if secret.variable in environ:
            put(raw, parse_path(secret.path), {"env": secret.variable})
    return Preset.model_validate(raw)


def idle_variables(preset: Preset, environ: Mapping[str, str]) -> list[Problem]:
    """A warning for each variable that looks like an override, but overrides no secret."""
    known = [secret.variable for secret in secret_paths(preset)]
    return [
        Problem(
            "",
            f"the variable {printable(name)} belongs to no secret of this preset",
            _instead(name, known),
            severity="warning",
        )
        for name in sorted(environ)
        if name.startswith(VARIABLE) and name not in known
    ]


def _instead(name: str, known: list[str]) -> str:
    """The likeliest variable, or all; names share much, so only a close one is likely."""
    close = get_close_matches(name, known, 1, cutoff=0.85)
    return f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}."
