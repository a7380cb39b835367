"""The port Charts against a real API: releases, their rights, drift, killed and stopped runs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from backends.helm import Helm
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.identities import Identity, write_kubeconfig
from tests.cluster.kube import APPS, CORE, Object
from wizard.answers.preset import Preset
from wizard.charts.manifest import owned, plural, rights
from wizard.charts.values import Pins, harbor_values
from wizard.errors import HelmFailed
from wizard.ports import Kind, NeededRight, ReleaseRequest, Server

SILENT: Callable[[str], None] = lambda line: None  # noqa: E731 - the shortest log

Requested = Callable[..., ReleaseRequest]


@pytest.fixture
def target(control_plane: ControlPlane, namespace: str) -> str:
    """A fresh namespace that exists."""
    control_plane.admin.create(f"{CORE}/namespaces", {"metadata": {"name": namespace}})
    return namespace


@pytest.fixture
def requested(charts: Path, target: str) -> Requested:
    """Harbor's release for a small preset with these answers of `harbor`."""

    def made(**harbor: Any) -> ReleaseRequest:
        preset = Preset.model_validate(
            {
                "schemaVersion": 1,
                "name": "test",
                "target": {"namespace": target},
                "pki": {"kind": "commercial", "certificate": "/harbor.pem"},
                "harbor": {"url": "https://harbor.example.com", **harbor},
            }
        )
        values = harbor_values(preset, Pins("a-pinned-password"))
        chart = charts / "harbor-1.19.2.tgz"
        return ReleaseRequest("harbor", target, chart, values, {"harbor-wizard/preset": "test"})

    return made


@pytest.fixture
def release(helm: str, wizard_identity: Identity) -> Helm:
    """The driver for the test cluster, as a cluster-admin."""
    return Helm(wizard_identity.kubeconfig)


SERVER = Server("test", "https://127.0.0.1", "v1.34.0", 0.0, "tester")


async def test_a_release_from_its_first_revision_to_its_end(
    release: Helm, requested: Requested, target: str, control_plane: ControlPlane
) -> None:
    assert await release.release("harbor", target) is None
    first = await release.upgrade(requested(), take_fields=False, log=SILENT)
    assert (first.revision, first.status, first.deployed_revision) == (1, "deployed", 1)
    assert (first.chart, first.chart_version, first.app_version) == ("harbor", "1.19.2", "2.15.2")
    second = await release.upgrade(requested(), take_fields=False, log=SILENT)
    assert (second.revision, second.deployed_revision) == (2, 2)
    assert await release.release("harbor", target) == second
    await release.rollback("harbor", target, 1, SILENT)
    third = await release.release("harbor", target)
    assert third is not None
    assert (third.revision, third.status) == (3, "deployed")
    await release.uninstall("harbor", target, SILENT)
    assert await release.release("harbor", target) is None
    await release.uninstall("harbor", target, SILENT)
    claims = control_plane.admin.items(f"{CORE}/namespaces/{target}/persistentvolumeclaims")
    assert {"harbor-registry", "harbor-jobservice"} <= {one["metadata"]["name"] for one in claims}


async def test_a_revision_stores_what_was_rendered_and_labels_it(
    release: Helm, requested: Requested, target: str, control_plane: ControlPlane
) -> None:
    request = requested()
    await release.upgrade(request, take_fields=False, log=SILENT)
    assert await release.manifest("harbor", target, 1) == await release.render(request, SERVER)
    secrets = control_plane.admin.items(
        f"{CORE}/namespaces/{target}/secrets", labelSelector="harbor-wizard/preset=test"
    )
    assert [one["metadata"]["name"] for one in secrets] == ["sh.helm.release.v1.harbor.v1"]


