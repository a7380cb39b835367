"""The port Access on a real API server, and what it is told when it refuses."""

import asyncio
import time

import pytest

from backends.cluster import open_cluster
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.identities import Identity, write_kubeconfig
from tests.cluster.test_harness_pods import make_namespace
from tests.contract.objects_contract import CONFIG_MAP, config_map, next_changes
from wizard.errors import Forbidden, Invalid, Throttled, Unauthorized, Unreachable
from wizard.ports import Kind, Ref, Right

SECRET = Kind("v1", "Secret")


async def test_the_server_introduces_itself(wizard_identity: Identity) -> None:
    async with open_cluster(wizard_identity.kubeconfig) as cluster:
        server = await cluster.access.server()
    assert (server.version, server.context) == ("v1.34.4", "harness")
    assert (server.url, server.user) == (wizard_identity.server, wizard_identity.user)
    assert abs(server.clock_skew) < 1
    assert {"v1", "v1/Pod", "apps/v1", "apps/v1/Deployment"} <= server.api_versions


async def test_rights_are_told_one_by_one(control_plane: ControlPlane, namespace: str) -> None:
    rules = [
        {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]},
    ]
    identity = control_plane.identity("asking", rules)
    expected = {
        Right("get", "", "pods", namespace): True,
        Right("get", "", "pods/log", namespace): True,
        Right("get", "", "pods/exec", namespace): False,
        Right("patch", "apps", "deployments", namespace, "core"): True,
        Right("patch", "", "deployments", namespace): False,
        Right("get", "", "nodes"): False,
    }
    mark = control_plane.audit.mark()
    async with open_cluster(identity.kubeconfig) as cluster:
        assert await cluster.access.allowed(list(expected)) == expected
    assert control_plane.audit.writes(identity.user, mark) == []


async def test_a_missing_right_is_named(control_plane: ControlPlane, namespace: str) -> None:
    identity = control_plane.identity("none", [])
    async with open_cluster(identity.kubeconfig) as cluster:
        with pytest.raises(Forbidden) as refused:
            await cluster.objects.list(SECRET, namespace)
        assert refused.value.what == f"Not allowed to list secrets in namespace {namespace}"
        assert identity.user in refused.value.why
        with pytest.raises(Forbidden, match="Not allowed to patch configmaps"):
            await cluster.objects.apply(config_map(namespace, "one", {}))
        with pytest.raises(Forbidden):
            await anext(cluster.objects.watch(SECRET, namespace))


async def test_a_login_that_is_not_accepted(wizard_identity: Identity) -> None:
    path = wizard_identity.kubeconfig.with_name("junk.kubeconfig")
    write_kubeconfig(path, wizard_identity.server, wizard_identity.ca, {"token": "junk"})
    async with open_cluster(path) as cluster:
        with pytest.raises(Unauthorized, match="does not accept the login"):
            await cluster.access.server()


async def test_what_admission_keeps_out_is_no_missing_right(
    control_plane: ControlPlane, namespace: str, wizard_identity: Identity
) -> None:
    make_namespace(control_plane, namespace)
    strict = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    control_plane.admin.merge(f"/api/v1/namespaces/{namespace}", strict)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one", "namespace": namespace},
        "spec": {"containers": [{"name": "app", "image": "registry.test/app:1"}]},
    }
    async with open_cluster(wizard_identity.kubeconfig) as cluster:
        with pytest.raises(Invalid) as refused:
            await cluster.objects.create(pod, dry_run=True)
        assert "violates PodSecurity" in refused.value.why
        assert not refused.value.immutable


@pytest.mark.parametrize("call", ["apply", "create"])
async def test_an_unknown_field_is_invalid_at_once(
    control_plane: ControlPlane, namespace: str, wizard_identity: Identity, call: str
) -> None:
    make_namespace(control_plane, namespace)
    odd = {**config_map(namespace, "one", {}), "unheardOf": 1}
    async with open_cluster(wizard_identity.kubeconfig) as cluster:
        started = time.monotonic()
        with pytest.raises(Invalid, match="refuses ConfigMap") as refused:
            await getattr(cluster.objects, call)(odd)
        assert "unheardOf" in refused.value.why
        assert time.monotonic() - started < 5


async def test_repeatable_calls_outlive_failures_and_creations_are_not_repeated(
    control_plane: ControlPlane,
    namespace: str,
    wizard_identity: Identity,
    fault_proxy: FaultProxy,
) -> None:
    make_namespace(control_plane, namespace)
    async with open_cluster(wizard_identity.through(fault_proxy.url)) as cluster:
        objects = cluster.objects
        await objects.list(CONFIG_MAP, namespace)
        fault_proxy.fail(503, times=2)
        fault_proxy.reset(times=2)
        fault_proxy.truncate(20, path=".*", times=2)
        applied = await objects.apply(config_map(namespace, "one", {"a": "1"}))
        assert applied["data"] == {"a": "1"}
        created = fault_proxy.fail(500, method="POST")
        with pytest.raises(Unreachable, match="HTTP 500"):
            await objects.create(config_map(namespace, "two", {}))
        assert created.hits == 1
        fault_proxy.clear()
        throttled = fault_proxy.fail(429, times=2, retry_after=1)
        assert await objects.create(config_map(namespace, "two", {}))
        assert throttled.hits == 2


async def test_patience_ends_with_the_budget(
    wizard_identity: Identity, fault_proxy: FaultProxy
) -> None:
    kubeconfig = wizard_identity.through(fault_proxy.url)
    async with open_cluster(kubeconfig, budget=2) as cluster:
        await cluster.access.server()
        fault_proxy.fail(429, retry_after=60)
        started = time.monotonic()
        with pytest.raises(Throttled) as refused:
            await cluster.objects.list(CONFIG_MAP)
        assert refused.value.after == 60
        fault_proxy.clear()
        fault_proxy.down()
        with pytest.raises(Unreachable, match="cannot be reached"):
            await cluster.objects.list(CONFIG_MAP)
        assert time.monotonic() - started < 10
        fault_proxy.up()


async def test_a_watch_outlives_resets_an_outage_and_a_restart(
    control_plane: ControlPlane,
    namespace: str,
    wizard_identity: Identity,
    fault_proxy: FaultProxy,
) -> None:
    make_namespace(control_plane, namespace)
    async with (
        open_cluster(wizard_identity.kubeconfig) as direct,
        open_cluster(wizard_identity.through(fault_proxy.url)) as shaky,
    ):
        changes = shaky.objects.watch(CONFIG_MAP, namespace, "app=watched")

        async def write(number: int) -> None:
            obj = config_map(namespace, "one", {"n": str(number)}, labels={"app": "watched"})
            await direct.objects.apply(obj)

        assert await next_changes(changes, 1) == [("SYNCED", "")]
        numbers: list[str] = []
        for number in range(60):
            await write(number)
            if number % 15 == 14:
                await asyncio.to_thread(fault_proxy.cut)
        while len(numbers) < 60:
            numbers.append((await anext(changes)).object["data"]["n"])
        assert numbers == [str(number) for number in range(60)]

        await asyncio.to_thread(fault_proxy.down)
        await direct.objects.delete(Ref(CONFIG_MAP, namespace, "one"))
        await asyncio.to_thread(control_plane.restart_api)
        await asyncio.to_thread(fault_proxy.up)
        async with asyncio.timeout(30):
            assert (await anext(changes)).type == "DELETED"
        await write(60)
        assert await next_changes(changes, 1) == [("ADDED", "one")]
        await changes.aclose()
    control_plane.wait_nodes()
