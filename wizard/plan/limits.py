"""Answers that can be given and checked, but that this version does not carry out yet."""

from collections.abc import Iterator

from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.charts.tls import has_authority


def not_carried_out(preset: Preset) -> Iterator[Problem]:
    """A problem for every answer that would otherwise be ignored in silence."""
    if preset.trust.pods != "none" and not has_authority(preset):
        yield _later("trust.pods", preset.trust.pods, "none where no root of your own is known")
    if preset.trust.nodes != "instructions" and not has_authority(preset):
        instead = "instructions where no root of your own is known"
        yield _later("trust.nodes", preset.trust.nodes, instead)


def _later(path: str, given: str, instead: str) -> Problem:
    message = f"`{given}` is understood, but this version of the wizard does not carry it out yet"
    return Problem(path, message, f"use {instead}")
