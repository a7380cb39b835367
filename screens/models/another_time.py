"""What a person can do another time: the commands for it, and what stays on the terminal."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from screens.models.session import Session
from screens.ways import Ways


def repeating(session: Session) -> str:
    """The command that does the same again, unattended; empty where nothing is saved yet."""
    path, scenario = session.desk.saved, session.ways.scenario
    if path is None:
        return ""
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    demo = ["--demo", "--scenario", scenario] if scenario else []
    yes = ["--yes"] if session.agreement.accepts else []
    return shlex.join(["wizard", *demo, "--preset", str(shown), *yes])


def resuming(ways: Ways) -> str:
    """The command that goes on where a run ended."""
    if ways.scenario:
        return f"wizard --demo --scenario {ways.scenario} --resume"
    folder = f" --log-dir {shlex.quote(str(ways.log_dir))}" if ways.log_dir else ""
    return f"wizard --resume{folder}"


def farewell(session: Session) -> Sequence[str]:
    """The lines that stay on the terminal when the screens are gone: how the run ended, and the
    command that comes next.
    """
    run = session.run
    if run is None or run.running:
        return ()
    if run.error is not None:
        told = session.redactor.redact(f"Harbor is not ready: {run.error.what}")
        return (told, f"It goes on with  {resuming(session.ways)}")
    command = repeating(session) if session.same_answers else ""
    address = f"Harbor is ready: {run.draft.get('harbor.url')}"
    return (address, f"Repeat it with  {command}") if command else (address,)
