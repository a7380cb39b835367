"""How full volumes are, asked of a kubelet through the real API server."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.cluster.command import schema
from tests.cluster.conftest import GIVES_UP_CONNECTIONS
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import APPS, CORE
from tests.cluster.summaries import SummaryKubelet, measuring_node
from tests.cluster.test_rules_alone import claim
from tests.cluster.wizard import Wizard
from tests.unit.diagnose.bundles import files_of
from wizard.answers.network import Network
from wizard.answers.target import Target
from wizard.diagnose.kinds import VOLUME_USE
from wizard.live import Picture, pictures
from wizard.wiring import Site, open_world

pytestmark = GIVES_UP_CONNECTIONS
GIB = 1024**3


@pytest.fixture
def kubelet(control_plane: ControlPlane, wizard: Wizard) -> Iterator[SummaryKubelet]:
    """Of the node on which the registry runs and mounts its claim."""
    wizard.make_namespace()
    home = wizard.namespace
    with measuring_node(control_plane, f"measures-{home}") as found:
        found.volumes[home, "images"] = (12 * GIB, 200 * GIB)
        admin = control_plane.admin
        admin.create(
            f"{CORE}/namespaces/{home}/persistentvolumeclaims", claim("images", "standard")
        )
        labels = {"app": "harbor", "release": "harbor", "component": "registry"}
        volume = {"name": "data", "persistentVolumeClaim": {"claimName": "images"}}
        container = {"name": "registry", "image": "registry.test/registry:1"}
        spec = {"nodeName": found.node, "containers": [container], "volumes": [volume]}
        pod = {"metadata": {"labels": labels}, "spec": spec}
        deployment = {
            "metadata": {"name": "harbor-registry", "labels": labels},
            "spec": {"selector": {"matchLabels": labels}, "template": pod},
        }
        admin.create(f"{APPS}/namespaces/{home}/deployments", deployment)
        path = f"{APPS}/namespaces/{home}/deployments/harbor-registry"
        admin.wait(path, lambda one: one.get("status", {}).get("readyReplicas") == 1)
        yield found
        admin.delete(path)
        pods = f"{CORE}/namespaces/{home}/pods"
        admin.wait(pods, lambda found: not found["items"])


def told(document: dict) -> list[dict]:
    (registry,) = (one for one in document["components"] if one["id"] == "registry")
    found: list[dict] = registry.get("volumes", [])
    return found


def test_once_and_a_bundle_tell_how_full_the_volume_of_a_part_is(
    wizard: Wizard, kubelet: SummaryKubelet, tmp_path: Path
) -> None:
    look = ("troubleshoot", "--namespace", wizard.namespace, "--once")
    document = wizard.run(*look, "--output", "json").require(0).document
    schema("troubleshoot.json").validate(document)
    expected = {
        "claim": "images",
        "usedBytes": 12 * GIB,
        "capacityBytes": 200 * GIB,
        "percent": 6,
        "inodesPercent": 0,
    }
    assert told(document) == [expected]

    kubelet.volumes[wizard.namespace, "images"] = (195 * GIB, 200 * GIB)
    text = wizard.run(*look).require(0).stdout
    assert "images: 195 of 200 GiB used, 97 %" in text
    assert "HW-232" in text
    file = tmp_path / "b.tgz"
    wizard.run("support-bundle", "--namespace", wizard.namespace, "-o", str(file)).require(0)
    assert "objects/VolumeUse.harbor-wizard.json" in files_of(file)
    opened = wizard.run("troubleshoot", "--once", "--bundle", str(file), "--output", "json")
    assert told(opened.document) == [{**expected, "usedBytes": 195 * GIB, "percent": 97}]
    (finding,) = [one for one in opened.document["findings"] if one["id"] == "HW-232"]
    assert finding["object"] == f"PersistentVolumeClaim {wizard.namespace}/images"
    assert finding["severity"] == "warn"


def test_without_the_right_it_is_not_known(wizard: Wizard, kubelet: SummaryKubelet) -> None:
    kinds = ["pods", "persistentvolumeclaims", "deployments", "nodes", "namespaces"]
    rule = {"apiGroups": ["", "apps"], "resources": kinds, "verbs": ["get", "list", "watch"]}
    looker = wizard.control_plane.identity("no-kubelet", [rule])
    look = ("troubleshoot", "--namespace", wizard.namespace, "--once", "--output", "json")
    document = wizard.run(*look, KUBECONFIG=str(looker.kubeconfig)).document
    assert told(document) == []
    reasons = {one["rule"]: one["reason"] for one in document["notChecked"]}
    assert reasons["HW-232"] == "No right to get nodes/proxy"
    assert kubelet.asked == 0


async def test_the_live_view_asks_after_its_first_picture(
    wizard: Wizard, kubelet: SummaryKubelet
) -> None:
    site, wanted = Site(kubeconfig=wizard.identity.kubeconfig), Target(namespace=wizard.namespace)
    async with (
        asyncio.timeout(60),
        open_world(site, Network()) as world,
        aclosing(pictures(world, wanted, lambda _: None)) as seen,
    ):
        first = await anext(seen)
        assert first.view.not_checked[VOLUME_USE] == "not read yet"
        assert kubelet.asked == 0
        picture: Picture = first
        while not used(picture):
            picture = await anext(seen)
    assert used(picture) == ["12 of 200 GiB used, 6 %"]
    assert VOLUME_USE not in picture.view.not_checked


def used(picture: Picture) -> list[str]:
    return [str(fill) for state in picture.states for fill in state.volumes]
