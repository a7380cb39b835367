"""Runs the work of a command and turns however it ends into an exit code and a message."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from wizard.console import Console
from wizard.environment import state_folder
from wizard.errors import ExitCode, Interrupted, UsageError, WizardError, precedence
from wizard.output import abandon, incomplete
from wizard.report import Format, open_report
from wizard.run.redaction import Redactor
from wizard.voices import Voices


def execute(output: Format, work: Callable[[Voices], Awaitable[ExitCode]]) -> ExitCode:
    """Do the work and return the exit code of the process. Never raises.

    An interruption (Ctrl-C, SIGTERM, the closing of the terminal) cancels the work, which then
    leaves nothing behind that could not be resumed.
    """
    redactor = Redactor()
    report = open_report(output, sys.stdout, redactor)
    console = Console(sys.stderr, redactor)
    code = ExitCode.BUG
    error: WizardError | None = None
    try:
        code = asyncio.run(_interruptible(work(Voices(report, console, redactor))))
    except (KeyboardInterrupt, asyncio.CancelledError):
        error = Interrupted(
            "Interrupted", fix="give the same command again; a run goes on from here"
        )
    except WizardError as known:
        error = known
    except BaseExceptionGroup as group:
        error = _decisive(group) or _bug(group, redactor)
    except Exception as bug:
        error = _bug(bug, redactor)
    if error:
        code = error.exit_code
        report.error(error)
        console.error(error)
    try:
        report.close()
    except UsageError as failed:
        console.error(failed)
        code = code or failed.exit_code
    return code


def unwritten(error: OSError) -> ExitCode:
    """Tell that stdout could not be written by others than the report, and drop what is left."""
    failed = incomplete(error, sys.stdout)
    abandon(sys.stdout)
    Console(sys.stderr, Redactor()).error(failed)
    return failed.exit_code


def tell(lines: Sequence[str]) -> None:
    """Leave lines on the terminal that the screens were on."""
    console = Console(sys.stderr, Redactor())
    for line in lines:
        console.note(line)


def tell_misuse(output: Format, what: str, fix: str) -> None:
    """Tell programs that the command line is wrong; people are told by others."""
    report = open_report(output, sys.stdout, Redactor())
    report.error(UsageError(what, fix=fix))
    try:
        report.close()
    except UsageError as failed:
        Console(sys.stderr, Redactor()).error(failed)


async def _interruptible(work: Awaitable[ExitCode]) -> ExitCode:
    loop, running = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if running:
            loop.add_signal_handler(number, running.cancel)
    return await work


def _decisive(group: BaseExceptionGroup[BaseException]) -> WizardError | None:
    """Of errors that happened at once the one that decides; None where one is a bug."""
    known, unknown = group.split(WizardError)
    if unknown or known is None:
        return None
    errors = [one for one in _leaves(known) if isinstance(one, WizardError)]
    return min(errors, key=precedence)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for one in group.exceptions
        for leaf in (_leaves(one) if isinstance(one, BaseExceptionGroup) else [one])
    ]


def _bug(bug: BaseException, redactor: Redactor) -> WizardError:
    """An error that says where the trace of a bug was written; secrets in it are hidden."""
    path = state_folder() / "bugs" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    why = "this should never happen, whatever the answers and the cluster are"
    fix = "report it with that file; the same command can be given again"
    try:
        _write_privately(path, redactor.redact("".join(traceback.format_exception(bug))))
    except OSError as failure:
        why = f"{why}; its trace could not be written: {failure.strerror}"
        fix = "give the same command again with room in that place, then report it with that file"
    what = f"The wizard has a bug: {type(bug).__name__}"
    error = WizardError(what, why=why, where=str(path), fix=fix)
    error.exit_code = ExitCode.BUG
    return error


def _write_privately(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
