"""The port Pods on a real API server: logs and port-forwards, over connections that break."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from backends.cluster import Cluster, open_cluster
from backends.harbor import HarborClient
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.identities import Identity
from tests.cluster.pod_logs import PodLogs, forward_ports, stop_forwarding
from tests.cluster.standin import HarborStandIn
from tests.cluster.test_harness_pods import Pods
from wizard.errors import Forbidden, NotFound, Unreachable
from wizard.ports import Endpoint, LogLine

LOG = r"/log\?"


@pytest.fixture
def pods(control_plane: ControlPlane, namespace: str) -> Pods:
    """Pods in this test's namespace."""
    return Pods(control_plane, namespace)


@pytest.fixture
async def cluster(wizard_identity: Identity) -> AsyncIterator[Cluster]:
    """The backend under test."""
    async with open_cluster(wizard_identity.kubeconfig) as opened:
        yield opened


@pytest.fixture
async def shaky(wizard_identity: Identity, fault_proxy: FaultProxy) -> AsyncIterator[Cluster]:
    """The backend under test, behind the fault proxy."""
    async with open_cluster(wizard_identity.through(fault_proxy.url)) as opened:
        yield opened


async def texts(lines: AsyncIterator[LogLine]) -> list[str]:
    return [line.text async for line in lines]


async def test_a_log_is_read_whole_from_its_end_or_since_a_moment(
    cluster: Cluster, pods: Pods, pod_logs: PodLogs
) -> None:
    pods.make("speaking")
    pods.wait_ready("speaking")
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    pod_logs.write("core", "\x1b[31mold\x1b[0m", at=now - dt.timedelta(hours=1))
    pod_logs.write("core", "new", at=now)
    pod_logs.write("core", "before the crash", previous=True)

    place = (pods.namespace, "speaking", "core")
    lines = [line async for line in cluster.pods.logs(*place)]
    assert [(line.text, line.pod, line.container) for line in lines] == [
        ("old", "speaking", "core"),
        ("new", "speaking", "core"),
    ]
    assert lines[1].time == now
    assert await texts(cluster.pods.logs(*place, tail=1)) == ["new"]
    assert await texts(cluster.pods.logs(*place, since=now - dt.timedelta(minutes=1))) == ["new"]
    assert await texts(cluster.pods.logs(*place, previous=True)) == ["before the crash"]


async def test_a_followed_log_neither_loses_nor_doubles_a_line(
    shaky: Cluster, fault_proxy: FaultProxy, pods: Pods, pod_logs: PodLogs
) -> None:
    pods.make("speaking")
    pods.wait_ready("speaking")
    expected = [f"line {number}" for number in range(300)]

    async def speak() -> None:
        for number, line in enumerate(expected):
            late = dt.timedelta(seconds=1.5 if number % 7 == 3 else 0)
            pod_logs.write("core", line, at=dt.datetime.now(dt.UTC) - late)
            if number % 60 == 59:
                await asyncio.to_thread(fault_proxy.cut, LOG)
            await asyncio.sleep(0.01)

    speaking = asyncio.create_task(speak())
    seen = []
    async with asyncio.timeout(60):
        async for line in shaky.pods.logs(pods.namespace, "speaking", "core", follow=True):
            seen.append(line.text)
            if len(seen) == len(expected):
                break
    await speaking
    assert seen == expected
    logs = [request for request in fault_proxy.seen if "/log?" in request.path]
    assert len(logs) > 3


async def test_following_ends_with_the_pod(
    shaky: Cluster, fault_proxy: FaultProxy, pods: Pods, pod_logs: PodLogs
) -> None:
    pods.make("going")
    pods.wait_ready("going")
    pod_logs.write("core", "last words")
    seen = []
    async with asyncio.timeout(60):
        async for line in shaky.pods.logs(pods.namespace, "going", "core", follow=True):
            seen.append(line.text)
            pods.admin.delete(f"{pods.path}/going")
            pods.admin.wait(pods.path, lambda found: not found["items"])
            fault_proxy.cut(LOG)  # a kubelet would end the stream here, kwok does not
    assert seen == ["last words"]


async def test_a_container_that_never_started_has_no_lines(cluster: Cluster, pods: Pods) -> None:
    pods.make("stuck", image="missing.test/app:1")
    pods.wait_state("stuck", "ImagePullBackOff")
    place = (pods.namespace, "stuck", "core")
    assert await texts(cluster.pods.logs(*place, previous=True)) == []


async def test_a_missing_pod_is_not_found(cluster: Cluster, pods: Pods) -> None:
    for follow in (False, True):
        with pytest.raises(NotFound, match="absent"):
            await texts(cluster.pods.logs(pods.namespace, "absent", "core", follow=follow))
    with pytest.raises(NotFound):
        async with cluster.pods.forward(pods.namespace, "absent", 8080):
            pass


async def test_harbor_is_reached_through_a_forward(
    cluster: Cluster, pods: Pods, harbor_standin: HarborStandIn
) -> None:
    pods.make("core")
    pods.wait_ready("core")
    async with cluster.pods.forward(pods.namespace, "core", 8080) as address:
        endpoint = Endpoint(f"http://{address.host}:{address.port}")
        reports = await asyncio.gather(*(HarborClient().health(endpoint) for _ in range(20)))
    assert all(part.healthy for report in reports for part in report)
    assert len(harbor_standin.requests) == 20


async def test_much_data_passes_a_forward_both_ways(
    cluster: Cluster, pods: Pods, control_plane: ControlPlane
) -> None:
    pods.make("echo")
    pods.wait_ready("echo")
    sent = bytes(range(256)) * 4096
    connections: list[asyncio.StreamWriter] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while data := await reader.read(2**16):
            writer.write(data)
            await writer.drain()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    forward_ports(control_plane.admin, pods.namespace, {7000: port})
    try:
        async with cluster.pods.forward(pods.namespace, "echo", 7000) as address:
            reader, writer = await asyncio.open_connection(address.host, address.port)
            writer.write(sent)
            assert await reader.readexactly(len(sent)) == sent
            writer.close()
    finally:
        stop_forwarding(control_plane.admin, pods.namespace)
        server.close()
        for connection in connections:  # kwok does not end them
            connection.close()
            await connection.wait_closed()


async def test_where_nothing_listens_a_forward_closes_the_connection(
    cluster: Cluster, pods: Pods
) -> None:
    pods.make("core")
    pods.wait_ready("core")
    async with cluster.pods.forward(pods.namespace, "core", 9999) as address:
        endpoint = Endpoint(f"http://{address.host}:{address.port}")
        with pytest.raises(Unreachable, match="Harbor does not answer"):
            await HarborClient().health(endpoint)


async def test_a_forward_without_the_right_is_refused(
    control_plane: ControlPlane, pods: Pods
) -> None:
    pods.make("core")
    pods.wait_ready("core")
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    identity = control_plane.identity("no-forwards", rules)
    async with open_cluster(identity.kubeconfig) as cluster:
        with pytest.raises(Forbidden, match="pods/portforward"):
            async with cluster.pods.forward(pods.namespace, "core", 8080):
                pass
