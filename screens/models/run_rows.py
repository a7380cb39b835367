"""The rows of a run's list of steps, as text: what stands in each, and how it goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from screens.models.troubles import CHECKS, Trouble, of_checks, of_step, troubles
from screens.signs import State
from wizard.errors import ExitCode
from wizard.run.rendering import duration

if TYPE_CHECKING:
    from screens.models.run import Run, StepView

THE_RUN = "run"
"""The id of the row that tells what ended the run, where that is about no step."""

GOING_ON = "r Retry   e Edit answer and retry   l Logs   k Keep and stop"
"""The keys that go on from a failure."""

_STATES: dict[str, State] = {
    "pending": "not yet",
    "running": "here",
    "done": "ok",
    "unchanged": "ok",
    "failed": "wrong",
    "waiting": "look",
    "blocked": "unknown",
    "cancelled": "wrong",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A step in the list: a sign, its title, how it goes, and lines below it."""

    id: str
    state: State
    title: str
    word: str
    waits: str = ""
    trouble: Trouble | None = None
    hint: str = ""
    """What can be done now."""
    more: Sequence[str] = ()
    """What is told beside the word as far as it fits: all rows stay on the screen for that."""


def rows(run: "Run", now: datetime) -> Sequence[Row]:
    """The rows of a run as it stands."""
    found = [
        _checks(run),
        *(_step(step, run, now) for step in run.steps.values()),
        *_ended(run),
    ]
    wrong = [at for at, row in enumerate(found) if row.trouble]
    if wrong and not run.running:
        found[wrong[0]] = replace(found[wrong[0]], hint=GOING_ON)
    return found


def clock(seconds: float) -> str:
    """A span of time as a clock shows it: `01:42`, `1:00:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def headline(run: "Run", now: datetime) -> str:
    """The run in one line: what it does, for how long, how far it came."""
    seconds = (now - run.started).total_seconds() if run.running else run.seconds
    name = str(run.draft.get("name") or "")
    if not run.began:
        word = "Looking at the cluster for" if run.running else "Did not begin:"
        return f"{word} {name}   {clock(seconds)}   {_answered(run)}"
    done = sum(step.state in {"done", "unchanged"} for step in run.steps.values())
    return f"{_doing(run)} {name}   {clock(seconds)}   {done} of {len(run.steps)} steps"


def waits(run: "Run") -> str:
    """What the run as a whole waits for; empty for nothing."""
    return run.waits_for if run.running else ""


def _doing(run: "Run") -> str:
    if run.running:
        return "Going on installing" if run.goes_on else "Installing"
    words = {ExitCode.DONE: "Installed", ExitCode.INTERRUPTED: "Stopped installing"}
    return words.get(run.exit or ExitCode.DONE, "Failed to install")


def _answered(run: "Run") -> str:
    return f"{len(run.checks)} checks answered"


def _checks(run: "Run") -> Row:
    """All checks in one row: they come before the first step."""
    failed = of_checks(run)
    warned = sum(check.state == "warn" for check in run.checks)
    told = f"{warned} accepted" if run.began and warned else f"{warned} warn" if warned else "ok"
    if failed:
        return Row(CHECKS, "wrong", "Checks", f"{len(failed)} failed", trouble=failed[0])
    if run.began:
        return Row(CHECKS, "ok", "Checks", f"{len(run.checks)}, {told}")
    state: State = "here" if run.running else "not yet"
    return Row(CHECKS, state, "Checks and plan", _answered(run), _asked_last(run))


def _asked_last(run: "Run") -> str:
    return f"{run.checks[-1].title}: {run.checks[-1].fact}" if run.running and run.checks else ""


def _step(step: "StepView", run: "Run", now: datetime) -> Row:
    found = of_step(step) if step.state in ("failed", "waiting") else []
    waits = ""
    if step.state == "running" and step.waits_for and step.waits_since:
        lasting = _whole(now - step.waits_since)
        waits = f"{step.waits_for} (for {lasting})" if lasting != "0 s" else step.waits_for
    trouble = found[0] if found else None
    return Row(step.id, _STATES[step.state], step.title, _word(step, run, now), waits, trouble)


def _word(step: "StepView", run: "Run", now: datetime) -> str:
    if step.state == "running":
        come = f"{step.progress[0]} of {step.progress[1]}  " if step.progress else ""
        return f"{come}working {_whole(now - step.started)}" if step.started else come
    after = duration(step.seconds)
    words = {
        "done": f"done {after}",
        "unchanged": "as wanted",
        "failed": f"failed after {after}",
        "waiting": "waits for somebody outside",
        "cancelled": f"stopped after {after}",
        "pending": "not yet" if run.running else "not begun",
    }
    return words.get(step.state, "not begun")


def _whole(span: timedelta) -> str:
    """A span of time without a part of a second, so that it changes once a second."""
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds // 60} min {seconds % 60:02d} s" if seconds >= 60 else f"{seconds} s"


def _ended(run: "Run") -> Iterator[Row]:
    """What ended the run, where that is about no step and no check."""
    for trouble in troubles(run):
        if trouble.state == "wrong" and not trouble.step:
            word = "stopped" if run.exit == ExitCode.INTERRUPTED else "ended"
            yield Row(THE_RUN, "wrong", "The run", word, trouble=trouble)
            return
