"""What the clusters to rehearse on offer to those who pick."""

from pathlib import Path
from typing import Any

import pytest

from backends.simulated.scenarios import SCENARIOS
from backends.simulated.world import simulated_world
from tests.unit.checks.conftest import preset_of
from tests.unit.simulated.conftest import install, make_namespace, pods_of, seconds
from wizard.answers.paths import parse_path
from wizard.checks.offers import offers

BY_PORT = {"expose": {"kind": "nodePort"}}
ISSUER = {"kind": "issuer", "name": "x"}


@pytest.mark.parametrize(
    ("scenario", "path", "sections", "offered"),
    [
        (
            "laptop",
            "storage.provisioner.className",
            {},
            {"standard": "default, rancher.io/local-path, one node at a time, does not grow"},
        ),
        ("laptop", "harbor.expose.className", {}, {}),
        (
            "laptop",
            "harbor.url",
            {"harbor": BY_PORT, "pki": {"kind": "self-signed"}},
            {"https://172.18.0.2:30003": "node kind-control-plane, a container made by kind"},
        ),
        (
            "on-premises",
            "storage.volumes.database.className",
            {},
            {"fast-ssd": "topolvm.io, one node at a time, grows"},
        ),
        ("on-premises", "harbor.expose.className", {}, {"nginx": "k8s.io/ingress-nginx"}),
        ("on-premises", "pki.name", {"pki": ISSUER}, {"corporate": "ready, vault"}),
        (
            "on-premises",
            "harbor.resolve",
            {"harbor": {"expose": {"kind": "ingress", "className": "nginx"}}},
            {"192.0.2.80": "the ingress controller of class nginx"},
        ),
        (
            "on-premises",
            "storage.provisioner.node",
            {},
            {
                **{
                    f"worker-{n}": f"192.0.2.3{n}, amd64, zone hall-{hall}"
                    for n, hall in enumerate("aabb", start=1)
                },
                "cp-1": "takes no ordinary pods, 192.0.2.21, amd64",
            },
        ),
        (
            "cloud",
            "storage.provisioner.className",
            {},
            {"gp3": "default, ebs.csi.aws.com, one node at a time, grows"},
        ),
        (
            "isolated",
            "storage.provisioner.className",
            {},
            {
                "ceph-block": "default, rook-ceph.rbd.csi.ceph.com, one node at a time, grows",
                "ceph-filesystem": "rook-ceph.cephfs.csi.ceph.com, ReadWriteMany, grows",
            },
        ),
    ],
)
async def test_offers(
    scenario: str, path: str, sections: dict[str, Any], offered: dict[str, str]
) -> None:
    preset = preset_of(**sections)
    async with simulated_world(scenario, speed=0) as world:
        found = await offers(world, preset, parse_path(path))
    assert {one.value: one.text for one in found} == offered


async def test_pods_run_where_ordinary_ones_may(tmp_path: Path) -> None:
    async with simulated_world("on-premises", speed=0) as world:
        await make_namespace(world)
        claims = {"storageClass": "fast-ssd"}
        names = ("registry", "database", "redis", "trivy")
        volumes: dict[str, Any] = dict.fromkeys(names, claims)
        volumes["jobservice"] = {"jobLog": claims}
        await install(world, tmp_path, persistence={"persistentVolumeClaim": volumes})
        await seconds(world, 8)
        pods = [
            pod for part in ("core", "portal", "registry") for pod in await pods_of(world, part)
        ]
    assert len(pods) == 3
    assert {pod["spec"]["nodeName"][:7] for pod in pods} == {"worker-"}


@pytest.mark.parametrize(
    ("image", "api"),
    [
        ("docker.io/goharbor/harbor-core:v2.15.2", "registry-1.docker.io"),
        ("quay.io/jetstack/x:v1", "quay.io"),
        ("registry.corp/hub/goharbor/harbor-core:v2.15.2", ""),
    ],
)
def test_isolated_nodes_pull_from_one_registry_only(image: str, api: str) -> None:
    error = SCENARIOS["isolated"].pull(image)
    assert (f"lookup {api} on" in error) if api else (error == "")
