"""The simulated world for its own tests; in it nothing ever waits (speed 0)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from wizard.ports import ChartSource, Kind, Object, Ref, Release, ReleaseRequest, World

NAMESPACE = "harbor"
POD = Kind("v1", "Pod")
DEPLOYMENT = Kind("apps/v1", "Deployment")
SECRET = Kind("v1", "Secret")


@pytest.fixture
async def world() -> AsyncIterator[SimulatedWorld]:
    """A healthy world with an empty namespace for Harbor."""
    async with simulated_world(speed=0) as world:
        await make_namespace(world)
        yield world


async def make_namespace(world: World, name: str = NAMESPACE) -> None:
    await world.objects.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


async def request_of(world: World, folder: Path, values: dict[str, Any]) -> ReleaseRequest:
    """A release of the simulated chart with these values."""
    package = await world.charts.fetch(ChartSource("harbor", "1.19.2"), folder)
    return ReleaseRequest("harbor", NAMESPACE, package, values)


async def install(
    world: World, folder: Path, *, take_fields: bool = False, **values: Any
) -> Release:
    """Install or upgrade Harbor with these values."""
    request = await request_of(world, folder, values)
    return await world.charts.upgrade(request, take_fields=take_fields, log=lambda _: None)


async def seconds(world: SimulatedWorld, number: float) -> None:
    """Let so much of the scenario pass."""
    await world.stage.clock.sleep(number)


async def pods_of(world: World, component: str) -> list[Object]:
    listing = await world.objects.list(POD, NAMESPACE, f"component={component}")
    return list(listing.items)


async def get(world: World, kind: Kind, name: str) -> Object:
    """An object of Harbor's namespace that must exist."""
    found = await world.objects.get(Ref(kind, NAMESPACE, name))
    assert found is not None
    return found


async def warnings(world: World) -> list[tuple[str, str]]:
    """Reason and message of the warnings among the events."""
    events = await world.objects.list(Kind("v1", "Event"), NAMESPACE)
    return [(e["reason"], e["message"]) for e in events.items if e["type"] == "Warning"]
