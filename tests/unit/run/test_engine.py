"""The engine: what may run at once does, what fails stops only what needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import pytest

from tests.unit.run.virtual_time import run as run_virtual
from wizard.errors import (
    CheckFailed,
    NotAccepted,
    OutOfTime,
    PersonAwaited,
    StepFailed,
    Throttled,
    Unreachable,
    WizardError,
)
from wizard.plan.plan import PlannedStep
from wizard.ports import Charts, Kind, NeededRight, Ref, World
from wizard.run.engine import Conclusion, Engine
from wizard.run.events import Event, StepFinished, StepStarted, StepWaiting
from wizard.run.redaction import Redactor
from wizard.run.rendering import EventLines, Style
from wizard.run.telling import RunTeller
from wizard.steps.base import FieldChange, ObjectChange, PlanMoved, Reporter, Step

NO_WORLD = cast("World", None)
Work = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Work that is done at once."""


def change(name: str = "thing", *, owner: str = "", revision: str = "1") -> ObjectChange:
    field = FieldChange("revision", revision, "new", owner)
    return ObjectChange("update", Ref(Kind("v1", "Secret"), "harbor", name), (field,))


class Play(Step):
    """A step that does what a test gives it."""

    def __init__(self, id_: str, *needs: str, apply: Work = nothing, verify: Work = nothing):
        self.id, self.title, self.needs = id_, id_.title(), needs
        self._apply, self._verify = apply, verify
        self.found: Sequence[ObjectChange] = ()

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        return ()

    async def check(self, world: World) -> Sequence[ObjectChange]:
        return self.found

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        await self._apply()

    async def verify(self, world: World, report: Reporter) -> None:
        await self._verify()


class Stage:
    """An engine with the events that it told."""

    def __init__(self, patience: float = 120.0) -> None:
        self.events: list[Event] = []
        teller = RunTeller("run", self.events.append, Redactor())
        self.engine = Engine(NO_WORLD, teller.step, patience)

    async def play(self, *steps: Play, changing: Sequence[str] = ()) -> Conclusion:
        plans = [
            PlannedStep(step.id, step.title, step.needs, (change(),) if step.id in changing else ())
            for step in steps
        ]
        return await self.engine.carry_out(steps, plans)

    def order(self) -> list[str]:
        words = {StepStarted: "starts", StepFinished: "ends"}
        return [f"{e.step} {words[type(e)]}" for e in self.events if type(e) in words]

    def waits(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, StepWaiting)]


