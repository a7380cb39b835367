"""The command line: options in, exit code out. Everything heavy is imported inside functions."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

import click

from wizard import __version__
from wizard.errors import ExitCode, UsageError
from wizard.options import FILE, PRESETS, RELEASE, SETS, Common, common, finish, output_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wizard.voices import Voices


class _Commands(click.Group):
    """The commands here, and those of other modules, which are imported when they are meant."""

    ELSEWHERE: ClassVar = {
        "certificate": "cli_certificates",
        "explain": "cli_explain",
        "preset": "cli_preset",
        "trust": "cli_trust",
        "unseal": "cli_unseal",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        from importlib import import_module

        command: click.Command = import_module(f"wizard.{self.ELSEWHERE[cmd_name]}").command
        return command


_SETTINGS = {"help_option_names": ["-h", "--help"]}


@click.group(cls=_Commands, invoke_without_command=True, context_settings=_SETTINGS)
@click.version_option(__version__, prog_name="wizard", message="%(prog)s %(version)s")
@PRESETS
@SETS
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
@click.option("--expect-plan", metavar="HASH", help="Refuse any other plan.")
@click.option("--retarget", is_flag=True, help="Use the preset on another cluster than its own.")
@click.option("--ask", metavar="SECTION|missing", help="Guided, for this part of --preset only.")
@common
def wizard(settings: Common, **options: Any) -> None:
    """Install Harbor, a private container registry, on Kubernetes.

    Without --preset guided, in the terminal. With it unattended: check, plan, install, verify;
    safe to repeat: what is done is not done again, and after an interruption it goes on.

    \b
    Try it without a cluster: wizard --demo
    Look first, then install:
        wizard --preset my.yaml --check
        wizard --preset my.yaml --plan
        wizard --preset my.yaml
    Something is wrong: wizard troubleshoot --preset my.yaml --once
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    if _is_guided(options):
        _guide(settings, **{one: options[one] for one in ("presets", "sets", "ask", "retarget")})
    else:
        finish(settings, lambda voices: _install(settings, voices, **options))


_UNATTENDED = ("resume", "check", "probe", "plan", "yes", "allow", "expect_plan")
"""Options that belong to a run without questions."""


def _is_guided(given: dict[str, Any]) -> bool:
    """Whether the screens are meant: no answers were given, or some are to be asked for."""
    return given["ask"] is not None or not (
        given["presets"] or any(given[one] for one in _UNATTENDED)
    )


def _guide(settings: Common, **given: Any) -> NoReturn:
    from wizard.app import guided

    sys.exit(guided(settings, **given))


async def _install(
    settings: Common, voices: Voices, presets: Sequence[Path], sets: Sequence[str], **given: Any
) -> ExitCode:
    from dataclasses import replace

    from wizard.commands import Wish, bound_to, install, read_answers, resumed
    from wizard.environment import number_of
    from wizard.run.consent import Consent
    from wizard.terminal import TerminalPerson
    from wizard.wiring import open_world

    _require_sense(presets, given)
    if given["resume"]:
        record = resumed(settings.logs)
        presets = [record.preset_file]
        if settings.context is None and not settings.demo:
            settings = settings._replace(context=record.target.context or None)
    answers = read_answers(presets, settings.sets(sets), voices)
    if given["resume"] and record.target.cluster_uid:
        answers = replace(answers, preset=bound_to(answers.preset, record.target.cluster_uid))
    wish = Wish(
        until=_goal(given),
        consent=Consent(given["yes"], frozenset(given["allow"]), given["expect_plan"] or ""),
        retarget=given["retarget"],
        log_dir=settings.logs,
        gate_seconds=number_of("WIZARD_GATE_SECONDS", 3600),
        attended=settings.demo or TerminalPerson().present,
    )
    site, network = settings.site(answers.preset), answers.preset.network
    async with open_world(site, network, voices.console.note) as world:
        return await install(world, answers, wish, voices)


def _goal(given: dict[str, Any]) -> Literal["checks", "probes", "plan", "end"]:
    """How far the options let a run go."""
    if given["check"]:
        return "probes" if given["probe"] else "checks"
    return "plan" if given["plan"] else "end"


def _require_sense(presets: Sequence[Path], given: dict[str, Any]) -> None:
    """Refuse options that contradict each other."""
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
    _require_one_goal(given)
    if not given["resume"]:
        _require_answers(presets, "options for runs without questions need a preset")


def _require_one_goal(given: dict[str, Any]) -> None:
    """Refuse options that would protect from something, but could not."""
    expected = given["expect_plan"]
    if expected == "":
        raise UsageError(
            "--expect-plan is empty",
            why="it would allow every plan; a variable in the command may be unset",
            fix="give the hash that --plan showed, or leave --expect-plan out",
        )
    if given["check"] and (given["plan"] or expected):
        raise UsageError(
            f"--check and {'--plan' if given['plan'] else '--expect-plan'} exclude each other",
            why="--check stops before there is a plan",
            fix="leave one of them out; --plan makes all checks too",
        )


