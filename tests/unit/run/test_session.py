"""A session over the simulated cluster: plan, run, lock, and what others do in between."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backends.simulated.faults import Fault
from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.run.virtual_time import run as run_virtual
from tests.unit.steps.conftest import inputs_for
from wizard.errors import CheckFailed, Forbidden, LockHeld, NotAccepted, Throttled, Unreachable
from wizard.plan.plan import Target
from wizard.ports import Kind, Object, Ref
from wizard.run.events import (
    Event,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    StepWaiting,
)
from wizard.run.lock import LEASE
from wizard.run.redaction import Redactor
from wizard.run.session import Session
from wizard.run.telling import RunTeller

TARGET = Target("uid", "simulated", "harbor", "harbor")
CORE = Ref(Kind("apps/v1", "Deployment"), "harbor", "harbor-core")


class Run:
    """A session with the events that it told."""

    def __init__(self, world: SimulatedWorld, folder: Path, **answers: object) -> None:
        self.events: list[Event] = []
        folder.mkdir(exist_ok=True)
        teller = RunTeller("run", self.events.append, Redactor())
        self.session = Session(world, inputs_for(world, folder, **answers), TARGET, teller)  # type: ignore[arg-type]

        self.began = 0

    async def to_the_end(self) -> None:
        await self.session.carry_out(await self.session.plan(), self.begin)

    def begin(self) -> None:
        self.began += 1

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if type(event) is kind]


@pytest.fixture
async def world() -> AsyncIterator[SimulatedWorld]:
    async with simulated_world(speed=0) as world:
        yield world


async def leases(world: SimulatedWorld) -> list[Object]:
    return list((await world.stage.objects.list(LEASE)).items)


async def test_a_run_makes_all_of_the_plan_and_leaves_nothing_to_do(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    run = Run(world, tmp_path / "1")
    await run.to_the_end()

    again = await Run(world, tmp_path / "2").session.plan()

    assert run.began == 1
    assert again.changes == []
    assert await leases(world) == []
    (finished,) = run.told(RunFinished)
    assert isinstance(finished, RunFinished)
    assert finished.exit == 0


async def test_every_step_that_starts_is_finished(world: SimulatedWorld, tmp_path: Path) -> None:
    run = Run(world, tmp_path)

    await run.to_the_end()

    started = [event.step for event in run.told(StepStarted)]
    assert sorted(started) == sorted(event.step for event in run.told(StepFinished))
    (begun,) = run.told(RunStarted)
    assert isinstance(begun, RunStarted)
    assert set(begun.steps) == set(started)


async def test_planning_writes_nothing(world: SimulatedWorld, tmp_path: Path) -> None:
    before = world.stage.store.resource_version

    await Run(world, tmp_path).session.plan()

    assert world.stage.store.resource_version == before


async def test_plans_of_the_same_world_have_the_same_hash(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    one = await Run(world, tmp_path / "1").session.plan()
    other = await Run(world, tmp_path / "2").session.plan()

    assert one.hash == other.hash


async def test_without_changes_there_is_no_lock_but_everything_is_verified(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await Run(world, tmp_path / "1").to_the_end()
    before = world.stage.store.resource_version
    second = Run(world, tmp_path / "2")

    await second.to_the_end()

    assert second.began == 1
    assert world.stage.store.resource_version == before
    states = {event.state for event in second.told(StepFinished) if isinstance(event, StepFinished)}
    assert states == {"unchanged"}


async def test_what_others_deleted_is_made_again(world: SimulatedWorld, tmp_path: Path) -> None:
    await Run(world, tmp_path / "1").to_the_end()
    await world.stage.objects.delete(CORE)
    second = Run(world, tmp_path / "2")

    plan = await second.session.plan()
    await second.session.carry_out(plan)

    assert ("harbor.release", "create", str(CORE)) in plan.actions
    assert await world.stage.objects.get(CORE) is not None


async def test_a_plan_that_is_out_of_date_is_not_carried_out(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await Run(world, tmp_path / "1").to_the_end()
    await world.stage.objects.delete(CORE)
    second = Run(world, tmp_path / "2")
    plan = await second.session.plan()
    await world.stage.objects.delete(Ref(Kind("v1", "Service"), "harbor", "harbor-core"))

    with pytest.raises(NotAccepted, match="plan changed while the lock was taken"):
        await second.session.carry_out(plan)

    assert await world.stage.objects.get(CORE) is None
    assert await leases(world) == []


async def test_while_another_run_holds_the_lock_nothing_is_changed(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await world.stage.objects.create(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}}
    )
    await world.stage.objects.create(_lease_of_somebody())

    run = Run(world, tmp_path)
    with pytest.raises(LockHeld, match="somebody"):
        await run.to_the_end()

    assert await world.stage.objects.get(CORE) is None
    assert run.began == 0


async def test_a_cluster_that_does_not_let_a_step_look_makes_no_plan(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    world.stage.faults.add(Fault(lambda: Unreachable("gone"), verb="get", times=99))

    with pytest.raises(CheckFailed, match="No plan can be made: gone"):
        await Run(world, tmp_path).session.plan()


def test_waiting_for_the_lock_is_told_of_the_run_as_a_whole(tmp_path: Path) -> None:
    async def main() -> Run:
        async with simulated_world(speed=0) as world:
            fault = Fault(lambda: Throttled("slow down"), verb="create", kind="Lease")
            world.stage.faults.add(fault)
            run = Run(world, tmp_path)
            await run.to_the_end()
            return run

    told = [e for e in run_virtual(main()).events if isinstance(e, StepWaiting) and not e.step]

    assert [event.text for event in told] == ["slow down; asking for the lock again in 3 s"]


async def test_a_namespace_that_may_not_be_seen_leaves_the_other_rights_to_be_asked_for(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    world.stage.faults.add(
        Fault(lambda: Forbidden("may not"), verb="get", kind="Namespace", times=99)
    )

    results = {result.check.id: result for result in await Run(world, tmp_path).session.check()}

    assert results["cluster.rights"].outcome.fact.startswith("All ")
    assert results["delivery.rendering"].outcome.state == "ok"


def _lease_of_somebody() -> Object:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "harbor-wizard-harbor", "namespace": "harbor"},
        "spec": {
            "holderIdentity": "somebody",
            "leaseDurationSeconds": 3600,
            "renewTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    }
