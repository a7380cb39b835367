"""The events of a run: what happened, as plain data. Every started has its finished."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from wizard.diagnose.finding import Finding

EVENTS_VERSION = 1

StepState = Literal["done", "unchanged", "failed", "waiting", "blocked", "cancelled"]


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-23T21:30:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run at a time; `step` is empty for the run as a whole."""

    name: ClassVar[str]
    time: datetime
    run: str
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The run begins: for which preset and target, with which plan and steps (in order)."""

    name: ClassVar[str] = "run.started"
    preset: str
    target: str
    plan: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinished(Event):
    """A check's outcome; `state` is ok, warn, fail or skipped."""

    name: ClassVar[str] = "check.finished"
    check: str
    title: str
    state: str
    fact: str
    why: str = ""
    fix: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(Event):
    """A step begins; `changes` is the number of objects it will change."""

    name: ClassVar[str] = "step.started"
    title: str
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWaiting(Event):
    """A step waits, or without one the run as a whole, for its lock: for what and why."""

    name: ClassVar[str] = "step.waiting"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress(Event):
    """A step has come further: `done` of `total`."""

    name: ClassVar[str] = "step.progress"
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(Event):
    """A step's end; a failed one says what happened, why, and what to do."""

    name: ClassVar[str] = "step.finished"
    state: StepState
    seconds: float
    what: str = ""
    why: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Event):
    """A line of a log; `source` is "wizard", "helm" or "pod/container"."""

    name: ClassVar[str] = "log"
    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSeen(Event):
    """A diagnosis made during the run."""

    name: ClassVar[str] = "finding"
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """The run's end with the exit code that the process will return."""

    name: ClassVar[str] = "run.finished"
    exit: int
    seconds: float
    summary: str


def document(event: Event) -> dict[str, Any]:
    """The event as one JSON object of the published schema."""
    head: dict[str, Any] = {
        "v": EVENTS_VERSION,
        "time": timestamp(event.time),
        "run": event.run,
        "event": event.name,
        "step": event.step or None,
    }
    known = {"time", "run", "step"}
    return head | {
        field.name: _plain(getattr(event, field.name))
        for field in fields(event)
        if field.name not in known
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Finding):
        return finding_document(value)
    if isinstance(value, float):
        return round(value, 3)
    return list(value) if isinstance(value, tuple) else value


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as JSON, as `troubleshoot --output json` and events tell it."""
    return {
        "id": finding.id,
        "severity": finding.severity,
        "object": finding.object,
        "title": finding.title,
        "cause": finding.cause,
        "evidence": list(finding.evidence),
        "fix": finding.fix,
        "suppressedBy": finding.suppressed_by,
    }
