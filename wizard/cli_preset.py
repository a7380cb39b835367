"""`wizard preset …`: the command line of files of answers. Needs no cluster."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wizard.errors import ExitCode
from wizard.options import FILE, SETS, Common, common, finish

if TYPE_CHECKING:
    from wizard.voices import Voices


@click.group("preset")
def command() -> None:
    """Look at presets, files of answers. Reads files only."""


_FILES = click.argument("files", type=FILE, nargs=-1, required=True)


@command.command("validate")
@_FILES
@SETS
@common
def validate(settings: Common, files: Sequence[Path], sets: Sequence[str]) -> None:
    """Check one or more files that together make a preset."""
    from wizard import preset_commands

    _read(settings, partial(preset_commands.validate, files, settings.sets(sets)))


@command.command("show")
@_FILES
@SETS
@common
def show(settings: Common, files: Sequence[Path], sets: Sequence[str]) -> None:
    """Print the preset that files and --set make together."""
    from wizard import preset_commands

    _read(settings, partial(preset_commands.show, files, settings.sets(sets)))


@command.command("schema")
@common
def schema(settings: Common) -> None:
    """Print the JSON Schema of presets, for editors."""
    from wizard import preset_commands

    _read(settings, preset_commands.schema)


@command.command("migrate")
@click.argument("file", type=FILE)
@common
def migrate(settings: Common, file: Path) -> None:
    """Rewrite a file in the newest format. The old one stays beside it as .bak."""
    from wizard import preset_commands

    _read(settings, partial(preset_commands.migrate, file))


def _read(settings: Common, tell: Callable[["Voices"], None]) -> None:
    """Do what a command does that only reads files."""

    async def work(voices: "Voices") -> ExitCode:
        tell(voices)
        return ExitCode.DONE

    finish(settings, work)
