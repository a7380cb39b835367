"""A run as the screens see it: what happened so far, gathered from its events."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from screens.models.telling import Told
from wizard.diagnose.finding import Finding
from wizard.errors import ExitCode, Interrupted, WizardError
from wizard.plan.plan import PlannedStep
from wizard.run.consent import Consent
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
    StepWaiting,
)

if TYPE_CHECKING:
    from wizard.answers.draft import Draft

RowState = Literal[
    "pending", "running", "done", "unchanged", "failed", "waiting", "blocked", "cancelled"
]


@dataclass(slots=True)
class StepView:
    """One step of the run as it stands."""

    id: str
    title: str = ""
    state: RowState = "pending"
    started: datetime | None = None
    seconds: float = 0.0
    changes: int = 0
    waits_for: str = ""
    waits_since: datetime | None = None
    progress: tuple[int, int] | None = None
    what: str = ""
    why: str = ""
    fix: str = ""
    findings: list[Finding] = field(default_factory=list)
    sources: dict[str, None] = field(default_factory=dict)
    """Where its log lines come from: "wizard", "helm" and "pod/container"."""


class Run:
    """Carries out some work and gathers what it tells; `listen` hears of every event.

    `draft` and `consent` are the answers and the agreement that it was begun with; `goes_on`:
    a run before it did not reach its goal.
    """

    def __init__(
        self,
        work: Callable[[Told], Coroutine[None, None, None]],
        draft: "Draft",
        consent: Consent,
        *,
        goes_on: bool = False,
    ) -> None:
        self._work = work
        self.draft, self.consent, self.goes_on = draft, consent, goes_on
        self._listeners: list[Callable[[Event], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self.told = Told(self._event)
        self.steps: dict[str, StepView] = {}
        self.checks: list[CheckFinished] = []
        self.events: list[Event] = []
        """All but log lines, in their order."""
        self.started: datetime = datetime.now(UTC)
        self.error: WizardError | None = None
        self.exit: ExitCode | None = None
        self.summary = ""
        self.seconds = 0.0
        self.waits_for = ""
        """What the run as a whole waits for: its lock."""

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.exit is None

    @property
    def began(self) -> bool:
        """Whether it got past checks and plan, and set to work."""
        return bool(self.steps)

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Have a listener hear of every event from now on; the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def go(self) -> None:
        """Carry it out. Nothing is raised for how it ends, but a bug of the wizard."""
        self._task = asyncio.create_task(self._work(self.told))
        try:
            await self._task
            self.exit = ExitCode.DONE
        except asyncio.CancelledError:
            self.error = Interrupted(
                "The run was stopped", fix="go on from here with Retry, or by the same command"
            )
            self.exit = ExitCode.INTERRUPTED
        except WizardError as error:
            self.error, self.exit = error, error.exit_code
        finally:
            if self.exit is None:
                self.exit = ExitCode.BUG
            self.seconds = self.seconds or (datetime.now(UTC) - self.started).total_seconds()
            self._over.set()

    async def stop(self) -> None:
        """Stop it, and wait until nothing of it goes on; what was done stays done."""
        if self._task:
            self._task.cancel()
            await self._over.wait()

    def _event(self, event: Event) -> None:
        self._take(event)
        if not isinstance(event, Log):
            self.events.append(event)
        for listener in list(self._listeners):
            listener(event)

    def _take(self, event: Event) -> None:
        step = self._step(event.step) if event.step else None
        match event:
            case RunStarted():
                titles = {one.id: one.title for one in self._planned()}
                self.steps = {id_: StepView(id_, titles.get(id_, id_)) for id_ in event.steps}
                self.started = event.time
            case CheckFinished():
                self.checks.append(event)
            case RunFinished():
                self.summary, self.seconds = event.summary, event.seconds
            case StepWaiting() if step is None:
                self.waits_for = event.text
            case _ if step is not None:
                self.waits_for = ""
                _update(step, event)

    def _planned(self) -> Sequence[PlannedStep]:
        return self.told.planned.steps if self.told.planned else ()

    def _step(self, id_: str) -> StepView:
        return self.steps.setdefault(id_, StepView(id_, id_))


def _update(step: StepView, event: Event) -> None:
    match event:
        case StepStarted():
            step.title, step.changes = event.title, event.changes
            step.state, step.started = "running", event.time
        case StepWaiting():
            step.waits_for, step.waits_since = event.text, event.time
        case StepProgress():
            step.progress = (event.done, event.total)
        case StepFinished():
            step.state, step.seconds = event.state, event.seconds
            step.what, step.why, step.fix = event.what, event.why, event.fix
            step.waits_for = ""
        case FindingSeen():
            step.findings.append(event.finding)
        case Log():
            step.sources.setdefault(event.source)