async def test_a_step_begins_when_what_it_needs_is_done() -> None:
    stage = Stage()

    await stage.play(Play("a"), Play("b", "a"), Play("c", "b"))

    assert stage.order() == ["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]


async def test_what_may_run_at_once_does() -> None:
    both = asyncio.Barrier(2)

    async def meet() -> None:
        await both.wait()

    conclusion = await Stage().play(Play("a", verify=meet), Play("b", verify=meet))

    assert conclusion.states == {"a": "unchanged", "b": "unchanged"}


async def test_a_failed_step_stops_what_needs_it_and_the_rest_goes_on() -> None:
    async def fail() -> None:
        raise StepFailed("broken", why="because", fix="mend it")

    stage = Stage()

    conclusion = await stage.play(
        Play("a", verify=fail), Play("b", "a"), Play("c", "b"), Play("d"), changing=["d"]
    )

    assert conclusion.states == {"a": "failed", "b": "blocked", "c": "blocked", "d": "done"}
    assert conclusion.error is not None
    ended = {e.step: e for e in stage.events if isinstance(e, StepFinished)}
    assert (ended["a"].what, ended["a"].why, ended["a"].fix) == ("broken", "because", "mend it")


async def test_waiting_for_somebody_outside_is_no_failure_and_stops_what_needs_it() -> None:
    async def wait() -> None:
        raise PersonAwaited("unsigned", why="nobody signed", fix="have it signed")

    stage = Stage()

    conclusion = await stage.play(Play("a", verify=wait), Play("b", "a"), Play("c"))

    assert conclusion.states == {"a": "waiting", "b": "blocked", "c": "unchanged"}
    assert conclusion.error is not None
    assert conclusion.error.exit_code == 5
    (ended,) = (e for e in stage.events if isinstance(e, StepFinished) and e.step == "a")
    lines = EventLines(lambda time: "", Style(unicode=False)).of(ended)
    assert "waits for somebody outside" in lines[0]
    assert any("have it signed" in line for line in lines)


@pytest.mark.parametrize(
    ("first", "later"),
    [(OutOfTime, StepFailed), (StepFailed, NotAccepted), (NotAccepted, CheckFailed)],
)
async def test_of_several_errors_one_decides(
    first: type[WizardError], later: type[WizardError]
) -> None:
    async def fail() -> None:
        raise first("first")

    async def fail_later() -> None:
        await asyncio.sleep(0)
        raise later("later")

    conclusion = await Stage().play(Play("a", verify=fail), Play("b", verify=fail_later))

    assert type(conclusion.error) is later


async def test_only_planned_changes_are_made() -> None:
    applied: list[str] = []

    async def apply() -> None:
        applied.append("a")

    stage = Stage()
    await stage.play(Play("a", apply=apply))
    await Stage().play(Play("a", apply=apply), changing=["a"])

    assert applied == ["a"]


async def test_a_second_call_goes_on_where_the_first_ended() -> None:
    stage = Stage()
    first, second = Play("a"), Play("b", "a")

    await stage.play(first)
    conclusion = await stage.play(first, second)

    assert stage.order() == ["a starts", "a ends", "b starts", "b ends"]
    assert conclusion.states == {"a": "unchanged", "b": "unchanged"}


async def test_cancelled_it_tells_every_running_step_as_cancelled() -> None:
    running = asyncio.Event()

    async def hang() -> None:
        running.set()
        await asyncio.Event().wait()

    stage = Stage()
    task = asyncio.create_task(stage.play(Play("a", verify=hang), Play("b", "a")))
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [(e.step, e.state) for e in stage.events if isinstance(e, StepFinished)] == [
        ("a", "cancelled")
    ]


def breaking(*errors: Exception, seconds: float = 0.0) -> Work:
    """Work that takes some time and breaks with each of the errors, then goes well."""
    left = list(errors)

    async def work() -> None:
        await asyncio.sleep(seconds)
        if left:
            raise left.pop(0)

    return work


def test_a_server_that_does_not_answer_is_waited_for() -> None:
    stage = Stage()
    work = breaking(Unreachable("no answer"), Throttled("slow down", after=5.0))

    conclusion = run_virtual(stage.play(Play("a", verify=work)))

    assert conclusion.states == {"a": "unchanged"}
    assert stage.waits() == [
        "no answer; trying again in 0.5 s",
        "slow down; trying again in 5 s",
    ]


def test_after_its_patience_a_step_fails() -> None:
    stage = Stage(patience=20)

    conclusion = run_virtual(stage.play(Play("a", verify=breaking(*[Unreachable("gone")] * 99))))

    assert conclusion.states == {"a": "failed"}
    assert conclusion.error is not None
    assert conclusion.error.what == "gone"


def test_good_work_in_between_makes_it_patient_again() -> None:
    stage = Stage(patience=20)
    work = breaking(*[Unreachable("gone")] * 5, seconds=60)

    conclusion = run_virtual(stage.play(Play("a", verify=work)))

    assert conclusion.states == {"a": "unchanged"}


def moved_once() -> Work:
    return breaking(PlanMoved("the release moved"))


async def test_a_moved_plan_is_looked_at_again_and_done_if_it_still_holds() -> None:
    step = Play("a", apply=moved_once())
    step.found = [change(revision="2")]

    conclusion = await Stage().play(step, changing=["a"])

    assert conclusion.states == {"a": "done"}


@pytest.mark.parametrize(
    "now", [change("another"), change(owner="kubectl-edit")], ids=["another object", "taken"]
)
async def test_a_moved_plan_that_would_do_more_fails(now: ObjectChange) -> None:
    step = Play("a", apply=moved_once())
    step.found = [now]

    conclusion = await Stage().play(step, changing=["a"])

    assert conclusion.states == {"a": "failed"}
