"""`wizard trust …`: the command line of who trusts a registry's authority."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wizard.cli_presets import require_file, with_cluster
from wizard.errors import ExitCode
from wizard.options import PRESETS, SETS, Common, common, finish

if TYPE_CHECKING:
    from wizard.voices import Voices

FORMATS = ("pem", "docker", "containerd", "configmap")


@click.group("trust")
def command() -> None:
    """Let others trust the authority of a Harbor."""


@command.command()
@PRESETS
@SETS
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default="pem",
    help="pem: the certificate alone (the default); docker, containerd: a shell script for a "
    "machine; configmap: for pods.",
)
@common
def export(settings: Common, presets: Sequence[Path], sets: Sequence[str], kind: str) -> None:
    """Print the authority that clients of a preset's Harbor have to trust.

    \b
    wizard trust export --preset my.yaml > harbor-ca.crt
    wizard trust export --preset my.yaml --format docker | ssh build-1 sh
    wizard trust export --preset my.yaml --format configmap | kubectl apply -f -
    """
    finish(settings, lambda voices: _export(settings, voices, presets, sets, kind))


async def _export(
    settings: Common, voices: "Voices", presets: Sequence[Path], sets: Sequence[str], kind: str
) -> ExitCode:
    from wizard.trust_commands import export as tell

    require_file(presets, "the preset says which Harbor is meant")
    return await with_cluster(
        settings,
        presets,
        sets,
        voices,
        lambda world, answers: tell(world, answers.preset, kind, voices),
    )
