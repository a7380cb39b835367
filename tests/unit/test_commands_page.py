"""The command reference is fresh, and leaves nothing out."""

import re
from pathlib import Path

import click

from scripts.commands_page import PAGE, VARIABLES, page, subcommands
from wizard.cli import wizard
from wizard.errors import ExitCode

REPOSITORY = Path(__file__).parents[2]


def test_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


def test_every_option_has_a_help_text() -> None:
    def silent(command: click.Command) -> list[str]:
        children = subcommands(command) if isinstance(command, click.Group) else ()
        own = [p.opts[-1] for p in command.params if isinstance(p, click.Option) and not p.help]
        return own + [name for _, child in children for name in silent(child)]

    assert silent(wizard) == []


def test_every_exit_code_has_a_row() -> None:
    rows = re.findall(r"^\| (\d+) \|", page(), re.MULTILINE)
    assert [int(code) for code in rows] == [int(code) for code in ExitCode]


def test_every_variable_of_the_code_has_a_row() -> None:
    used = {
        name
        for package in ("wizard", "backends", "screens")
        for file in (REPOSITORY / package).rglob("*.py")
        for name in re.findall(r"\"(WIZARD_(?:[A-Z]+_?)+)\"", file.read_text(encoding="utf-8"))
    }
    assert used
    assert {name.removesuffix("_") for name in used} <= {
        name.removesuffix("_…") for name in VARIABLES
    }
