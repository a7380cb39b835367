"""From the presets of a command line to the cluster that they are about."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import ExitCode, UsageError
from wizard.options import Common

if TYPE_CHECKING:
    from wizard.commands import Answers
    from wizard.ports import World
    from wizard.voices import Voices


def require_file(presets: Sequence[Path], why: str) -> None:
    """Raise UsageError where no preset was given; `why` one is needed."""
    if not presets:
        raise UsageError("No answers were given", why=why, fix="give its file with --preset FILE")


async def with_cluster(
    settings: Common,
    presets: Sequence[Path],
    sets: Sequence[str],
    voices: "Voices",
    work: "Callable[[World, Answers], Awaitable[ExitCode]]",
) -> ExitCode:
    """Do work in the cluster of the answers, whose secrets are not needed. Raises PresetInvalid,
    and what the work raises.
    """
    from wizard.commands import read_answers
    from wizard.wiring import open_world

    answers = read_answers(presets, settings.sets(sets), voices, secrets=False)
    site, network = settings.site(answers.preset), answers.preset.network
    async with open_world(site, network, voices.console.note) as world:
        return await work(world, answers)
