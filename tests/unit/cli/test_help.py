"""Help texts: complete, short enough for a terminal, without words of the inside."""

import re

import click
import pytest

from scripts.commands_page import subcommands
from tests.unit.cli.conftest import Run
from wizard import __version__
from wizard.cli import wizard as command
from wizard.errors import ExitCode

INSIDE = re.compile(r"\b(teller|journalling|port|backend|Inputs|None|dataclass|kwargs)\b")


def paths(group: click.Group, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """All commands, each by the words that lead to it."""
    found = []
    for name, child in subcommands(group):
        found.append((*before, name))
        if isinstance(child, click.Group):
            found += paths(child, (*before, name))
    return found


@pytest.mark.parametrize("path", [(), *paths(command)], ids=" ".join)
def test_help_reads_well(wizard: Run, env: dict[str, str], path: tuple[str, ...]) -> None:
    env["COLUMNS"] = "80"
    done = wizard(*path, "--help")
    assert done.code is ExitCode.DONE
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"Usage: {' '.join(['wizard', *path])} [OPTIONS]")
    assert lines[2].strip()[0].isupper()
    assert max(map(len, lines)) <= 80
    assert not INSIDE.search(done.stdout)
    assert "..." not in re.sub(r"\[ARGS\]\.\.\.|FILES\.\.\.", "", done.stdout), "a cut-off sentence"
    assert wizard(*path, "-h").stdout == done.stdout


def test_help_shows_examples_as_they_are_typed(wizard: Run, env: dict[str, str]) -> None:
    env["COLUMNS"] = "80"
    shown = wizard("--help").stdout
    for example in (
        "Try it without a cluster: wizard --demo",
        "wizard --preset my.yaml --check",
        "wizard --preset my.yaml --plan",
    ):
        assert re.search(rf"^ *{re.escape(example)}( |$)", shown, re.MULTILINE)


def test_version(program: Run) -> None:
    done = program("--version")
    assert (done.code, done.stdout) == (ExitCode.DONE, f"wizard {__version__}\n")


def test_an_unknown_command_is_refused(wizard: Run) -> None:
    refused = wizard("instal")
    assert refused.code is ExitCode.USAGE
    assert "No such command 'instal'" in refused.stderr
