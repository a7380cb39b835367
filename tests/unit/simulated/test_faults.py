"""What goes wrong with the simulated API server, when and how often."""

import pytest

from backends.simulated.faults import Fault, Faults
from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.simulated.conftest import NAMESPACE, SECRET, install
from wizard.errors import Forbidden, Throttled, Unreachable
from wizard.ports import Kind, Ref, Right

NODE = Kind("v1", "Node")


def unreachable() -> Unreachable:
    return Unreachable("nobody answered")


def outcomes(fault: Fault, calls: int, kind: Kind = SECRET) -> list[bool]:
    faults = Faults([fault])
    return [faults.hit("get", kind)[1] is not None for _ in range(calls)]


@pytest.mark.parametrize(
    ("fault", "hit"),
    [
        (Fault(unreachable, times=2), [True, True, False, False]),
        (Fault(unreachable, skip=2), [False, False, True, False]),
        (Fault(unreachable, every=2, times=1), [False, True, False, False]),
        (Fault(unreachable, verb="list"), [False] * 4),
        (Fault(unreachable, kind="Pod"), [False] * 4),
        (Fault(unreachable, verb="get", kind="Secret"), [True, False, False, False]),
    ],
)
def test_which_calls_a_fault_hits(fault: Fault, hit: list[bool]) -> None:
    assert outcomes(fault, 4) == hit


async def test_a_call_that_fails_changes_nothing_and_the_next_one_works(
    world: SimulatedWorld,
) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "one", "namespace": NAMESPACE},
    }
    world.stage.faults.add(Fault(lambda: Throttled("slow down", after=7), verb="apply"))
    with pytest.raises(Throttled) as refused:
        await world.objects.apply(secret)
    assert refused.value.after == 7
    assert await world.objects.get(Ref(SECRET, NAMESPACE, "one")) is None
    await world.objects.apply(secret, dry_run=True)
    await world.objects.apply(secret)
    assert await world.objects.get(Ref(SECRET, NAMESPACE, "one"))


async def test_a_slow_call_takes_its_time_and_succeeds(world: SimulatedWorld) -> None:
    world.stage.faults.add(Fault(verb="list", kind="Node", seconds=30))
    before = world.stage.clock.elapsed
    assert len((await world.objects.list(NODE)).items) == 3
    assert world.stage.clock.elapsed - before >= 30


async def test_helm_has_troubles_of_its_own_only(
    world: SimulatedWorld, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world.stage.faults.add(Fault(unreachable, times=1000))
    assert (await install(world, tmp_path_factory.mktemp("charts"))).status == "deployed"


async def test_without_rights_on_the_cluster_only_namespaces_are_open() -> None:
    async with simulated_world("no-rights", speed=0) as world:
        nodes = Right("list", "", "nodes")
        secrets = Right("create", "", "secrets", NAMESPACE)
        assert await world.access.allowed([nodes, secrets]) == {nodes: False, secrets: True}
        with pytest.raises(Forbidden) as refused:
            await world.objects.list(NODE)
        assert "list nodes" in str(refused.value)
        with pytest.raises(Forbidden):
            await anext(world.objects.watch(NODE))
        assert (await world.objects.list(SECRET, NAMESPACE)).items == []
