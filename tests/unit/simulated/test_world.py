"""The simulated world as commands use it: scenarios, its state between them, what it loads."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from backends.simulated.cluster_objects import CLUSTER_UID
from backends.simulated.scenarios import SCENARIOS
from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.simulated.conftest import (
    DEPLOYMENT,
    NAMESPACE,
    get,
    install,
    make_namespace,
    pods_of,
    seconds,
)
from wizard.errors import HelmFailed, UsageError
from wizard.ports import Endpoint, Kind, Ref

CORE = Endpoint("http://127.0.0.1:8080")


async def is_healthy(world: SimulatedWorld) -> bool:
    return all(one.healthy for one in await world.harbor.health(CORE))


async def first_command(state: Path, folder: Path, scenario: str, number: float = 8) -> None:
    """Install in a new world and leave it after some seconds."""
    async with simulated_world(scenario, state, speed=0) as world:
        await make_namespace(world)
        await install(world, folder)
        await seconds(world, number)


def test_every_scenario_tells_itself_in_a_line() -> None:
    summaries = [scenario.summary for scenario in SCENARIOS.values()]
    assert len(set(summaries)) == len(summaries) == 13
    assert all("\n" not in summary and len(summary) < 100 for summary in summaries)


@pytest.mark.parametrize(("name", "near"), [("image-pul", "image-pull"), ("xyz", "one of them")])
async def test_an_unknown_scenario_is_answered_with_those_there_are(name: str, near: str) -> None:
    with pytest.raises(UsageError) as refused:
        async with simulated_world(name):
            pass
    assert near in refused.value.fix
    assert all(scenario in refused.value.why for scenario in SCENARIOS)


async def test_the_cluster_is_the_same_one_in_every_session(world: SimulatedWorld) -> None:
    space = await world.objects.get(Ref(Kind("v1", "Namespace"), "", "kube-system"))
    assert space is not None
    assert space["metadata"]["uid"] == CLUSTER_UID


async def test_the_server_tells_what_it_serves(world: SimulatedWorld) -> None:
    server = await world.access.server()
    assert {"v1", "apps/v1", "apps/v1/Deployment"} <= server.api_versions
    assert "cert-manager.io/v1" not in server.api_versions


async def test_every_name_leads_to_the_cluster_but_invalid_ones(world: SimulatedWorld) -> None:
    assert await world.resolver.addresses("harbor.example.com") == ("192.0.2.10",)
    assert await world.resolver.addresses("harbor.invalid") == ()


async def test_an_error_of_the_caller_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with simulated_world(speed=0):
            raise ZeroDivisionError


async def test_a_second_command_finds_what_the_first_one_left(tmp_path: Path) -> None:
    state = tmp_path / "demo" / "world.json"
    await first_command(state, tmp_path, "healthy")
    async with simulated_world("healthy", state, speed=0) as world:
        before = world.stage.store.dump()
        assert await is_healthy(world)
        assert await world.harbor.version(CORE, "admin", "Harbor12345")
        [core] = await pods_of(world, "core")
        name = core["metadata"]["name"]
        lines = [line.text async for line in world.pods.logs(NAMESPACE, name, "core")]
        assert lines[-1].startswith("[INFO] http server")
        await seconds(world, 60)
        assert world.stage.store.dump() == before


async def test_what_was_not_ready_when_a_command_ended_goes_on_in_the_next(
    tmp_path: Path,
) -> None:
    state = tmp_path / "world.json"
    await first_command(state, tmp_path, "healthy", number=2)
    async with simulated_world("healthy", state, speed=0) as world:
        await seconds(world, 10)
        assert await is_healthy(world)


async def test_the_state_is_for_this_user_alone(tmp_path: Path) -> None:
    state = tmp_path / "demo" / "world.json"
    async with simulated_world("healthy", state, speed=0):
        pass
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.parent.stat().st_mode) == 0o700
    assert [path.name for path in state.parent.iterdir()] == ["world.json"]


async def test_the_state_is_kept_although_the_command_is_interrupted(tmp_path: Path) -> None:
    state = tmp_path / "world.json"

    async def interrupted() -> None:
        async with simulated_world("healthy", state, speed=0) as world:
            await make_namespace(world)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await interrupted()
    kept = json.loads(state.read_text())["objects"]
    assert NAMESPACE in [one["metadata"]["name"] for one in kept]


async def test_another_scenario_begins_anew(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    await first_command(state, tmp_path, "healthy")
    async with simulated_world("slow", state, speed=0) as world:
        assert await world.charts.release("harbor", NAMESPACE) is None


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", "{}", '{"version": 1, "scenario": "healthy"}', "\udcff"]
)
async def test_a_state_that_cannot_be_understood_begins_anew(tmp_path: Path, content: str) -> None:
    state = tmp_path / "world.json"
    state.write_text(content, errors="surrogateescape")
    async with simulated_world("healthy", state, speed=0) as world:
        assert len((await world.objects.list(Kind("v1", "Node"))).items) == 3


async def test_drift_happens_once_between_two_commands(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    await first_command(state, tmp_path, "drift")
    async with simulated_world("drift", state, speed=0) as world:
        with pytest.raises(HelmFailed) as refused:
            await install(world, tmp_path)
        assert refused.value.kind == "conflict"
        await install(world, tmp_path, take_fields=True)
    async with simulated_world("drift", state, speed=0) as world:
        portal = await get(world, DEPLOYMENT, "harbor-portal")
        [container] = portal["spec"]["template"]["spec"]["containers"]
        assert container["image"].endswith(":v2.15.2")
        assert (await install(world, tmp_path)).status == "deployed"


async def test_an_upgrade_is_killed_once_between_two_commands(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    await first_command(state, tmp_path, "pending-upgrade")
    async with simulated_world("pending-upgrade", state, speed=0) as world:
        release = await world.charts.release("harbor", NAMESPACE)
        assert release is not None
        assert (release.status, release.deployed_revision) == ("pending-upgrade", 1)
        await world.charts.rollback("harbor", NAMESPACE, 1, lambda _: None)
    async with simulated_world("pending-upgrade", state, speed=0) as world:
        release = await world.charts.release("harbor", NAMESPACE)
        assert release is not None
        assert release.status == "deployed"


def test_the_world_loads_nothing_heavy_before_it_is_used() -> None:
    heavy = ("kubernetes", "httpx", "cryptography", "pydantic", "yaml", "textual")
    code = (
        "import sys, backends.simulated.world\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert result.stdout.strip() == "[]"
