"""`wizard unseal`: its command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wizard.errors import ExitCode, UsageError
from wizard.options import PRESETS, SETS, Common, common, finish

if TYPE_CHECKING:
    from wizard.voices import Voices


@click.command()
@PRESETS
@SETS
@common
def unseal(settings: Common, presets: Sequence[Path], sets: Sequence[str]) -> None:
    """Unseal the OpenBao or Vault that a preset installed.

    Every replica, with the shares in the keys file, where it lies as the preset says; else each
    share is asked for in the terminal, unseen. Holders may give theirs from different machines,
    one after the other.
    """
    finish(settings, lambda voices: _unseal(settings, voices, presets, sets))


async def _unseal(
    settings: Common, voices: "Voices", presets: Sequence[Path], sets: Sequence[str]
) -> ExitCode:
    from wizard.commands import read_answers
    from wizard.terminal import TerminalPerson
    from wizard.unseal_command import unseal as give
    from wizard.wiring import open_world

    if not presets:
        raise UsageError(
            "No answers were given",
            why="the preset says which server is meant",
            fix="give its file with --preset FILE",
        )
    answers = read_answers(presets, settings.sets(sets), voices, secrets=False)
    site, network = settings.site(answers.preset), answers.preset.network
    async with open_world(site, network, voices.console.note) as world:
        return await give(world, answers.preset, voices, TerminalPerson())
