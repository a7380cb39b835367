"""Logs and forwards of the simulated cluster."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.simulated.conftest import NAMESPACE, POD, install, pods_of, seconds
from wizard.errors import NotFound, Unreachable
from wizard.ports import Ref


async def jobservice(world: SimulatedWorld) -> str:
    [pod] = await pods_of(world, "jobservice")
    return str(pod["metadata"]["name"])


async def test_lines_in_their_order_and_the_last_of_them(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    logs = world.pods.logs
    lines = [line async for line in logs(NAMESPACE, "harbor-database-0", "database")]
    assert lines[-1].text.endswith("ready to accept connections")
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    last = [line async for line in logs(NAMESPACE, "harbor-database-0", "database", tail=1)]
    assert last == lines[-1:]
    after = lines[0].time + timedelta(microseconds=1)
    later = [line async for line in logs(NAMESPACE, "harbor-database-0", "database", since=after)]
    assert later == lines[1:]


async def test_following_waits_for_the_first_line_and_ends_with_the_container(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 0.2)
    name = await jobservice(world)
    async with asyncio.timeout(10):
        logs = world.pods.logs(NAMESPACE, name, "jobservice", follow=True)
        lines = [line.text async for line in logs]
    assert lines[0].endswith("loading configurations from core")
    assert lines[-1].startswith("[FATAL]")


async def test_following_ends_with_the_pod(world: SimulatedWorld, tmp_path: Path) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    logs = world.pods.logs(NAMESPACE, "harbor-redis-0", "redis", follow=True)
    assert (await anext(logs)).container == "redis"
    await world.objects.delete(Ref(POD, NAMESPACE, "harbor-redis-0"))
    async with asyncio.timeout(10):
        assert [line async for line in logs] == []


async def test_a_container_that_was_restarted_keeps_its_last_words(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    name = await jobservice(world)
    before = [line.text async for line in world.pods.logs(
        NAMESPACE, name, "jobservice", previous=True
    )]  # fmt: skip
    now = [line.text async for line in world.pods.logs(NAMESPACE, name, "jobservice")]
    assert before[-1].startswith("[FATAL]")
    assert now[-1] == "[INFO] worker pool is started with 10 workers"


async def test_a_pod_that_is_not_there_has_no_log_and_no_port(world: SimulatedWorld) -> None:
    with pytest.raises(NotFound):
        await anext(world.pods.logs(NAMESPACE, "absent", "core"))
    with pytest.raises(NotFound):
        await world.pods.forward(NAMESPACE, "absent", 8080).__aenter__()


async def test_a_port_leads_on_once_the_pod_runs(world: SimulatedWorld, tmp_path: Path) -> None:
    await install(world, tmp_path)
    await seconds(world, 0.2)
    [core] = await pods_of(world, "core")
    name = core["metadata"]["name"]
    with pytest.raises(Unreachable):
        await world.pods.forward(NAMESPACE, name, 8080).__aenter__()
    await seconds(world, 8)
    async with world.pods.forward(NAMESPACE, name, 8080) as address:
        assert (address.host, address.port) == ("127.0.0.1", 8080)
