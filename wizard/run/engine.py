"""The engine: carries out a plan, every step as soon as what it needs is done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wizard.errors import (
    HelmFailed,
    PersonAwaited,
    Throttled,
    Unreachable,
    WizardError,
    precedence,
)
from wizard.plan.plan import PlannedStep
from wizard.ports import World
from wizard.run.events import StepState
from wizard.run.telling import StepTeller
from wizard.steps.base import Action, ObjectChange, PlanMoved, Step

PATIENCE_SECONDS = 120.0
"""How long a step outlasts an API server that does not answer."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_GOOD: frozenset[StepState] = frozenset({"done", "unchanged"})


class Tellers(Protocol):
    """Gives each step the teller that makes events of what it says."""

    def __call__(self, step: str) -> StepTeller:
        """The teller of a step, by its id."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How every step ended, and the error that decides about the exit code, if any."""

    states: Mapping[str, StepState]
    error: WizardError | None = None


class Engine:
    """Runs steps against a world and tells what happens."""

    def __init__(self, world: World, tellers: Tellers, patience: float = PATIENCE_SECONDS) -> None:
        self._world = world
        self._tellers = tellers
        self._patience = patience
        self._errors: list[WizardError] = []
        self._states: dict[str, StepState] = {}

    async def carry_out(self, steps: Sequence[Step], planned: Sequence[PlannedStep]) -> Conclusion:
        """Run the steps (in an order that respects their needs) and make their planned changes.

        A failed step stops what needs it, the rest goes on. When this is cancelled, every
        running step is stopped, and told as cancelled, before it returns. Steps that an earlier
        call ended stay as they ended.
        """
        plans = {plan.id: plan for plan in planned}
        tasks: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            for step in steps:
                if step.id not in self._states:
                    needed = [tasks[id_] for id_ in step.needs if id_ in tasks]
                    follow = self._follow(step, plans[step.id], needed)
                    tasks[step.id] = group.create_task(follow)
        return Conclusion(dict(self._states), min(self._errors, key=precedence, default=None))

    async def _follow(
        self, step: Step, plan: PlannedStep, needed: Sequence[asyncio.Task[None]]
    ) -> None:
        if needed:
            await asyncio.wait(needed)
        self._states[step.id] = await self._end_of(step, plan)

    async def _end_of(self, step: Step, plan: PlannedStep) -> StepState:
        teller = self._tellers(step.id)
        if any(self._states.get(id_) not in _GOOD for id_ in step.needs):
            teller.finished("blocked", 0.0)
            return "blocked"
        teller.started(step.title, len(plan.changes))
        begun = _clock()
        state: StepState = "cancelled"
        error: WizardError | None = None
        try:
            await self._perform(step, plan, teller)
            state = "done" if plan.changes else "unchanged"
        except WizardError as failure:
            state = "waiting" if isinstance(failure, PersonAwaited) else "failed"
            error = failure
            self._errors.append(failure)
        finally:
            teller.finished(state, _clock() - begun, error)
        return state

    async def _perform(self, step: Step, plan: PlannedStep, teller: StepTeller) -> None:
        if plan.changes:
            await self._patiently(lambda: self._apply(step, plan.changes, teller), teller)
        await self._patiently(lambda: step.verify(self._world, teller), teller)

    async def _apply(self, step: Step, changes: Sequence[ObjectChange], teller: StepTeller) -> None:
        try:
            await step.apply(self._world, changes, teller)
        except PlanMoved as moved:
            now = await step.look(self._world)
            if not within(now, changes):
                raise
            teller.waiting(f"{moved.what}; what is left to do was planned, so it is done now")
            if now:
                await step.apply(self._world, now, teller)

    async def _patiently(self, work: Callable[[], Awaitable[None]], teller: StepTeller) -> None:
        """Do the work again while the API server does not answer, up to the patience.

        Work that went well for half of that time before it broke counts as a new beginning.
        """
        pause, began = _FIRST_PAUSE, _clock()
        while True:
            tried_at = _clock()
            try:
                return await work()
            except (Unreachable, Throttled, HelmFailed) as error:
                now = _clock()
                if now - tried_at > self._patience / 2:
                    pause, began = _FIRST_PAUSE, now
                wait = max(pause, error.after) if isinstance(error, Throttled) else pause
                if not _passing(error) or now + wait > began + self._patience:
                    raise
                teller.waiting(f"{error.what}; trying again in {wait:g} s")
                await asyncio.sleep(wait)
                teller.again()
                pause = min(pause * 2, _LONGEST_PAUSE)


def _clock() -> float:
    """Seconds by the running loop's clock."""
    return asyncio.get_running_loop().time()


def _passing(error: WizardError) -> bool:
    """Whether an error may go away by itself."""
    return not isinstance(error, HelmFailed) or error.kind == "unreachable"


_LEFT_OF: Mapping[Action, set[Action]] = {
    "create": {"create", "update"},
    "update": {"update"},
    "replace": {"replace", "create", "update"},
    "delete": {"delete"},
}
"""What may be left to do of a planned action that was begun."""


def within(now: Sequence[ObjectChange], planned: Sequence[ObjectChange]) -> bool:
    """Whether all that would be done now is, object by object, no more than was planned.

    So it is after an own attempt that broke off half way. What is lost or taken stays the same.
    """
    plans = {change.ref: change for change in planned}
    return all(
        change.ref in plans
        and change.action in _LEFT_OF[plans[change.ref].action]
        and {field.path for field in change.taken}
        <= {field.path for field in plans[change.ref].taken}
        for change in now
    )