async def test_rendering_with_lookups_is_what_a_revision_stores(
    release: Helm, requested: Requested, target: str, control_plane: ControlPlane
) -> None:
    login = {"env": "REDIS"}
    redis = {"kind": "external", "addresses": ["redis.example.com:6379"], "password": login}
    request = requested(redis=redis)
    nowhere = ReleaseRequest("harbor", f"{target}-not", request.chart, request.values)
    assert await release.render(nowhere, SERVER, lookups=True), "no namespace is no failure"
    secret = {"metadata": {"name": "harbor-external-redis"}, "stringData": {"REDIS_PASSWORD": "x1"}}
    control_plane.admin.create(f"{CORE}/namespaces/{target}/secrets", secret)
    planned = await release.render(request, SERVER, lookups=True)
    assert ":x1@redis.example.com" in json.dumps(planned)
    assert planned != await release.render(request, SERVER)
    await release.upgrade(request, take_fields=False, log=SILENT)
    assert await release.manifest("harbor", target, 1) == planned
    assert await release.render(request, SERVER, lookups=True) == planned


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_api_server_in_trouble_is_no_missing_release(
    helm: str, wizard_identity: Identity, fault_proxy: FaultProxy, target: str, status: int
) -> None:
    fault_proxy.fail(status)
    with pytest.raises(HelmFailed) as caught:
        await Helm(wizard_identity.through(fault_proxy.url)).release("harbor", target)
    assert caught.value.kind == "unreachable"


async def test_with_helms_marks_a_dry_run_changes_nothing(
    release: Helm, requested: Requested, target: str, control_plane: ControlPlane
) -> None:
    await release.upgrade(requested(), take_fields=False, log=SILENT)
    stored = await release.manifest("harbor", target, 1)
    for obj in owned(stored, "harbor", target):
        path = path_of(obj, target)
        live = control_plane.admin.get(path)
        query = {"fieldManager": "helm", "force": "true", "dryRun": "All"}
        kind = "application/apply-patch+yaml"
        tried = control_plane.admin.call("PATCH", path, obj, kind, **query)
        assert without_bookkeeping(tried) == without_bookkeeping(live), path


def path_of(obj: Object, namespace: str) -> str:
    kind = Kind(obj["apiVersion"], obj["kind"])
    root = f"/apis/{kind.api_version}" if kind.group else CORE
    return f"{root}/namespaces/{namespace}/{plural(kind)}/{obj['metadata']['name']}"


def without_bookkeeping(obj: Object) -> Object:
    kept = {"managedFields", "resourceVersion", "generation"}
    metadata = {key: value for key, value in obj["metadata"].items() if key not in kept}
    return {key: value for key, value in obj.items() if key != "status"} | {"metadata": metadata}


async def test_the_rights_that_are_told_suffice(
    helm: str, requested: Requested, target: str, control_plane: ControlPlane
) -> None:
    full = requested(metrics={"enabled": True})
    objects = await Helm().render(full, SERVER)
    identity = control_plane.identity("helm", rules_of(rights(objects, target)))
    release = Helm(identity.kubeconfig)
    await release.upgrade(full, take_fields=False, log=SILENT)
    await release.upgrade(requested(), take_fields=False, log=SILENT)  # the exporter goes
    await release.rollback("harbor", target, 1, SILENT)
    await release.uninstall("harbor", target, SILENT)
    assert control_plane.audit.denied(identity.user) == []


def rules_of(needed: Sequence[NeededRight]) -> list[Object]:
    return [
        {
            "apiGroups": [one.right.group],
            "resources": [one.right.resource],
            "verbs": [one.right.verb],
        }
        for one in needed
    ]


async def test_fields_of_someone_else_are_taken_only_when_told(
    release: Helm, requested: Requested, target: str, control_plane: ControlPlane
) -> None:
    await release.upgrade(requested(), take_fields=False, log=SILENT)
    path = f"{APPS}/namespaces/{target}/deployments/harbor-core"
    image = {"spec": {"containers": [{"name": "core", "image": "example.com/core:1"}]}}
    core: Object = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "harbor-core"},
        "spec": {"template": image},
    }
    control_plane.admin.apply(path, core, manager="someone")
    with pytest.raises(HelmFailed) as caught:
        await release.upgrade(requested(), take_fields=False, log=SILENT)
    assert caught.value.kind == "conflict"
    failed = await release.release("harbor", target)
    assert failed is not None
    assert (failed.revision, failed.status, failed.deployed_revision) == (2, "failed", 1)
    again = await release.upgrade(requested(), take_fields=True, log=SILENT)
    assert again.status == "deployed"
    template = control_plane.admin.get(path)["spec"]["template"]
    assert template["spec"]["containers"][0]["image"] == "docker.io/goharbor/harbor-core:v2.15.2"


