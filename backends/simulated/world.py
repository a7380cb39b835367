"""The simulated world, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backends.certificates import X509
from backends.certificates.fetching import fetch_nothing
from backends.simulated import statefile
from backends.simulated.access import Rights, SimulatedAccess
from backends.simulated.buckets import SimulatedBuckets
from backends.simulated.charts import SimulatedCharts
from backends.simulated.clock import Clock
from backends.simulated.faults import Faults
from backends.simulated.harbor_state import HarborState
from backends.simulated.harbor_view import HarborView
from backends.simulated.issuing import Issuing
from backends.simulated.logs import Logs
from backends.simulated.nfs import SimulatedNfs
from backends.simulated.objects import SimulatedObjects
from backends.simulated.play import Play
from backends.simulated.pods import SimulatedPods
from backends.simulated.resolver import SimulatedResolver
from backends.simulated.scenarios import find
from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.stage import Stage
from backends.simulated.stand_in import harbor_client
from backends.simulated.store import Store
from backends.simulated.vault import SimulatedVault, VaultContent
from wizard.errors import UsageError
from wizard.ports import World


@dataclass(frozen=True, slots=True)
class SimulatedWorld(World):
    """A world with the way behind its scenes, for tests and rehearsals."""

    stage: Stage


@asynccontextmanager
async def simulated_world(
    scenario: str = "healthy", state: Path | None = None, speed: float = 1.0
) -> AsyncIterator[SimulatedWorld]:
    """A world that plays a scenario while the context is open.

    `speed` is scenario seconds per real second; with 0 nothing ever waits. With `state` the
    world is taken from that file and put back there at the end; another scenario, or no file,
    begins anew. Raises UsageError for an unknown scenario, and where the file cannot be written.
    """
    found = find(scenario)
    stage = _stage(speed)
    play = Play(stage.store, stage.logs, found, HarborView(stage.store, stage.harbor))
    issuing = Issuing(stage.store)
    past = statefile.load(state, found.name, stage) if state else None
    async with _running(stage.clock):
        if past is None:
            past = _begin(found, stage)
        else:
            issuing.resume()
            await play.resume()
        past.meanwhile = past.meanwhile or await found.meanwhile(stage)
        try:
            yield _world(found, stage)
        except BaseException:
            with suppress(UsageError):
                _keep(state, found, stage, past)
            raise
        _keep(state, found, stage, past)


def _keep(state: Path | None, scenario: Scenario, stage: Stage, past: statefile.Past) -> None:
    if state is not None:
        statefile.save(state, scenario.name, stage, past)


def _stage(speed: float) -> Stage:
    clock = Clock(speed)
    store = Store(clock)
    objects = SimulatedObjects(store, Rights(store), Faults())
    charts = SimulatedCharts(objects, clock)
    return Stage(clock, store, Logs(), Faults(), HarborState(), objects, charts, VaultContent())


def _begin(scenario: Scenario, stage: Stage) -> statefile.Past:
    """A new world, with the faults ahead of it."""
    for obj in scenario.cluster():
        stage.store.put(obj)
    for fault in scenario.faults():
        stage.faults.add(fault)
    return statefile.Past()


def _world(scenario: Scenario, stage: Stage) -> SimulatedWorld:
    rights = Rights(stage.store, scenario.granted)
    helm_objects = SimulatedObjects(stage.store, rights, Faults())
    return SimulatedWorld(
        objects=SimulatedObjects(stage.store, rights, stage.faults),
        pods=SimulatedPods(stage.store, stage.logs, rights),
        access=SimulatedAccess(stage.store, rights),
        charts=SimulatedCharts(helm_objects, stage.clock),
        harbor=harbor_client(stage.harbor, reached=scenario.entrances.reached),
        certificates=X509(fetch=fetch_nothing),
        resolver=SimulatedResolver(),
        buckets=SimulatedBuckets(),
        nfs=SimulatedNfs(),
        vault=SimulatedVault(stage.vault),
        stage=stage,
    )


@asynccontextmanager
async def _running(clock: Clock) -> AsyncIterator[None]:
    """Let the clock's actions run; what went wrong in one of them is raised at the end."""
    task = asyncio.create_task(clock.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
