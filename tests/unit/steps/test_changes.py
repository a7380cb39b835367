"""What applying would change, asked of a cluster by dry run."""

from backends.simulated.faults import Fault
from backends.simulated.world import SimulatedWorld
from wizard.errors import Forbidden
from wizard.steps.changes import change_to


def config(namespace: str = "harbor", **data: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c", "namespace": namespace},
        "data": data,
    }


async def test_what_is_not_there_is_created(world: SimulatedWorld) -> None:
    change = await change_to(world.objects, config(a="1"))

    assert change is not None
    assert (change.action, change.validated, str(change.ref)) == (
        "create",
        True,
        "ConfigMap harbor/c",
    )


async def test_what_is_as_wanted_is_no_change(world: SimulatedWorld) -> None:
    await world.objects.apply(config(a="1"))

    assert await change_to(world.objects, config(a="1")) is None


async def test_an_own_field_is_updated(world: SimulatedWorld) -> None:
    await world.objects.apply(config(a="1"))

    change = await change_to(world.objects, config(a="2"))

    assert change is not None
    assert [(f.path, f.before, f.after, f.owner) for f in change.fields] == [
        ("data.a", "1", "2", "")
    ]


async def test_a_field_of_another_manager_names_its_owner(world: SimulatedWorld) -> None:
    await world.objects.apply(config(a="1"))
    await world.objects.apply(config(a="9"), manager="kubectl-edit", force=True)

    change = await change_to(world.objects, config(a="1"))

    assert change is not None
    assert [(f.path, f.before, f.after, f.owner) for f in change.taken] == [
        ("data.a", "9", "1", "kubectl-edit")
    ]


async def test_nothing_is_written(world: SimulatedWorld) -> None:
    await change_to(world.objects, config(a="1"))

    assert await change_to(world.objects, config(a="1")) is not None


async def test_in_a_missing_namespace_it_says_that_nothing_was_tried(
    world: SimulatedWorld,
) -> None:
    change = await change_to(world.objects, config("elsewhere", a="1"))

    assert change is not None
    assert (change.action, change.validated) == ("create", False)
    assert change.reason == "the namespace elsewhere does not exist yet"


async def test_a_kind_that_is_not_served_is_created_untried(world: SimulatedWorld) -> None:
    unknown = config() | {"apiVersion": "example.com/v1", "kind": "Widget"}

    change = await change_to(world.objects, unknown)

    assert change is not None
    assert (change.action, change.validated) == ("create", False)
    assert "does not serve Widget" in change.reason


async def test_without_the_right_to_try_declared_fields_are_compared(
    world: SimulatedWorld,
) -> None:
    await world.objects.apply(config(a="1"))
    refusal = Fault(lambda: Forbidden("you may not patch configmaps"), verb="dry-run", times=2)
    world.stage.faults.add(refusal)

    same = await change_to(world.objects, config(a="1"))
    other = await change_to(world.objects, config(a="2"))

    assert same is None
    assert other is not None
    assert (other.action, other.validated, other.reason) == (
        "update",
        False,
        "you may not patch configmaps",
    )
