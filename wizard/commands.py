"""What the commands do, given a preset and an opened world; `cli` reads options and opens it."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from wizard.answers.delivery import DirectoryCharts
from wizard.answers.draft import Draft
from wizard.answers.loading import read
from wizard.answers.overrides import idle_variables, overridden
from wizard.answers.preset import Preset
from wizard.answers.problems import PresetInvalid
from wizard.answers.profiles import effective
from wizard.answers.saving import dump, pinned
from wizard.answers.secret_values import open_files, resolve
from wizard.charts.package import Packages
from wizard.errors import ExitCode, UsageError, WizardError
from wizard.plan.limits import not_carried_out
from wizard.plan.plan import Target
from wizard.ports import Charts, Custodian, Person, World
from wizard.run.consent import Consent, require_accepted, require_expected, require_no_failures
from wizard.run.events import Event
from wizard.run.identity import identify
from wizard.run.journal import Journal, supersede
from wizard.run.records import RunRecord, runs_folder, unfinished
from wizard.run.session import Session
from wizard.run.telling import RunTeller
from wizard.steps.inputs import Inputs
from wizard.steps.vault.values import values_in_vault
from wizard.terminal import TerminalPerson
from wizard.text import plain
from wizard.voices import Voices

JOURNAL_NOTE = "Journal and log of this run: "
"""The note that names a run's folder begins so."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A preset as it was read: the draft it came from, and the secrets of this machine by path."""

    draft: Draft
    preset: Preset
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """How far a run shall go, and what was agreed to beforehand.

    "probes": the checks, then those steps alone that try something out by writing. `retarget`: it
    may go to another cluster than the one that the preset is bound to. `custodian` shows a new
    server's key shares to the person, if anybody does.
    """

    until: Literal["checks", "probes", "plan", "end"] = "end"
    consent: Consent = field(default_factory=Consent)
    retarget: bool = False
    log_dir: Path | None = None
    gate_seconds: float = 3600.0
    attended: bool = True
    custodian: Custodian | None = None


def read_answers(
    presets: Sequence[Path],
    sets: Sequence[str],
    voices: Voices,
    *,
    secrets: bool = True,
) -> Answers:
    """A preset from files and `--set`, with the secrets that this machine knows, if asked for.

    Raises PresetInvalid with all problems, or with all that this version cannot carry out;
    SecretMissing. Warnings are told.
    """
    draft = read(presets, sets)
    return answers_of(draft, voices, os.environ, TerminalPerson() if secrets else None)


def answers_of(
    draft: Draft, voices: Voices, environ: Mapping[str, str], person: Person | None
) -> Answers:
    """The preset of a draft, with the secrets that this machine knows, if there is a person to ask.

    Raises like `read_answers`.
    """
    preset = overridden(draft.to_preset(), environ)
    if beyond := [draft.placed(problem) for problem in not_carried_out(preset)]:
        raise PresetInvalid(beyond)
    told = [*draft.problems(), *open_files(preset), *idle_variables(preset, environ)]
    for problem in told:
        voices.console.warning(WizardError(str(problem)))
    values = resolve(preset, environ, person) if person else {}
    for value in values.values():
        voices.redactor.conceal(value)
    return Answers(draft, preset, values)


def resumed(log_dir: Path | None) -> RunRecord:
    """The newest unfinished run. Raises UsageError where there is none, or without its answers."""
    record = unfinished(None, log_dir)
    if record is None:
        raise UsageError(
            "There is no unfinished run to resume",
            why="every run recorded here reached its goal, was refused before it began, or was "
            "followed by one that reached its goal",
            where=str(runs_folder(log_dir)),
            fix="start one with --preset FILE",
        )
    record.preset_text()
    return record


