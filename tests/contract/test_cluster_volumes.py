"""How full volumes are, by the summary that a kubelet gives."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backends.cluster import Cluster, open_cluster
from tests.contract.scripted_server import ScriptedServer, serving, write_kubeconfig
from wizard.errors import Forbidden
from wizard.ports import VolumeUse

SUMMARY = "GET /api/v1/nodes/worker-a/proxy/stats/summary"
VOLUME = {
    "time": "2026-11-27T15:00:00Z",
    "availableBytes": 190,
    "capacityBytes": 200,
    "usedBytes": 10,
    "inodesFree": 90,
    "inodes": 100,
    "inodesUsed": 10,
    "name": "data",
    "pvcRef": {"name": "harbor-registry", "namespace": "harbor"},
    "volumeHealthStats": {"abnormal": False},
}
"""As Kubernetes 1.34 tells it."""


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def cluster(server: ScriptedServer, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with open_cluster(write_kubeconfig(tmp_path, server.url, {"token": "t"})) as opened:
        yield opened


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in VOLUME.items() if key not in keys}


async def test_volumes_of_claims_are_told_as_far_as_the_driver_does(
    server: ScriptedServer, cluster: Cluster
) -> None:
    token = without("pvcRef")
    unknown = without("usedBytes", "capacityBytes")
    bare = without("availableBytes", "inodes", "inodesUsed")
    pods = [
        {"podRef": {"name": "registry-0"}, "volume": [token, VOLUME, unknown]},
        {"podRef": {"name": "starting"}},
        {"podRef": {"name": "database-0"}, "volume": [bare]},
    ]
    server.on(SUMMARY, (200, {"node": {"nodeName": "worker-a"}, "pods": pods}))
    whole = VolumeUse("harbor", "harbor-registry", 10, 200, 190, 10, 100)
    less = VolumeUse("harbor", "harbor-registry", 10, 200)
    assert await cluster.pods.volumes("worker-a") == [whole, less]


@pytest.mark.parametrize("told", [{}, {"pods": None}, {"pods": ["x"]}, [], "no summary"])
async def test_what_is_no_summary_tells_nothing(
    server: ScriptedServer, cluster: Cluster, told: Any
) -> None:
    server.on(SUMMARY, (200, told))
    assert await cluster.pods.volumes("worker-a") == []


async def test_a_missing_right_is_told(server: ScriptedServer, cluster: Cluster) -> None:
    message = 'nodes "worker-a" is forbidden: User "u" cannot get resource "nodes/proxy" in API ""'
    server.on(SUMMARY, (403, {"message": message}))
    with pytest.raises(Forbidden, match="nodes/proxy"):
        await cluster.pods.volumes("worker-a")
