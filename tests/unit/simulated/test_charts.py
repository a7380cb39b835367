"""Releases of the simulated chart, as Helm would treat them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.harbor.package import make_package
from backends.simulated.world import SimulatedWorld
from tests.unit.checks.conftest import preset_of
from tests.unit.simulated.conftest import (
    DEPLOYMENT,
    NAMESPACE,
    SECRET,
    get,
    install,
    make_namespace,
    request_of,
    seconds,
)
from wizard.answers.storage import NfsProvisioner
from wizard.charts.nfs_subdir import provisioner_name, subdir_chart, subdir_values
from wizard.errors import HelmFailed
from wizard.ports import Change, Charts, ChartSource, Kind, Object, Ref, ReleaseRequest, World

CLAIM = Kind("v1", "PersistentVolumeClaim")
NODE_PORT: dict[str, Any] = {
    "type": "nodePort",
    "tls": {"certSource": "secret", "secret": {"secretName": "tls"}},
}


async def status(charts: Charts) -> tuple[int, str]:
    release = await charts.release("harbor", NAMESPACE)
    assert release is not None
    return release.revision, release.status


async def test_the_same_values_render_the_same_objects(world: World, tmp_path: Path) -> None:
    request = await request_of(world, tmp_path, {"externalURL": "https://h.example.com"})
    first = await world.charts.render(request, None)
    assert first == await world.charts.render(request, await world.access.server())


async def test_a_package_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    source = ChartSource("harbor", "1.19.2")
    packages = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        packages.append(make_package(source, tmp_path / name).read_bytes())
    assert packages[0] == packages[1]
    assert packages[0][4:8] == bytes(4), "gzip notes a time there"


async def test_what_the_real_chart_refuses_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(HelmFailed) as refused:
        await install(world, tmp_path, expose={"type": "nodePort"})
    assert refused.value.kind == "template"
    assert "commonName" in refused.value.why


@pytest.mark.parametrize(
    ("version", "tag"),
    [("1.19.2", "valkey-photon:v2.15.2"), ("1.18.4", "redis-photon:v2.14.4")],
)
async def test_a_package_brings_the_images_of_its_harbor(
    world: World, tmp_path: Path, version: str, tag: str
) -> None:
    request = await request_of(world, tmp_path, {})
    package = await world.charts.fetch(ChartSource("harbor", version), tmp_path)
    objects = await world.charts.render(
        type(request)(request.name, request.namespace, package, {}), None
    )
    redis = next(
        o
        for o in objects
        if o["metadata"]["name"] == "harbor-redis" and "spec" in o and o["kind"] == "StatefulSet"
    )
    assert redis["spec"]["template"]["spec"]["containers"][0]["image"].endswith(tag)


async def test_the_provisioner_for_nfs_serves_the_export_of_the_values(
    world: World, tmp_path: Path
) -> None:
    package = await world.charts.fetch(subdir_chart(None), tmp_path)
    nfs = NfsProvisioner(kind="nfs", driver="subdir", server="10.0.0.5", path="/e")
    values = subdir_values(preset_of(), nfs)
    objects = await world.charts.render(ReleaseRequest("a", "b", package, values), None)
    (container,) = objects[-1]["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith("/nfs-subdir-external-provisioner:v4.0.2")
    assert {one["value"] for one in container["env"]} == {
        "10.0.0.5",
        "/e",
        provisioner_name(nfs),
    }


async def test_other_charts_are_not_in_that_repository(world: World, tmp_path: Path) -> None:
    with pytest.raises(HelmFailed) as refused:
        await world.charts.fetch(ChartSource("other", "1.2.3"), tmp_path)
    assert refused.value.kind == "no-chart"


async def test_any_other_file_is_no_chart(world: World, tmp_path: Path) -> None:
    request = await request_of(world, tmp_path, {})
    request.chart.write_bytes(b"not a package")
    with pytest.raises(HelmFailed) as refused:
        await world.charts.render(request, None)
    assert refused.value.kind == "invalid-chart"


async def test_an_installation_is_recorded_and_applied_as_helm(
    world: World, tmp_path: Path
) -> None:
    said: list[str] = []
    request = await request_of(world, tmp_path, {})
    release = await world.charts.upgrade(request, take_fields=False, log=said.append)
    assert (release.revision, release.status, release.app_version) == (1, "deployed", "2.15.2")
    assert said[0].startswith('Release "harbor" does not exist')
    core = await get(world, DEPLOYMENT, "harbor-core")
    assert core["metadata"]["annotations"]["meta.helm.sh/release-name"] == "harbor"
    assert core["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"
    assert core["metadata"]["managedFields"][0]["manager"] == "helm"
    record = await get(world, SECRET, "sh.helm.release.v1.harbor.v1")
    assert record["type"] == "helm.sh/release.v1"
    assert record["metadata"]["labels"]["owner"] == "helm"
    stored = await world.charts.manifest("harbor", NAMESPACE, 1)
    assert stored == await world.charts.render(request, None)


async def test_an_upgrade_supersedes_and_removes_what_is_gone(world: World, tmp_path: Path) -> None:
    await install(world, tmp_path)
    release = await install(world, tmp_path, trivy={"enabled": False})
    assert (release.revision, release.deployed_revision) == (2, 2)
    trivy = Ref(Kind("apps/v1", "StatefulSet"), NAMESPACE, "harbor-trivy")
    assert await world.objects.get(trivy) is None
    first = await get(world, SECRET, "sh.helm.release.v1.harbor.v1")
    assert first["metadata"]["labels"]["status"] == "superseded"


async def take_replicas(world: World) -> None:
    """Scale the portal as kubectl would."""
    portal: Object = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "harbor-portal", "namespace": NAMESPACE},
        "spec": {"replicas": 3},
    }
    await world.objects.apply(portal, manager="kubectl", force=True)


async def test_a_foreign_field_fails_an_upgrade_and_leaves_a_failed_revision(
    world: World, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await take_replicas(world)
    with pytest.raises(HelmFailed) as refused:
        await install(world, tmp_path, logLevel="debug")
    assert refused.value.kind == "conflict"
    assert await status(world.charts) == (2, "failed")
    taken = await install(world, tmp_path, logLevel="debug", take_fields=True)
    assert (taken.revision, taken.status) == (3, "deployed")
    assert (await get(world, DEPLOYMENT, "harbor-portal"))["spec"]["replicas"] == 1


async def test_helm_takes_over_nothing_that_is_not_its_own(world: World, tmp_path: Path) -> None:
    foreign = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "harbor-core", "namespace": NAMESPACE},
    }
    await world.objects.apply(foreign)
    with pytest.raises(HelmFailed) as refused:
        await install(world, tmp_path)
    assert refused.value.kind == "ownership"
    assert "Secret harbor/harbor-core" in refused.value.why


async def test_a_pending_release_is_refused_until_it_is_rolled_back(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await install(world, tmp_path)
    await world.stage.charts.leave_pending("harbor", NAMESPACE)
    assert await status(world.charts) == (2, "pending-upgrade")
    with pytest.raises(HelmFailed) as refused:
        await install(world, tmp_path)
    assert refused.value.kind == "pending"
    await world.charts.rollback("harbor", NAMESPACE, 1, lambda _: None)
    assert await status(world.charts) == (3, "deployed")
    assert (await install(world, tmp_path)).revision == 4


async def test_a_cancelled_helm_leaves_a_failed_release(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    task = asyncio.create_task(install(world, tmp_path))

    def cancel(change: Change) -> None:
        if change.object["metadata"].get("labels", {}).get("status") == "pending-install":
            task.cancel()

    world.stage.store.listen(cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await status(world.charts) == (1, "failed")


async def test_without_its_namespace_nothing_is_installed(world: World, tmp_path: Path) -> None:
    request = await request_of(world, tmp_path, {})
    elsewhere = type(request)("harbor", "elsewhere", request.chart, {})
    with pytest.raises(HelmFailed):
        await world.charts.upgrade(elsewhere, take_fields=False, log=lambda _: None)
    await make_namespace(world, "elsewhere")
    await world.charts.upgrade(elsewhere, take_fields=False, log=lambda _: None)


async def test_an_uninstallation_keeps_the_claims(world: SimulatedWorld, tmp_path: Path) -> None:
    await install(world, tmp_path)
    await seconds(world, 60)
    await world.charts.uninstall("harbor", NAMESPACE, lambda _: None)
    await seconds(world, 60)
    assert await world.charts.release("harbor", NAMESPACE) is None
    assert (await world.objects.list(DEPLOYMENT, NAMESPACE)).items == []
    assert (await world.objects.list(Kind("v1", "Pod"), NAMESPACE)).items == []
    kept = [c["metadata"]["name"] for c in (await world.objects.list(CLAIM, NAMESPACE)).items]
    assert kept == [
        "data-harbor-redis-0",
        "data-harbor-trivy-0",
        "database-data-harbor-database-0",
        "harbor-jobservice",
        "harbor-registry",
    ]


@pytest.mark.parametrize("call", ["manifest", "rollback", "uninstall"])
async def test_a_release_that_is_not_there_is_not_found(world: World, call: str) -> None:
    calls: dict[str, Any] = {
        "manifest": lambda: world.charts.manifest("absent", NAMESPACE, 1),
        "rollback": lambda: world.charts.rollback("absent", NAMESPACE, 1, lambda _: None),
        "uninstall": lambda: world.charts.uninstall("absent", NAMESPACE, lambda _: None),
    }
    with pytest.raises(HelmFailed) as refused:
        await calls[call]()
    assert refused.value.kind == "not-found"