def _require_answers(presets: Sequence[Path], why: str) -> None:
    if not presets:
        raise UsageError(
            "No answers were given",
            why=why,
            fix="give a file with --preset FILE (examples are in presets/), or rehearse one: "
            "wizard --demo --preset presets/demo.yaml --yes",
        )


@wizard.command()
@PRESETS
@SETS
@common
def verify(settings: Common, presets: Sequence[Path], sets: Sequence[str]) -> None:
    """Test the running registry of a preset. Exit 9 where something does not work."""
    finish(settings, lambda voices: _verify(settings, voices, presets, sets))


async def _verify(
    settings: Common, voices: Voices, presets: Sequence[Path], sets: Sequence[str]
) -> ExitCode:
    from wizard.cli_presets import with_cluster
    from wizard.inspections import verify as verify_preset

    _require_answers(presets, "the preset says which registry is meant, and what it should do")
    return await with_cluster(
        settings,
        presets,
        sets,
        voices,
        lambda world, answers: verify_preset(world, answers, voices),
    )


@wizard.command()
@PRESETS
@SETS
@RELEASE
@click.option("--once", is_flag=True, help="Look once and report; exit 9 where something fails.")
@click.option(
    "--bundle",
    type=FILE,
    metavar="FILE",
    help="Look into a support bundle instead of a cluster.",
)
@common
def troubleshoot(settings: Common, **given: Any) -> None:
    """Say what is wrong with a Harbor, and why. Changes nothing.

    On a terminal it shows parts, problems, logs and events live; --once looks once and reports.
    """
    once, bundle = given.pop("once"), given.pop("bundle")
    if once or bundle:
        from wizard.looking import troubleshoot as look

        finish(settings, lambda voices: look(settings, voices, bundle=bundle, **given))
    from wizard.app import watched

    sys.exit(watched(settings, **given))


@wizard.command("support-bundle")
@PRESETS
@SETS
@RELEASE
@click.option(
    "-o", "file", type=FILE, metavar="FILE", help="The file to write; never over another."
)
@click.option("--preview", is_flag=True, help="Only say what would be in it, and what is hidden.")
@common
def support_bundle(settings: Common, **given: Any) -> None:
    """Gather what others need to help.

    Objects, events, logs, the Helm release, runs of the wizard here and what the rules find,
    without secrets. Changes nothing in the cluster. On a
    terminal it is shown before it is written.
    """
    from wizard.looking import support_bundle as gather

    finish(settings, lambda voices: gather(settings, voices, **given))


@wizard.command()
@PRESETS
@SETS
@common
def rbac(settings: Common, presets: Sequence[Path], sets: Sequence[str]) -> None:
    """Print the least role that a preset needs. Ready for kubectl apply; needs no cluster."""
    finish(settings, lambda voices: _rbac(settings, voices, presets, sets))


async def _rbac(
    settings: Common, voices: Voices, presets: Sequence[Path], sets: Sequence[str]
) -> ExitCode:
    from wizard.commands import read_answers
    from wizard.inspections import print_role
    from wizard.wiring import open_charts

    _require_answers(presets, "which rights are needed depends on them")
    answers = read_answers(presets, settings.sets(sets), voices, secrets=False)
    async with open_charts(settings.site(answers.preset), answers.preset.network) as charts:
        return await print_role(charts, answers, voices)


def main() -> NoReturn:
    """The console script: what is wrong with the command line itself exits with 2, as all use."""
    _stand_in_for_closed_streams()
    try:
        code = wizard.main(prog_name="wizard", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _tell_programs(error)
        code = error.exit_code
    except click.Abort:
        code = ExitCode.INTERRUPTED
    except SystemExit as ended:
        # Commands end with an ExitCode, click with 1 where the reader of --help went away.
        code = ended.code if isinstance(ended.code, ExitCode) else ExitCode.DONE
    except OSError as error:  # of --help and --version; all else is written by `report`
        from wizard.execute import unwritten

        code = unwritten(error)
    sys.exit(code)


def _tell_programs(error: click.ClickException) -> None:
    """Say on stdout what is wrong with a command line that wants it to be read by programs."""
    output = output_named(sys.argv[1:])
    if output != "text":
        from wizard.execute import tell_misuse

        context = getattr(error, "ctx", None)
        command = context.command_path if context else "wizard"
        what = error.format_message().rstrip(".")
        tell_misuse(output, what, f"{command} --help lists what can be given")


def _stand_in_for_closed_streams() -> None:
    """Open /dev/null for every standard stream that the caller closed (`>&-`).

    Else the next file, a journal say, would take its number and what is written there. A new file
    gets the lowest number that is free, so they are opened in the order of their numbers.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
