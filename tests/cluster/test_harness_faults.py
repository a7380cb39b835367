"""The harness's fault proxy: real calls through it pass, and fail in the ways it is told."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE, Kube, KubeError
from tests.cluster.standin import HarborStandIn
from tests.cluster.test_harness_pods import Pods
from tests.cluster.tunnel import Tunnel

NAMESPACES = f"{CORE}/namespaces"
WATCH = {"watch": "true", "timeoutSeconds": "60"}


@pytest.fixture
def kube(
    control_plane: ControlPlane, fault_proxy: FaultProxy, wizard_identity: Identity
) -> Iterator[Kube]:
    """A client whose way to the API leads through the proxy."""
    client = Kube(fault_proxy.url, control_plane.ca, token=wizard_identity.token)
    yield client
    client.close()


def test_everything_passes_when_nothing_is_wrong(kube: Kube, fault_proxy: FaultProxy) -> None:
    assert kube.exists(f"{NAMESPACES}/default")
    body = {"metadata": {"generateName": "through-"}, "data": {"large": "x" * 500_000}}
    made = kube.create(f"{NAMESPACES}/default/configmaps", body)
    path = f"{NAMESPACES}/default/configmaps/{made['metadata']['name']}"
    assert len(kube.get(path)["data"]["large"]) == 500_000
    kube.delete(path)
    assert [one.method for one in fault_proxy.seen] == ["GET", "POST", "GET", "DELETE"]


def test_some_requests_fail_and_others_do_not(kube: Kube, fault_proxy: FaultProxy) -> None:
    rule = fault_proxy.fail(500, path="/namespaces", times=2)
    for _ in range(2):
        with pytest.raises(KubeError) as refused:
            kube.get(NAMESPACES)
        assert refused.value.status == 500
    assert kube.items(NAMESPACES)
    assert kube.items(f"{CORE}/nodes")
    assert rule.hits == 2


def test_a_part_of_the_requests_fails(kube: Kube, fault_proxy: FaultProxy) -> None:
    rule = fault_proxy.fail(503, method="GET", share=0.5)
    codes = [kube.http.get(f"{NAMESPACES}/default").status_code for _ in range(40)]
    assert 8 < codes.count(503) < 32
    assert rule.hits == codes.count(503)
    fault_proxy.clear()
    assert kube.exists(f"{NAMESPACES}/default")


def test_the_client_is_throttled_and_slowed(kube: Kube, fault_proxy: FaultProxy) -> None:
    fault_proxy.fail(429, times=1, retry_after=2)
    answer = kube.http.post(f"{NAMESPACES}/default/configmaps", json={})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json()["details"] == {"retryAfterSeconds": 2}
    fault_proxy.delay(0.5, times=1)
    start = time.monotonic()
    assert kube.exists(f"{NAMESPACES}/default")
    assert time.monotonic() - start > 0.5


def test_a_connection_is_reset(kube: Kube, fault_proxy: FaultProxy) -> None:
    fault_proxy.reset(times=1)
    # Python's TLS reports a reset as the connection's end; other clients see the reset.
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        kube.get(NAMESPACES)
    assert kube.items(NAMESPACES)


def test_a_watch_is_live_and_cut(kube: Kube, fault_proxy: FaultProxy) -> None:
    with kube.http.stream("GET", NAMESPACES, params=WATCH) as answer:
        lines = answer.iter_lines()
        assert '"ADDED"' in next(lines)
        assert fault_proxy.cut() == 1
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            list(lines)
    assert kube.items(NAMESPACES)


def test_a_watch_is_truncated(kube: Kube, fault_proxy: FaultProxy) -> None:
    fault_proxy.truncate(100, times=1)
    with (
        kube.http.stream("GET", NAMESPACES, params=WATCH) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        list(answer.iter_lines())


def test_a_watch_that_the_client_leaves_ends_at_the_api(
    control_plane: ControlPlane, kube: Kube, wizard_identity: Identity
) -> None:
    mark = control_plane.audit.mark()
    with kube.http.stream("GET", NAMESPACES, params=WATCH) as answer:
        next(answer.iter_lines())
    kube.close()
    deadline = time.monotonic() + 10
    stages: list[str] = []
    while "ResponseComplete" not in stages and time.monotonic() < deadline:
        entries = control_plane.audit.entries(wizard_identity.user, mark)
        stages = [one.stage for one in entries if one.verb == "watch"]
    assert stages == ["ResponseStarted", "ResponseComplete"]


def test_it_goes_down_and_comes_back(kube: Kube, fault_proxy: FaultProxy) -> None:
    assert kube.items(NAMESPACES)
    fault_proxy.down()
    with pytest.raises(httpx.TransportError):
        kube.get(NAMESPACES)
    with pytest.raises(httpx.ConnectError):
        kube.get(NAMESPACES)
    fault_proxy.up()
    assert kube.items(NAMESPACES)


def test_a_crash_of_the_api_server_is_seen_through_it(
    control_plane: ControlPlane, kube: Kube
) -> None:
    assert kube.items(NAMESPACES)
    control_plane.stop_api()
    with pytest.raises(httpx.TransportError):
        kube.get(NAMESPACES)
    control_plane.start_api()
    assert kube.items(NAMESPACES)
    control_plane.wait_nodes()


def test_a_port_forward_passes_through_it(
    control_plane: ControlPlane,
    namespace: str,
    harbor_standin: HarborStandIn,
    fault_proxy: FaultProxy,
    wizard_identity: Identity,
) -> None:
    pods = Pods(control_plane, namespace)
    pods.make("core")
    pods.wait_ready("core")
    with Tunnel(fault_proxy.url, wizard_identity, namespace, "core", 8080) as address:
        assert httpx.get(f"{address}/api/v2.0/health", trust_env=False).status_code == 200
    assert harbor_standin.requests
    assert fault_proxy.seen[-1].path.endswith("/portforward?ports=8080")