async def install(world: World, answers: Answers, wish: Wish, voices: Voices) -> ExitCode:
    """Check, plan, carry out and verify a preset, as far as the wish goes.

    Raises WizardError where that ends early.
    """
    preset = effective(answers.preset)
    target = await identify(world, preset.target)
    if wish.retarget:
        preset = bound_to(preset, None)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="harbor-wizard-charts-")))
        inputs = Inputs(
            preset,
            packages_of(preset, world.charts, folder),
            answers.secrets,
            voices.redactor.conceal,
            wish.gate_seconds,
            attended=wish.attended,
            custodian=wish.custodian,
        )
        kept = await values_in_vault(world, inputs)
        inputs = replace(inputs, secrets={**inputs.secrets, **kept})
        answers = replace(answers, secrets=inputs.secrets)
        journal = None
        if wish.until == "end":
            journal = opened.enter_context(_journal(answers, target, wish, voices))
        teller = RunTeller(
            journal.run if journal else "", _fan_out(voices, journal), voices.redactor
        )
        session = Session(world, inputs, target, teller)
        return await _carry_on(session, target, answers, wish, voices, journal)


async def _carry_on(
    session: Session,
    target: Target,
    answers: Answers,
    wish: Wish,
    voices: Voices,
    journal: Journal | None,
) -> ExitCode:
    results = await session.check()
    voices.report.checks(session.preset, target, results)
    require_no_failures(results)
    if wish.until in {"checks", "probes"}:
        require_accepted(wish.consent, results)
        if wish.until == "probes":
            await session.probe()
        return ExitCode.DONE
    plan = await session.plan()
    voices.report.plan(plan)
    require_expected(plan, wish.consent)
    if journal is None:
        return ExitCode.CHANGES if plan.changes else ExitCode.DONE
    journal.planned(plan)
    require_accepted(wish.consent, results, plan)
    await session.carry_out(plan, partial(_take_over, journal, answers, target, wish, voices))
    return ExitCode.DONE


def bound_to(preset: Preset, cluster_uid: str | None) -> Preset:
    """The preset for this cluster only, which the checks then insist on; None: for any."""
    target = preset.target.model_copy(update={"cluster_uid": cluster_uid})
    return preset.model_copy(update={"target": target})


def packages_of(preset: Preset, charts: Charts, folder: Path) -> Packages:
    """Where the preset's charts come from, to be copied into a folder of this process."""
    source = preset.delivery.charts
    return Packages(charts, folder, source.path if isinstance(source, DirectoryCharts) else None)


@contextmanager
def _journal(answers: Answers, target: Target, wish: Wish, voices: Voices) -> Iterator[Journal]:
    """The journal of this run."""
    journal = Journal.open(
        target,
        (answers.preset.name, _stored(answers)),
        voices.redactor,
        voices.console.warning,
        secret_values=answers.secrets,
        log_dir=wish.log_dir,
    )
    voices.console.note(f"{JOURNAL_NOTE}{journal.folder}")
    try:
        yield journal
    finally:
        journal.close()


def _stored(answers: Answers) -> str:
    """The answers as a journal keeps them: paths and versions as they count now."""
    return dump(pinned(answers.draft), Path("/"))


def _take_over(
    journal: Journal, answers: Answers, target: Target, wish: Wish, voices: Voices
) -> None:
    """This run begins: an unfinished one for the same target is compared and marked as replaced.

    Not before: a run that still goes on holds the lock, and is none to be replaced.
    """
    try:
        former = unfinished(target, wish.log_dir, besides=journal.run)
        if former is None:
            return
        for line in _told(former, _stored(answers)):
            voices.console.note(line)
        supersede(former, journal.run)
    except WizardError as error:  # records explain, they never decide
        voices.console.warning(error)


def _told(former: RunRecord, text: str) -> Iterator[str]:
    """That a run is unfinished, and how the answers differ from its."""
    how = "did not end" if former.exit is None else f"ended with exit code {former.exit}"
    yield f"The run {former.id} for this target {how}; this one goes on from what is there."
    try:
        before = former.preset_text().splitlines()
    except WizardError as error:
        yield f"Its answers cannot be compared: {error.what}."
        return
    for line in unified_diff(
        before, text.splitlines(), "its answers", "answers now", n=0, lineterm=""
    ):
        yield f"  {plain(line)}"


def _fan_out(voices: Voices, journal: Journal | None) -> Callable[[Event], None]:
    def emit(event: Event) -> None:
        if journal:
            journal.event(event)
        voices.report.event(event)

    return emit
