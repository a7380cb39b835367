"""`wizard unseal`: its command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wizard.cli_presets import require_file, with_cluster
from wizard.errors import ExitCode
from wizard.options import PRESETS, SETS, Common, common, finish

if TYPE_CHECKING:
    from wizard.voices import Voices


@click.command("unseal")
@PRESETS
@SETS
@common
def command(settings: Common, presets: Sequence[Path], sets: Sequence[str]) -> None:
    """Unseal the OpenBao or Vault that a preset installed.

    Every replica, with the shares in the keys file, where it lies as the preset says; else each
    share is asked for in the terminal, unseen. Holders may give theirs from different machines,
    one after the other.
    """
    finish(settings, lambda voices: _unseal(settings, voices, presets, sets))


async def _unseal(
    settings: Common, voices: "Voices", presets: Sequence[Path], sets: Sequence[str]
) -> ExitCode:
    from wizard.terminal import TerminalPerson
    from wizard.unseal_command import unseal as give

    require_file(presets, "the preset says which server is meant")
    return await with_cluster(
        settings,
        presets,
        sets,
        voices,
        lambda world, answers: give(world, answers.preset, voices, TerminalPerson()),
    )
