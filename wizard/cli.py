"""The command line: options in, exit code out. Everything heavy is imported inside functions."""

import functools
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.core import ParameterSource

from wizard import __version__
from wizard.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from wizard.answers.preset import Preset
    from wizard.voices import Voices
    from wizard.wiring import Site

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

    @property
    def logs(self) -> Path | None:
        """Where journals are kept; those of the simulated world beside its state."""
        from wizard.run.records import state_folder

        return self.log_dir or (state_folder() / "demo" if self.demo else None)

    def site(self, preset: "Preset | None" = None) -> "Site":
        """The world that the options, and after them the preset, name."""
        from wizard.wiring import Site

        context = self.context or (preset.target.context if preset else None)
        return Site(self.kubeconfig, context, self.scenario if self.demo else None)

    def sets(self, sets: Sequence[str]) -> list[str]:
        """The `--set` options, and the namespace as one more."""
        return [*sets, *([f"target.namespace={self.namespace}"] if self.namespace else [])]


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
    click.option(
        "--demo", is_flag=True, help="Play it on a simulated cluster; nothing is touched."
    ),
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


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
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
    settings: Common, voices: "Voices", presets: Sequence[Path], sets: Sequence[str], **given: Any
) -> ExitCode:
    from wizard.commands import Wish, install, read_answers, resumed
    from wizard.run.consent import Consent
    from wizard.wiring import number_of, open_world

    _require_sense(presets, given)
    if given["resume"]:
        record = resumed(settings.logs)
        presets = [record.preset_file]
        if settings.context is None and not settings.demo:
            settings = replace(settings, context=record.target.context or None)
    answers = read_answers(presets, settings.sets(sets), voices)
    wish = Wish(
        until="checks" if given["check"] else "plan" if given["plan"] else "end",
        consent=Consent(given["yes"], frozenset(given["allow"]), given["expect_plan"]),
        retarget=given["retarget"],
        log_dir=settings.logs,
        gate_seconds=number_of("WIZARD_GATE_SECONDS", 3600),
    )
    async with open_world(settings.site(answers.preset), answers.preset.network) as world:
        return await install(world, answers, wish, voices)


def _require_sense(presets: Sequence[Path], given: dict[str, Any]) -> None:
    """Refuse options that contradict each other, or that this version does not have yet."""
    if given["ask"]:
        raise UsageError(
            "--ask needs the screens, which this version does not have yet",
            why="answers are given in a preset or with --set",
            fix="write the answer into the preset, or add --set PATH=VALUE",
        )
    if given["resume"] and presets:
        raise UsageError(
            "--resume and --preset exclude each other",
            why="--resume goes on with the answers of the unfinished run",
            fix="leave one of them out",
        )
    if given["probe"] and not given["check"]:
        raise UsageError(
            "--probe goes with --check", why="a run makes its probes anyway", fix="add --check"
        )
    if not presets and not given["resume"]:
        raise UsageError(
            "No answers were given",
            why="the guided installation is not part of this version yet",
            fix="give a file: wizard --preset FILE (examples are in presets/), or rehearse one: "
            "wizard --demo --preset presets/demo.yaml --yes",
        )


@wizard.command()
@_PRESETS
@_SETS
@common
def verify(settings: Common, presets: Sequence[Path], sets: Sequence[str]) -> None:
    """Test the running registry of a preset; exit 9 where something does not work."""
    finish(settings, lambda voices: _verify(settings, voices, presets, sets))


async def _verify(
    settings: Common, voices: "Voices", presets: Sequence[Path], sets: Sequence[str]
) -> ExitCode:
    from wizard.commands import read_answers
    from wizard.inspections import verify as verify_preset
    from wizard.wiring import open_world

    answers = read_answers(presets, settings.sets(sets), voices)
    async with open_world(settings.site(answers.preset), answers.preset.network) as world:
        return await verify_preset(world, answers, voices)


@wizard.command()
@_PRESETS
@_SETS
@click.option("--release", default="harbor", help="The release to look at, without a preset.")
@click.option("--once", is_flag=True, help="Look once and report; exit 9 where something fails.")
@click.option("--bundle", type=FILE, help="Look into a support bundle instead of a cluster.")
@common
def troubleshoot(settings: Common, **given: Any) -> None:
    """Say what is wrong with a Harbor, and why. Changes nothing."""
    finish(settings, lambda voices: _troubleshoot(settings, voices, **given))


