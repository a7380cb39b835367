"""How the simulated cluster comes to life after a release was applied."""

from pathlib import Path

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.simulated.conftest import (
    DEPLOYMENT,
    NAMESPACE,
    POD,
    SECRET,
    get,
    install,
    make_namespace,
    pods_of,
    seconds,
    warnings,
)
from wizard.diagnose.readiness import readiness
from wizard.errors import Unreachable
from wizard.ports import Endpoint, Kind, Object, Ref

CORE = Endpoint("http://127.0.0.1:8080")
CLAIM = Kind("v1", "PersistentVolumeClaim")
INGRESS = Kind("networking.k8s.io/v1", "Ingress")
SERVICE = Kind("v1", "Service")
STATEFUL_SET = Kind("apps/v1", "StatefulSet")


def is_ready(pod: Object) -> bool:
    return readiness(pod).ready


async def test_harbor_becomes_healthy_in_some_seconds(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path, externalURL="https://registry.example.com")
    with pytest.raises(Unreachable):
        await world.harbor.health(CORE)
    await seconds(world, 8)
    components = await world.harbor.health(CORE)
    assert all(one.healthy for one in components)
    assert {one.name for one in components} == {
        "core", "database", "jobservice", "portal", "redis", "registry", "registryctl", "trivy",
    }  # fmt: skip
    assert await world.harbor.version(CORE, "admin", "Harbor12345") == "v2.15.2-c3b2c9a4"
    assert world.stage.harbor.external_url == "https://registry.example.com"


