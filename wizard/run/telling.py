"""Tellers: make events of what a run and its steps say, redacted on the way."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wizard.checks.base import Result
from wizard.diagnose.finding import Finding
from wizard.errors import ExitCode, WizardError
from wizard.plan.plan import Plan
from wizard.ports import LogLine
from wizard.run.events import (
    CheckFinished,
    Event,
    FindingSeen,
    Log,
    RunFinished,
    RunStarted,
    StepFinished,
    StepProgress,
    StepStarted,
    StepState,
    StepWaiting,
)
from wizard.run.redaction import Redactor

Emit = Callable[[Event], None]


class RunTeller:
    """Tells of a run as a whole; every text passes the redactor before it is emitted."""

    def __init__(self, run: str, emit: Emit, redactor: Redactor) -> None:
        self._run = run
        self._emit = emit
        self._redactor = redactor
        self._latest: dict[str, tuple[str, datetime]] = {}

    def check(self, result: Result) -> None:
        """A check has its outcome."""
        outcome = result.outcome
        self.tell(
            CheckFinished,
            check=result.check.id,
            title=result.check.title,
            state=outcome.state,
            fact=outcome.fact,
            why=outcome.why,
            fix=outcome.fix,
            seconds=result.seconds,
        )

    def started(self, plan: Plan) -> None:
        """The run of a plan begins."""
        steps = tuple(step.id for step in plan.steps)
        target = str(plan.target)
        self.tell(RunStarted, preset=plan.preset, target=target, plan=plan.hash, steps=steps)

    def finished(self, exit_code: int, seconds: float, summary: str) -> None:
        """The run is over."""
        self.tell(RunFinished, exit=exit_code, seconds=seconds, summary=summary)

    @contextmanager
    def run(self, plan: Plan, done: str) -> Iterator[None]:
        """Tell that the run begins, and however what is in the context ends; well, it is `done`."""
        begun = time.monotonic()
        self.started(plan)
        code, summary = ExitCode.BUG, "ended by a bug of the wizard"
        try:
            yield
            code, summary = ExitCode.DONE, done
        except asyncio.CancelledError:
            code, summary = ExitCode.INTERRUPTED, "interrupted; the same command goes on from here"
            raise
        except WizardError as error:
            code, summary = error.exit_code, error.what
            raise
        finally:
            self.finished(int(code), time.monotonic() - begun, summary)

    def waiting(self, text: str) -> None:
        """What the run as a whole waits for: the lock."""
        self.tell(StepWaiting, text=text)

    def step(self, step: str) -> "StepTeller":
        """The teller of one step."""
        return StepTeller(step, self)

    def is_news(self, reader: str, source: str, time: datetime) -> bool:
        """Whether no other reader has told this line of a container's log, or a later one: each
        attempt of a step that waits reads the logs from their last lines on.
        """
        teller, latest = self._latest.get(source, (reader, time))
        if teller != reader and time <= latest:
            return False
        self._latest[source] = (reader, max(time, latest))
        return True

    def tell(self, event: type[Event], **details: Any) -> None:
        """Emit an event of now, its texts redacted."""
        shown = {name: self._redacted(value) for name, value in details.items()}
        self._emit(event(time=datetime.now(UTC), run=self._run, **shown))

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._redactor.redact(value)
        if isinstance(value, Finding):
            return replace(
                value,
                cause=self._redactor.redact(value.cause),
                title=self._redactor.redact(value.title),
                evidence=tuple(self._redactor.redact(line) for line in value.evidence),
                fix=self._redactor.redact(value.fix),
            )
        return value


class StepTeller:
    """Tells of one step: the `Reporter` that it is given, and its start and end."""

    def __init__(self, step: str, run: RunTeller) -> None:
        self._step = step
        self._run = run
        self._last_waiting = ""
        self._last_progress = (0, 0)
        self._attempt = 1

    def started(self, title: str, changes: int) -> None:
        """The step begins to make that many changes."""
        self._run.tell(StepStarted, step=self._step, title=title, changes=changes)

    def finished(self, state: StepState, seconds: float, error: WizardError | None = None) -> None:
        """The step is over."""
        what, why, fix = (error.what, error.why, error.fix) if error else ("", "", "")
        self._run.tell(
            StepFinished, step=self._step, state=state, seconds=seconds, what=what, why=why, fix=fix
        )

    def again(self) -> None:
        """What comes now is another attempt, which begins anew where the last one broke off."""
        self._attempt += 1

    def waiting(self, text: str) -> None:
        """What is waited for; the same text is told once."""
        if text != self._last_waiting:
            self._last_waiting = text
            self._run.tell(StepWaiting, step=self._step, text=text)

    def progress(self, done: int, total: int) -> None:
        """How far the step has come; the same figures are told once."""
        if (done, total) != self._last_progress:
            self._last_progress = (done, total)
            self._run.tell(StepProgress, step=self._step, done=done, total=total)

    def log(self, text: str, source: str = "wizard") -> None:
        """A line of the wizard itself, or of the tool that the step drives."""
        self._run.tell(Log, step=self._step, source=source, text=text)

    def pod_log(self, line: LogLine) -> None:
        """A line of a container; one that another step or attempt has told is left out."""
        source = f"{line.pod}/{line.container}"
        if self._run.is_news(f"{self._step} {self._attempt}", source, line.time):
            self._run.tell(Log, step=self._step, source=source, text=line.text)

    def finding(self, finding: Finding) -> None:
        """A diagnosis."""
        self._run.tell(FindingSeen, step=self._step, finding=finding)
