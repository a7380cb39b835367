"""Checks, results and errors as JSON documents; their schemas are in docs/schemas."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

from wizard.answers.problems import PresetInvalid
from wizard.checks.base import Result, State
from wizard.diagnose.components import ComponentState
from wizard.diagnose.evaluate import Diagnosis
from wizard.diagnose.volumes import Fill
from wizard.errors import WizardError
from wizard.plan.plan import Target
from wizard.run.events import (
    CheckFinished,
    Event,
    FindingSeen,
    RunFinished,
    RunStarted,
    StepFinished,
    document,
    finding_document,
)

VERSION = 1
_HEAD = frozenset({"v", "time", "run", "event", "step"})


def checks_document(
    preset: str, target: Target | None, results: Sequence[Result]
) -> dict[str, Any]:
    """What `--check --output json` prints; the target is unknown where no cluster answered."""
    counted = Counter(result.outcome.state for result in results)
    return {
        "version": VERSION,
        "preset": preset,
        "target": target.document() if target else None,
        "checks": [_check(result) for result in results],
        "summary": {state: counted[state] for state in get_args(State)},
    }


def _check(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    return {
        "check": result.check.id,
        "title": result.check.title,
        "state": outcome.state,
        "fact": outcome.fact,
        "why": outcome.why,
        "fix": outcome.fix,
        "seconds": round(result.seconds, 3),
    }


def error_document(error: WizardError) -> dict[str, Any]:
    """An error that ended a command, with the exit code of the process.

    That of a preset also lists what is wrong, one problem after another.
    """
    told: dict[str, Any] = {
        "exit": int(error.exit_code),
        "what": error.what,
        "where": error.where,
        "why": error.why,
        "fix": error.fix,
    }
    if isinstance(error, PresetInvalid):
        told["problems"] = [problem.document() for problem in error.problems]
    return told


class ResultDocument:
    """What a run with `--output json` prints at its end: gathered from the run's events."""

    def __init__(self) -> None:
        self._checks: list[dict[str, Any]] = []
        self._steps: dict[str, dict[str, Any]] = {}
        self._findings: list[dict[str, Any]] = []
        self._run: dict[str, Any] = {}

    def add(self, event: Event) -> None:
        """Take an event of the run."""
        told = {key: value for key, value in document(event).items() if key not in _HEAD}
        match event:
            case RunStarted():
                self._run = {"version": VERSION, "run": event.run} | told
                self._steps = {id_: {"id": id_} for id_ in told["steps"]}
            case CheckFinished():
                self._checks.append(told)
            case StepFinished():
                self._steps[event.step] |= told
            case FindingSeen():
                self._findings.append({"step": event.step or None} | told)
            case RunFinished():
                self._run |= told

    def document(self) -> dict[str, Any] | None:
        """The result; None where no run began."""
        if not self._run:
            return None
        details = {"checks": self._checks, "steps": [*self._steps.values()]}
        return self._run | details | {"findings": self._findings}


def troubleshoot_document(
    target: Target, states: Sequence[ComponentState], diagnosis: Diagnosis
) -> dict[str, Any]:
    """What `troubleshoot --once --output json` prints."""
    return {
        "version": VERSION,
        "target": target.document(),
        "components": [_component(one) for one in states],
        "findings": [finding_document(finding) for finding in diagnosis.findings],
        "notChecked": [{"rule": one.rule, "reason": one.reason} for one in diagnosis.not_checked],
    }


def _component(state: ComponentState) -> dict[str, Any]:
    """Volumes only of whom it is known how full they are."""
    told = {"id": state.id, "state": state.state, "needs": list(state.needs)}
    volumes = [_volume(fill) for fill in state.volumes]
    return {**told, "volumes": volumes} if volumes else told


def _volume(fill: Fill) -> dict[str, Any]:
    told = {"claim": fill.claim, "usedBytes": fill.used, "capacityBytes": fill.capacity}
    return {**told, "percent": fill.percent, "inodesPercent": fill.inodes_percent}