async def _troubleshoot(
    settings: Common,
    voices: "Voices",
    presets: Sequence[Path],
    sets: Sequence[str],
    release: str,
    **given: Any,
) -> ExitCode:
    from wizard.answers.network import Network
    from wizard.answers.target import Target
    from wizard.commands import read_answers
    from wizard.inspections import troubleshoot as look
    from wizard.wiring import open_world

    if given["bundle"] or not given["once"]:
        _not_yet("The live view and support bundles", "look once: add --once, leave --bundle out")
    preset = None
    target = Target(namespace=settings.namespace or "harbor", release=release)
    if presets:
        preset = read_answers(presets, settings.sets(sets), voices, secrets=False).preset
        target = preset.target
    network = preset.network if preset else Network()
    async with open_world(settings.site(preset), network) as world:
        return await look(world, target, voices)


@wizard.command("support-bundle")
@click.option("-o", "file", type=FILE, required=True, help="The file to write.")
@common
def support_bundle(settings: Common, file: Path) -> None:
    """Gather what others need to help: not part of this version yet."""
    finish(settings, lambda voices: _refuse("Support bundles", "use troubleshoot --once for now"))


@wizard.command()
@_PRESETS
@common
def unseal(settings: Common, presets: Sequence[Path]) -> None:
    """Unseal the Vault or OpenBao of a preset: not part of this version yet."""
    finish(settings, lambda voices: _refuse("Unsealing", "unseal it with its own command for now"))


async def _refuse(what: str, instead: str) -> ExitCode:
    _not_yet(what, instead)


def _not_yet(what: str, instead: str) -> NoReturn:
    raise UsageError(
        f"{what} are not part of this version yet"
        if what.endswith("s")
        else f"{what} is not part of this version yet",
        why="the name is fixed, the work is not done",
        fix=instead,
    )


@wizard.command()
@_PRESETS
@_SETS
@common
def rbac(settings: Common, presets: Sequence[Path], sets: Sequence[str]) -> None:
    """Print the least role that a preset needs, ready for kubectl apply. Needs no cluster."""
    finish(settings, lambda voices: _rbac(settings, voices, presets, sets))


async def _rbac(
    settings: Common, voices: "Voices", presets: Sequence[Path], sets: Sequence[str]
) -> ExitCode:
    from wizard.commands import read_answers
    from wizard.inspections import print_role
    from wizard.wiring import open_charts

    answers = read_answers(presets, settings.sets(sets), voices, secrets=False)
    async with open_charts(settings.site(answers.preset), answers.preset.network) as charts:
        return await print_role(charts, answers, voices)


@wizard.group("preset")
def preset_group() -> None:
    """Look at presets, files of answers. Reads files only."""


_FILES = click.argument("files", type=FILE, nargs=-1, required=True)


@preset_group.command("validate")
@_FILES
@_SETS
@common
def validate(settings: Common, files: Sequence[Path], sets: Sequence[str]) -> None:
    """Check one or more files that together make a preset."""
    finish(settings, lambda voices: _preset("validate", settings, voices, files, sets))


@preset_group.command("show")
@_FILES
@_SETS
@common
def show(settings: Common, files: Sequence[Path], sets: Sequence[str]) -> None:
    """Print the preset that files and --set make together."""
    finish(settings, lambda voices: _preset("show", settings, voices, files, sets))


@preset_group.command("schema")
@common
def schema(settings: Common) -> None:
    """Print the JSON Schema of presets, for editors."""
    finish(settings, lambda voices: _preset("schema", settings, voices))


@preset_group.command("migrate")
@click.argument("file", type=FILE)
@common
def migrate(settings: Common, file: Path) -> None:
    """Rewrite a file in the newest format; the old one stays beside it as .bak."""
    finish(settings, lambda voices: _preset("migrate", settings, voices, [file]))


async def _preset(
    what: str,
    settings: Common,
    voices: "Voices",
    files: Sequence[Path] = (),
    sets: Sequence[str] = (),
) -> ExitCode:
    from wizard import preset_commands as commands

    match what:
        case "validate":
            commands.validate(files, settings.sets(sets), voices)
        case "show":
            commands.show(files, settings.sets(sets), voices)
        case "schema":
            commands.schema(voices)
        case "migrate":
            commands.migrate(files[0], voices)
    return ExitCode.DONE


def main() -> NoReturn:
    """The console script: what is wrong with the command line itself exits with 2, as all use."""
    wizard(prog_name="wizard")
    sys.exit(ExitCode.DONE)
