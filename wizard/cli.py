"""The command line: options in, exit code out. Backends are wired in here, inside functions."""

import functools
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from wizard import __version__
from wizard.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from wizard.answers.preset import Preset
    from wizard.commands import Answers, Voices
    from wizard.ports import World

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)

Work = Callable[["Voices"], Awaitable[ExitCode]]


@dataclass(frozen=True, slots=True)
class Common:
    """The options that every command has."""

    output: Any = "text"
    kubeconfig: Path | None = None
    context: str | None = None
    namespace: str | None = None
    log_dir: Path | None = None
    demo: bool = False
    scenario: str = "healthy"


_COMMON = (
    click.option(
        "--output",
        type=click.Choice(["text", "json", "jsonl"]),
        default="text",
        help="text for people, json: one document at the end, jsonl: one event a line.",
    ),
    click.option("--kubeconfig", type=FILE, help="The kubeconfig file; else as kubectl finds it."),
    click.option("--context", help="The kubeconfig context; else the preset's, or the current."),
    click.option("--namespace", help="The target namespace, instead of the preset's."),
    click.option("--log-dir", type=FOLDER, help="Where the journals of runs are kept."),
    click.option("--demo", is_flag=True, help="Play it on a simulated cluster; nothing is touched."),
    click.option("--scenario", default="healthy", help="What happens on the simulated cluster."),
)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `Common`, as its first argument.

    They may stand before a subcommand as well as behind it.
    """

    @functools.wraps(command)
    def with_common(**options: Any) -> Any:
        context = click.get_current_context()
        given = {field.name: options.pop(field.name) for field in fields(Common)}
        before = context.parent and context.parent.obj
        for name in given if before else ():
            if context.get_parameter_source(name) is ParameterSource.DEFAULT:
                given[name] = getattr(before, name)
        context.obj = Common(**given)
        return command(context.obj, **options)

    for option in reversed(_COMMON):
        with_common = option(with_common)
    return with_common


_PRESETS = click.option(
    "--preset",
    "presets",
    type=FILE,
    multiple=True,
    help="A file with answers; several are merged from left to right.",
)
_SETS = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="PATH=VALUE",
    help="One answer, such as harbor.url=https://harbor.example.com; comes before the files.",
)


@click.group(
    invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="wizard", message="%(prog)s %(version)s")
@_PRESETS
@_SETS
@click.option("--resume", is_flag=True, help="Go on with the answers of the unfinished run.")
@click.option("--check", is_flag=True, help="Stop after the checks.")
@click.option("--probe", is_flag=True, help="With --check: also run the probes that write.")
@click.option("--plan", is_flag=True, help="Stop after the plan; exit 10 if it has changes.")
@click.option("--yes", is_flag=True, help="Accept all warnings.")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(["replace", "delete", "take-fields"]),
    help="Permit what loses or takes over something; --yes never covers that.",
)
@click.option("--expect-plan", metavar="HASH", default="", help="Refuse any other plan.")
@click.option("--retarget", is_flag=True, help="Use the preset on another cluster than its own.")
@click.option("--ask", metavar="SECTION|missing", help="Ask for these answers on the screen.")
@common
def wizard(settings: Common, **options: Any) -> None:
    """Install Harbor, a private container registry, on Kubernetes.

    With --preset: check, plan, install and verify without a question. It is safe to repeat: a
    second time it finds nothing to do, and after an interruption it goes on.

    Try it without a cluster: wizard --demo --preset presets/demo.yaml --yes
    """
    if click.get_current_context().invoked_subcommand is None:
        finish(settings, lambda voices: _install(settings, voices, **options))


def finish(settings: Common, work: Work) -> None:
    """Do the work of a command and end the process with its exit code."""
    from wizard.execute import execute

    sys.exit(execute(settings.output, work))


async def _install(
    settings: Common,
    voices: "Voices",
    presets: Sequence[Path],
    sets: Sequence[str],
    **options: Any,
) -> ExitCode:
    from wizard.commands import install, resumed
    from wizard.run.consent import Consent

    _require_screens_unasked(presets, options)
    if options["resume"]:
        record = resumed(_log_dir(settings))
        presets, settings = [record.preset_file], _on_target_of(record, settings)
    answers = _answers(settings, voices, presets, sets)
    wish = Wish(
        until="checks" if options["check"] else "plan" if options["plan"] else "end",
        consent=Consent(options["yes"], frozenset(options["allow"]), options["expect_plan"]),
        retarget=options["retarget"],
        log_dir=_log_dir(settings),
        gate_seconds=_gate_seconds(),
    )
    async with open_world(settings, answers.preset) as world:
        return await install(world, answers, wish, voices)
