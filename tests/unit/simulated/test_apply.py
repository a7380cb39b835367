"""Server-side apply on objects with lists, as far as the wizard leans on it."""

import base64
from typing import Any

import pytest

from tests.unit.simulated.conftest import DEPLOYMENT, NAMESPACE, SECRET, get
from wizard.errors import Conflict, Invalid
from wizard.ports import Object, World

SELECTOR = {"matchLabels": {"app": "web"}}


def deployment(*containers: Object, **spec: Any) -> Object:
    template = {"spec": {"containers": list(containers)}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {"replicas": 0, "selector": SELECTOR, "template": template, **spec},
    }


def secret(**rest: Any) -> Object:
    metadata = {"name": "keys", "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **rest}


def containers(obj: Object) -> list[Object]:
    found: list[Object] = obj["spec"]["template"]["spec"]["containers"]
    return found


async def test_items_of_keyed_lists_are_merged_not_replaced(world: World) -> None:
    await world.objects.apply(deployment({"name": "web", "image": "web:1"}), manager="helm")
    sidecar = deployment({"name": "mesh", "image": "mesh:1"})
    both = await world.objects.apply(sidecar, manager="mesh")
    assert [one["name"] for one in containers(both)] == ["web", "mesh"]


async def test_an_item_left_out_goes_with_all_its_fields(world: World) -> None:
    web = {"name": "web", "image": "web:1"}
    mesh = {"name": "mesh", "image": "mesh:1", "env": [{"name": "A", "value": "1"}]}
    await world.objects.apply(deployment(web, mesh))
    left = await world.objects.apply(deployment(web))
    assert containers(left) == [web]


async def test_a_field_that_someone_else_applied_too_stays(world: World) -> None:
    for manager in ("helm", "other"):
        await world.objects.apply(deployment({"name": "web", "image": "web:1"}), manager=manager)
    left = await world.objects.apply(deployment(), manager="helm")
    assert containers(left) == [{"name": "web", "image": "web:1"}]


async def test_a_conflict_names_the_field_as_the_api_server_does(world: World) -> None:
    await world.objects.apply(deployment({"name": "web", "image": "web:2"}), manager="kubectl-set")
    with pytest.raises(Conflict) as refused:
        await world.objects.apply(deployment({"name": "web", "image": "web:1"}), manager="helm")
    path = '.spec.template.spec.containers[name="web"].image'
    assert refused.value.fields == ((path, "kubectl-set"),)
    assert "kubectl-set" in str(refused.value)


async def test_what_is_taken_by_force_is_lost_to_its_owner_alone(world: World) -> None:
    web = {"name": "web", "image": "web:1", "imagePullPolicy": "Always"}
    await world.objects.apply(deployment(web), manager="helm")
    taken = deployment({"name": "web", "image": "web:2"})
    await world.objects.apply(taken, manager="kubectl-set", force=True)
    owners = {
        entry["manager"]: entry["fieldsV1"]
        for entry in (await get(world, DEPLOYMENT, "web"))["metadata"]["managedFields"]
    }
    paths = {
        manager: set(fields["f:spec"]["f:template"]["f:spec"]["f:containers"]['k:{"name":"web"}'])
        for manager, fields in owners.items()
    }
    assert "f:image" not in paths["helm"]
    assert "f:imagePullPolicy" in paths["helm"]
    assert "f:image" in paths["kubectl-set"]


async def test_what_was_posted_belongs_to_its_maker(world: World) -> None:
    await world.objects.create(secret(data={"a": "MQ=="}))
    with pytest.raises(Conflict) as refused:
        await world.objects.apply(secret(data={"a": "Mg=="}), manager="helm")
    assert refused.value.fields == ((".data.a", "harbor-wizard"),)


async def test_string_data_is_kept_encoded(world: World) -> None:
    await world.objects.apply(secret(stringData={"password": "geheim"}))
    kept = await get(world, SECRET, "keys")
    assert base64.b64decode(kept["data"]["password"]) == b"geheim"
    assert "stringData" not in kept


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (secret(type="Opaque"), secret(type="kubernetes.io/tls")),
        (secret(immutable=True, data={"a": "MQ=="}), secret(immutable=True, data={"a": "Mg=="})),
    ],
)
async def test_what_cannot_change_is_refused(world: World, first: Object, then: Object) -> None:
    await world.objects.apply(first)
    with pytest.raises(Invalid) as refused:
        await world.objects.apply(then)
    assert refused.value.immutable


async def test_generation_counts_changes_of_the_spec_alone(world: World) -> None:
    first = await world.objects.apply(deployment())
    labelled = deployment() | {"metadata": first["metadata"] | {"labels": {"a": "b"}}}
    labelled["metadata"].pop("managedFields")
    same = await world.objects.apply(labelled)
    scaled = await world.objects.apply(deployment(replicas=1))
    generations = [one["metadata"]["generation"] for one in (first, same, scaled)]
    assert generations == [1, 1, 2]
