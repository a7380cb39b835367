"""Writes docs/commands.md from the command line itself: `python -m scripts.commands_page`."""

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from wizard.cli import wizard
from wizard.errors import ExitCode
from wizard.options import Common

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"

HEAD = """\
# Command reference

<!-- Generated from the command line: `make docs`. -->

`wizard` checks, plans, installs and verifies what a preset describes; its subcommands look at
presets and at a Harbor that runs. [Installing](install.md) tells how they go together, the
[preset reference](preset.md) what can be answered. Without a terminal nothing ever prompts.

Standard output carries data only, in the format of `--output`; notes, warnings and errors for
people go to standard error. [docs/schemas](schemas) describes all JSON output.
"""

MEANINGS = {
    ExitCode.DONE: "Done, or nothing to do.",
    ExitCode.BUG: "A bug of the wizard. The message names the file with the trace.",
    ExitCode.USAGE: "The command line or a preset cannot be understood, a secret is missing, or "
    "standard output could not be written to the end (what was done stays done).",
    ExitCode.CHECK_FAILED: "A check failed. Nothing was written. Also of `verify` and "
    "`troubleshoot`, where no API server answers, or another cluster than the preset's; of "
    "`certificate inspect` where the certificate will not do.",
    ExitCode.NOT_ACCEPTED: "Warnings (`--yes`) or changes that lose or take over something "
    "(`--allow`) were not accepted, or the plan is not the expected one. Nothing was written. Of "
    "`certificate inspect`: there are warnings.",
    ExitCode.STEP_FAILED: "A step or the acceptance failed, or somebody outside has to act first. "
    "The same command goes on from there.",
    ExitCode.OUT_OF_TIME: "Waiting took too long. The same command goes on from there.",
    ExitCode.BUNDLE_INVALID: "A bundle is invalid (bundles are not part of this version yet).",
    ExitCode.LOCK_HELD: "Another run works on this target.",
    ExitCode.FINDINGS: "`verify` or `troubleshoot --once` found failures.",
    ExitCode.CHANGES: "`--plan` has changes.",
    ExitCode.INTERRUPTED: "Interrupted. The same command goes on from there.",
}

VARIABLES = {
    "WIZARD_SECRET_…": "The value of one secret, whatever the preset refers to: "
    "`harbor.adminPassword` is `WIZARD_SECRET_HARBOR_ADMIN_PASSWORD` "
    "([preset reference](preset.md)).",
    "WIZARD_HELM": "The path of Helm 4; else `helm` on `PATH` or in the wizard's own folder.",
    "WIZARD_GATE_SECONDS": "How long a gate waits for Harbor to become ready; 3600 by default.",
    "WIZARD_DEMO_SPEED": "How fast the simulated cluster lives: 10 is ten times as fast.",
    "KUBECONFIG": "The kubeconfig files, as for kubectl; `--kubeconfig` comes first.",
    "HTTPS_PROXY, HTTP_PROXY, NO_PROXY": "The way to the Kubernetes API, as for kubectl. "
    "What Helm and Harbor use is answered in `network`.",
    "NO_COLOR": "Any value switches colours off ([no-color.org](https://no-color.org)).",
    "XDG_STATE_HOME": "Where journals and the simulated cluster are kept, in `harbor-wizard/`.",
}


def page() -> str:
    """The whole page."""
    codes = [(f"{int(code)}", MEANINGS[code]) for code in ExitCode]
    variables = [(f"`{name}`", text) for name, text in VARIABLES.items()]
    parts = [
        HEAD,
        *(_section(names, command) for names, command in _commands(["wizard"], wizard)),
        f"## Options of every command\n\n{_table(_options(wizard, common=True))}\n",
        f"## Exit codes\n\n{_table(codes, ('Code', 'Meaning'))}\n",
        "When several hold, the first of 130, 8, 3, 4, 5, 6 counts.\n",
        f"## Environment\n\n{_table(variables, ('Variable', 'Meaning'))}\n",
    ]
    return "\n".join(parts)


def subcommands(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, by name."""
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):
        if child := group.get_command(context, name):
            yield name, child


def _commands(
    names: Sequence[str], command: click.Command
) -> Iterator[tuple[Sequence[str], click.Command]]:
    """A command and all below it, with the words that call it."""
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield names, command
    if isinstance(command, click.Group):
        for name, child in subcommands(command):
            yield from _commands([*names, name], child)


def _section(names: Sequence[str], command: click.Command) -> str:
    arguments = [p.make_metavar(click.Context(command)) for p in _arguments(command)]
    usage = " ".join([*names, "[OPTIONS]", *arguments])
    text = "\n\n".join(
        _paragraph(part) for part in inspect.cleandoc(command.help or "").split("\n\n")
    )
    options = _options(command, common=False)
    shown = [f"## {' '.join(names)}", f"```\n{usage}\n```", text]
    return "\n\n".join(shown + ([_table(options)] if options else [])) + "\n"


def _paragraph(text: str) -> str:
    """A paragraph of a help text; one that click leaves as it is (\\b) becomes a block of code."""
    kept = text.removeprefix("\b\n")
    return " ".join(text.split()) if kept == text else f"```\n{kept}\n```"


def _arguments(command: click.Command) -> Iterator[click.Argument]:
    yield from (one for one in command.params if isinstance(one, click.Argument))


def _options(command: click.Command, *, common: bool) -> list[tuple[str, str]]:
    """The options of a command as rows: those that every command has, or the others."""
    shared = set(Common._fields)
    context = click.Context(command)
    return [
        (f"`{record[0]}`", record[1])
        for option in command.params
        if isinstance(option, click.Option) and (option.name in shared) is common
        if (record := option.get_help_record(context))
    ]


def _table(rows: Sequence[tuple[str, str]], head: tuple[str, str] = ("Option", "Meaning")) -> str:
    lines = [head, ("---", "---"), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