async def test_an_object_of_someone_else_is_not_taken_over(
    release: Helm, requested: Requested, target: str, control_plane: ControlPlane
) -> None:
    body = {"metadata": {"name": "harbor-core"}, "data": {"mine": "yes"}}
    control_plane.admin.create(f"{CORE}/namespaces/{target}/configmaps", body)
    for take_fields in (False, True):
        with pytest.raises(HelmFailed) as caught:
            await release.upgrade(requested(), take_fields=take_fields, log=SILENT)
        assert caught.value.kind == "ownership"
    found = control_plane.admin.get(f"{CORE}/namespaces/{target}/configmaps/harbor-core")
    assert found["data"] == {"mine": "yes"}


async def test_a_missing_namespace_is_no_missing_release(
    release: Helm, requested: Requested, control_plane: ControlPlane, target: str
) -> None:
    request = requested()
    nowhere = ReleaseRequest("harbor", f"{target}-not", request.chart, request.values)
    with pytest.raises(HelmFailed, match="could not install") as caught:
        await release.upgrade(nowhere, take_fields=False, log=SILENT)
    assert caught.value.kind == "other"
    assert "namespaces" in caught.value.why


async def test_without_rights_helm_says_so(
    helm: str, control_plane: ControlPlane, target: str
) -> None:
    nobody = Helm(control_plane.identity("nobody", []).kubeconfig)
    with pytest.raises(HelmFailed) as caught:
        await nobody.release("harbor", target)
    assert "forbidden" in caught.value.why


@pytest.mark.parametrize("login", ["expired", "program"])
async def test_a_login_that_is_not_accepted_is_no_missing_cluster(
    helm: str, wizard_identity: Identity, target: str, login: str
) -> None:
    version = "client.authentication.k8s.io/v1"
    program = {"apiVersion": version, "command": "false", "interactiveMode": "Never"}
    user: Object = {"token": "junk"} if login == "expired" else {"exec": program}
    path = wizard_identity.kubeconfig.with_name(f"{login}.kubeconfig")
    write_kubeconfig(path, wizard_identity.server, wizard_identity.ca, user)
    with pytest.raises(HelmFailed) as caught:
        await Helm(path).release("harbor", target)
    assert caught.value.kind == "unauthorized"
    assert "log in again" in caught.value.fix


@pytest.fixture
async def upgrading(
    release: Helm, requested: Requested, target: str, control_plane: ControlPlane
) -> AsyncIterator[asyncio.Task[Any]]:
    """A second revision that is on its way: its Secret is there, its end is not."""
    await release.upgrade(requested(), take_fields=False, log=SILENT)
    run = asyncio.create_task(release.upgrade(requested(), take_fields=False, log=SILENT))
    secret = f"{CORE}/namespaces/{target}/secrets/sh.helm.release.v1.harbor.v2"
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(control_plane.admin.exists, secret):
            assert not run.done(), "Helm was faster than this test"
    yield run
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_a_cancelled_upgrade_is_failed_and_can_be_repeated(
    release: Helm, requested: Requested, target: str, upgrading: asyncio.Task[Any]
) -> None:
    upgrading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upgrading
    assert helm_processes() == []
    left = await release.release("harbor", target)
    assert left is not None
    assert (left.revision, left.status, left.deployed_revision) == (2, "failed", 1)
    again = await release.upgrade(requested(), take_fields=False, log=SILENT)
    assert again.status == "deployed"


async def test_a_killed_upgrade_is_pending_until_it_is_rolled_back(
    release: Helm, requested: Requested, target: str, upgrading: asyncio.Task[Any]
) -> None:
    for pid in helm_processes():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(HelmFailed):
        await upgrading
    left = await release.release("harbor", target)
    assert left is not None
    assert (left.status, left.deployed_revision) == ("pending-upgrade", 1)
    with pytest.raises(HelmFailed) as caught:
        await release.upgrade(requested(), take_fields=False, log=SILENT)
    assert caught.value.kind == "pending"
    await release.rollback("harbor", target, 1, SILENT)
    repaired = await release.upgrade(requested(), take_fields=False, log=SILENT)
    assert repaired.status == "deployed"


def helm_processes() -> list[int]:
    """The Helms that are children of this process."""
    listing = subprocess.run(["ps", "-axo", "pid=,ppid=,comm="], capture_output=True, check=True)
    rows = [line.split(maxsplit=2) for line in listing.stdout.decode().splitlines()]
    mine = str(os.getpid())
    return [int(pid) for pid, parent, name in rows if parent == mine and "helm" in name]
