"""`wizard explain`: what a finding means. Needs no cluster."""

import click

from wizard.errors import ExitCode
from wizard.options import Common, common, finish


@click.command("explain")
@click.argument("finding", required=False)
@common
def command(settings: Common, finding: str | None) -> None:
    """Say what a finding means and what to do.

    Findings have ids, such as HW-022. Without one: the list of all. Needs no cluster.
    """
    from wizard import explain_command
    from wizard.voices import Voices

    async def work(voices: Voices) -> ExitCode:
        explain_command.explain(finding, voices)
        return ExitCode.DONE

    finish(settings, work)
