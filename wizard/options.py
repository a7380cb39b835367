"""The options that commands share, and the values they stand for.

Every command waits for this module, `--help` and `--version` too: what is slow to import and not
always needed (`pathlib`, `dataclasses`) is left out or imported by functions.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from wizard.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from wizard.answers.preset import Preset
    from wizard.report import Format
    from wizard.voices import Voices
    from wizard.wiring import Site

Work = Callable[["Voices"], Awaitable[ExitCode]]


class _Path(click.Path):
    def coerce_path_result(self, value: str | os.PathLike[str]) -> Path:
        from pathlib import Path

        return Path(value)


FILE = _Path()
"""A path as it was typed: whether it can be used is for those to say who use it."""


class Common(NamedTuple):
    """The options that every command has."""

    output: Format = "text"
    kubeconfig: Path | None = None
    context: str | None = None
    namespace: str | None = None
    log_dir: Path | None = None
    demo: bool = False
    scenario: str | None = None

    @property
    def logs(self) -> Path | None:
        """Where journals are kept; those of the simulated world beside its state."""
        from wizard.environment import state_folder

        return self.log_dir or (state_folder() / "demo" if self.demo else None)

    def site(self, preset: Preset | None = None) -> Site:
        """The world that the options, and after them the preset, name.

        Raises UsageError for a scenario without a simulated world: the real one is not meant.
        """
        from wizard.wiring import Site

        if self.demo:
            return Site(scenario=self.scenario or "healthy")
        if self.scenario is not None:
            raise UsageError(
                "--scenario goes with --demo",
                why="it says what happens on the simulated cluster; without --demo a real one is "
                "meant",
                fix="add --demo, or leave --scenario out",
            )
        return Site(self.kubeconfig, self.context or (preset.target.context if preset else None))

    def sets(self, sets: Sequence[str]) -> list[str]:
        """The `--set` options, and the namespace as one more."""
        return [*sets, *([] if self.namespace is None else [f"target.namespace={self.namespace}"])]


def finish(settings: Common, work: Work) -> None:
    """Do the work of a command and end the process with its exit code."""
    from wizard.execute import execute

    sys.exit(execute(settings.output, work))


_COMMON = (
    click.option(
        "--output",
        type=click.Choice(["text", "json", "jsonl"]),
        default="text",
        help="text for people, json: one document at the end, jsonl: one event a line.",
    ),
    click.option(
        "--kubeconfig",
        type=FILE,
        metavar="FILE",
        help="The kubeconfig file; else as kubectl finds it.",
    ),
    click.option("--context", help="The kubeconfig context; else the preset's, or the current."),
    click.option("--namespace", help="The target namespace, instead of the preset's."),
    click.option(
        "--log-dir", type=FILE, metavar="FOLDER", help="Where the journals of runs are kept."
    ),
    click.option(
        "--demo", is_flag=True, help="Play it on a simulated cluster; nothing is touched."
    ),
    click.option(
        "--scenario",
        metavar="NAME",
        help="With --demo: what happens there, such as image-pull; a wrong name lists all.",
    ),
)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `Common`, as its first argument.

    They, and others that the command shares with `wizard` itself, may stand before a subcommand
    as well as behind it.
    """

    @functools.wraps(command)
    def with_common(**options: Any) -> Any:
        context = click.get_current_context()
        for name, value in _given_before(context).items():
            if context.get_parameter_source(name) is ParameterSource.DEFAULT:
                options[name] = value
        given = {name: options.pop(name) for name in Common._fields}
        return command(Common(**given), **options)

    for option in reversed(_COMMON):
        with_common = option(with_common)
    return with_common


def output_named(arguments: Sequence[str]) -> Format:
    """The output that a command line asks for which cannot be understood as a whole."""
    named: Format = "text"
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        match argument.partition("="):
            case "--output", "", "":
                value = following
            case "--output", "=", value:
                pass
            case _:
                continue
        named = "json" if value == "json" else "jsonl" if value == "jsonl" else "text"
    return named


def _given_before(context: click.Context) -> dict[str, Any]:
    """The options that stand before a subcommand. Raises click.UsageError: it has no such one."""
    root = context.find_root()
    given = {
        name: value
        for name, value in root.params.items()
        if root is not context and root.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    if strange := [name for name in given if name not in context.params]:
        options = [param.opts[0] for param in root.command.params if param.name in strange]
        raise click.UsageError(
            f"{context.command_path} does not take {', '.join(options)}", context
        )
    return given


PRESETS = click.option(
    "--preset",
    "presets",
    type=FILE,
    metavar="FILE",
    multiple=True,
    help="A file with answers; several are merged from left to right.",
)
SETS = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="PATH=VALUE",
    help="One answer, such as harbor.url=https://harbor.example.com; overrides the files.",
)
RELEASE = click.option("--release", help="The release to look at, instead of the preset's.")


def require_preset(presets: Sequence[Path], sets: Sequence[str]) -> None:
    """Raise UsageError for answers that change a preset, where none is given."""
    if sets and not presets:
        raise UsageError(
            "--set goes with --preset", why="it changes the preset's answers", fix="add --preset"
        )