async def test_pods_of_a_stateful_set_carry_its_revision(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    [pod] = await pods_of(world, "database")
    told = (await get(world, STATEFUL_SET, "harbor-database"))["status"]
    assert pod["metadata"]["labels"]["controller-revision-hash"] == told["updateRevision"]


async def test_every_object_is_ready_by_the_rules_that_gates_use(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    release = await world.charts.release("harbor", NAMESPACE)
    assert release is not None
    for obj in await world.charts.manifest("harbor", NAMESPACE, release.revision):
        live = await world.objects.get(Ref.of(obj))
        assert readiness(live).ready, Ref.of(obj)


async def test_components_become_ready_after_what_they_need(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    order: list[str] = []

    def note(change: object) -> None:
        obj = getattr(change, "object", {})
        if obj["kind"] == "Pod" and is_ready(obj):
            component = obj["metadata"]["labels"]["component"]
            if component not in order:
                order.append(component)

    world.stage.store.listen(note)
    await install(world, tmp_path)
    await seconds(world, 8)
    place = {name: number for number, name in enumerate(order)}
    assert place["database"] < place["core"] < place["jobservice"]
    assert place["redis"] < place["core"]
    assert len(place) == 7


async def test_the_job_service_restarts_until_core_answers(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 3)
    [waiting] = await pods_of(world, "jobservice")
    status = waiting["status"]["containerStatuses"][0]
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    await seconds(world, 5)
    [ready] = await pods_of(world, "jobservice")
    assert is_ready(ready)
    assert ready["status"]["containerStatuses"][0]["restartCount"] == 1


async def test_pods_belong_to_their_workloads(world: SimulatedWorld, tmp_path: Path) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    [core] = await pods_of(world, "core")
    owner = core["metadata"]["ownerReferences"][0]
    replica_set = await get(world, Kind("apps/v1", "ReplicaSet"), owner["name"])
    assert owner["uid"] == replica_set["metadata"]["uid"]
    assert replica_set["metadata"]["ownerReferences"][0]["name"] == "harbor-core"
    [database] = await pods_of(world, "database")
    assert database["metadata"]["name"] == "harbor-database-0"
    assert database["metadata"]["ownerReferences"][0]["kind"] == "StatefulSet"
    await world.objects.delete(Ref(DEPLOYMENT, NAMESPACE, "harbor-core"))
    assert await pods_of(world, "core") == []


async def test_a_new_template_brings_new_pods_and_the_old_ones_go(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    [old] = await pods_of(world, "portal")
    await install(world, tmp_path, portal={"podAnnotations": {"changed": "yes"}})
    await seconds(world, 0.2)
    [new] = await pods_of(world, "portal")
    assert new["metadata"]["name"] != old["metadata"]["name"]
    assert not is_ready(new)
    assert not readiness(await get(world, DEPLOYMENT, "harbor-portal")).ready
    await seconds(world, 8)
    assert readiness(await get(world, DEPLOYMENT, "harbor-portal")).ready


async def test_more_replicas_join_those_that_run(world: SimulatedWorld, tmp_path: Path) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    [first] = await pods_of(world, "portal")
    await install(world, tmp_path, portal={"replicas": 3})
    await seconds(world, 8)
    pods = await pods_of(world, "portal")
    assert len(pods) == 3
    assert first["metadata"]["uid"] in [pod["metadata"]["uid"] for pod in pods]
    portal = await get(world, DEPLOYMENT, "harbor-portal")
    assert portal["status"]["readyReplicas"] == 3


async def test_a_pod_waits_for_the_secret_that_it_needs(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path, core={"existingSecret": "made-later"})
    await seconds(world, 10)
    [core] = await pods_of(world, "core")
    waiting = core["status"]["containerStatuses"][0]["state"]["waiting"]
    assert waiting["reason"] == "CreateContainerConfigError"
    assert ("Failed", 'Error: secret "made-later" not found') in await warnings(world)
    metadata = {"name": "made-later", "namespace": NAMESPACE}
    await world.objects.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    await seconds(world, 10)
    assert all(one.healthy for one in await world.harbor.health(CORE))


async def test_a_pod_waits_for_the_secret_that_it_mounts(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path, caSecretName="made-later")
    await seconds(world, 10)
    [core] = await pods_of(world, "core")
    waiting = core["status"]["containerStatuses"][0]["state"]["waiting"]
    assert waiting["reason"] == "ContainerCreating"
    assert [reason for reason, _ in await warnings(world) if reason == "FailedMount"]


async def test_claims_are_bound_and_their_volumes_go_with_them(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    claim = await get(world, CLAIM, "harbor-registry")
    assert (claim["status"]["phase"], claim["spec"]["storageClassName"]) == ("Bound", "standard")
    volume = Ref(Kind("v1", "PersistentVolume"), "", claim["spec"]["volumeName"])
    assert await world.objects.get(volume)
    await world.objects.delete(Ref(CLAIM, NAMESPACE, "harbor-registry"))
    assert await world.objects.get(volume) is None


async def test_an_ingress_gets_an_address(world: SimulatedWorld, tmp_path: Path) -> None:
    await install(world, tmp_path)
    await seconds(world, 8)
    ingress = await get(world, INGRESS, "harbor-ingress")
    assert ingress["status"]["loadBalancer"]["ingress"] == [{"ip": "192.0.2.10"}]


async def test_a_load_balancer_gets_an_address_and_a_route_is_accepted(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    tls = {"certSource": "none"}
    await install(world, tmp_path, expose={"type": "loadBalancer", "tls": tls})
    await seconds(world, 8)
    service = await get(world, SERVICE, "harbor")
    assert service["status"]["loadBalancer"]["ingress"]
    route = {"parentRefs": [{"name": "shared"}], "hosts": ["harbor.example.com"]}
    await install(world, tmp_path, expose={"type": "route", "tls": tls, "route": route})
    await seconds(world, 8)
    found = await get(world, Kind("gateway.networking.k8s.io/v1", "HTTPRoute"), "harbor-route")
    assert readiness(found).ready


async def test_the_first_password_stays_whatever_the_secret_says_later(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path, harborAdminPassword="First-one1")
    await seconds(world, 8)
    await install(world, tmp_path, harborAdminPassword="Second-one2")
    await seconds(world, 8)
    assert await world.harbor.version(CORE, "admin", "First-one1")


async def test_an_external_database_is_not_waited_for(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path, database={"type": "external"}, redis={"type": "external"})
    await seconds(world, 8)
    assert (await world.objects.list(STATEFUL_SET, NAMESPACE)).items[0]["metadata"]["name"] == (
        "harbor-trivy"
    )
    assert all(one.healthy for one in await world.harbor.health(CORE))


async def test_untrusted_images_are_never_pulled(tmp_path: Path) -> None:
    async with simulated_world("image-pull", speed=0) as world:
        await make_namespace(world)
        await install(world, tmp_path)
        await seconds(world, 60)
        [core] = await pods_of(world, "core")
        status = core["status"]["containerStatuses"][0]
        assert status["state"]["waiting"]["reason"] == "ImagePullBackOff"
        [told] = [
            text for reason, text in await warnings(world)
            if reason == "Failed" and "harbor-core:" in text
        ]  # fmt: skip
        assert "x509: certificate signed by unknown authority" in told


async def test_without_a_storage_class_pods_wait_until_there_is_one(tmp_path: Path) -> None:
    async with simulated_world("no-storage-class", speed=0) as world:
        await make_namespace(world)
        await install(world, tmp_path)
        await seconds(world, 60)
        claim = await get(world, CLAIM, "harbor-registry")
        assert claim["status"]["phase"] == "Pending"
        reasons = {reason for reason, _ in await warnings(world)}
        assert "FailedScheduling" in reasons
        [core] = await pods_of(world, "core")
        assert not is_ready(core)
        await world.objects.apply(
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {
                    "name": "late",
                    "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
                },
                "provisioner": "late.example.com",
                "reclaimPolicy": "Delete",
            }
        )
        await seconds(world, 60)
        assert all(one.healthy for one in await world.harbor.health(CORE))


async def test_a_slow_core_says_why_and_is_ready_in_the_end(tmp_path: Path) -> None:
    async with simulated_world("slow", speed=0) as world:
        await make_namespace(world)
        await install(world, tmp_path)
        await seconds(world, 35)
        [core] = await pods_of(world, "core")
        assert not is_ready(core)
        assert "Unhealthy" in {reason for reason, _ in await warnings(world)}
        lines = [line.text async for line in world.pods.logs(
            NAMESPACE, core["metadata"]["name"], "core"
        )]  # fmt: skip
        assert "migrating the database schema" in lines[-1]
        await seconds(world, 15)
        assert all(one.healthy for one in await world.harbor.health(CORE))


async def test_a_stuck_core_is_never_ready(tmp_path: Path) -> None:
    async with simulated_world("stuck", speed=0) as world:
        await make_namespace(world)
        await install(world, tmp_path)
        await seconds(world, 3600)
        [core] = await pods_of(world, "core")
        assert not is_ready(core)
        with pytest.raises(Unreachable):
            await world.harbor.health(CORE)


async def test_a_secret_of_the_chart_is_no_reason_to_look_again(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    """A second installation of the same changes nothing but Helm's records."""
    await install(world, tmp_path)
    await seconds(world, 8)
    before = {Ref.of(o): o["metadata"]["resourceVersion"] for o in world.stage.store.dump()}
    await install(world, tmp_path)
    await seconds(world, 8)
    changed = [
        ref
        for ref in map(Ref.of, world.stage.store.dump())
        if before.get(ref) != (world.stage.store.get(ref) or {})["metadata"]["resourceVersion"]
    ]
    assert {ref.name for ref in changed} == {
        "sh.helm.release.v1.harbor.v1",
        "sh.helm.release.v1.harbor.v2",
    }
    assert {ref.kind for ref in changed} == {SECRET}
    assert POD not in {ref.kind for ref in changed}
