"""Volumes on NFS: the real chart of the driver, real classes, claims and Jobs.

What cannot be here is a mount: what the pods of the test would say is written to their log.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import KubeError, Object
from tests.cluster.nfs_export import CLASS, Export, nothing_of_the_test, remove_class
from tests.cluster.plain_helm import PlainHelm
from tests.cluster.process import poll
from tests.cluster.wizard import Wizard

DRIVER = "/apis/storage.k8s.io/v1/csidrivers/nfs.csi.k8s.io"
NFS: Object = {
    "kind": "nfs",
    "server": "127.0.0.1",
    "path": "/exports/harbor",
    "className": "tested-nfs",
}
STORAGE: Object = {
    "provisioner": NFS,
    "volumes": {
        "registry": {"accessMode": "ReadWriteMany"},
        "redis": {"className": "standard"},
    },
}


@pytest.fixture
def export(wizard: Wizard, control_plane: ControlPlane, tmp_path: Path) -> Iterator[Export]:
    with Export(control_plane.admin, wizard.namespace, tmp_path / "logs") as export:
        yield export
    _remove_driver(wizard)


def _remove_driver(wizard: Wizard) -> None:
    """What belongs to the whole cluster."""
    helm = PlainHelm(wizard.helm, wizard.identity.kubeconfig, wizard.folder / "plain-helm")
    place = ("--namespace", "kube-system")
    helm.run("uninstall", "harbor-wizard-csi-nfs", *place, "--ignore-not-found")
    wizard.admin.delete(DRIVER)
    remove_class(wizard.admin)


def test_driver_class_and_volumes_come_and_a_second_run_writes_nothing(
    wizard: Wizard, export: Export
) -> None:
    export.is_like()
    wizard.preset(storage=STORAGE)
    early = wizard.install("--check", "--probe", "--yes").require(0)
    assert "not tried" in early.events[-1]["summary"]

    wizard.install("--yes").require(0)

    made = wizard.admin.get(CLASS)
    assert made["provisioner"] == "nfs.csi.k8s.io"
    assert made["reclaimPolicy"] == "Retain"
    assert made["parameters"] == {
        "server": "127.0.0.1",
        "share": "/exports/harbor",
        "onDelete": "retain",
    }
    assert made["mountOptions"] == ["nfsvers=4.1", "hard"]
    assert wizard.admin.exists(DRIVER)
    classes = {
        one["metadata"]["name"]: one["spec"]["storageClassName"]
        for one in wizard.admin.items(wizard.path("", "persistentvolumeclaims"))
    }
    assert classes == {
        "harbor-registry": "tested-nfs",
        "harbor-jobservice": "tested-nfs",
        "database-data-harbor-database-0": "tested-nfs",
        "data-harbor-redis-0": "standard",
    }
    poll("nothing of the test is left", lambda: nothing_of_the_test(wizard), 60)
    wizard.nothing_to_do("--yes")


def test_an_export_that_maps_users_ends_the_run_with_cause_and_fix(
    wizard: Wizard, export: Export
) -> None:
    export.is_like(owner="65534", fsync_us="45000")
    wizard.preset(storage=STORAGE)
    ended = wizard.install("--yes").require(5)
    (probe,) = [e for e in ended.events if e.get("state") == "failed"]
    assert probe["step"] == "storage.nfs.probe"
    assert "belongs to user 65534" in probe["what"]
    assert "no all_squash" in probe["fix"]
    slow = [e["finding"] for e in ended.events if e["event"] == "finding"]
    assert any("45.0 ms" in one["title"] for one in slow)
    assert wizard.names("apps/v1", "deployments") == set()
    poll("nothing of the test is left", lambda: nothing_of_the_test(wizard), 60)


def test_a_driver_of_somebody_else_is_used_as_it_is(wizard: Wizard, export: Export) -> None:
    export.is_like()
    body = {"metadata": {"name": "nfs.csi.k8s.io"}, "spec": {"attachRequired": False}}
    wizard.admin.create("/apis/storage.k8s.io/v1/csidrivers", body)
    wizard.preset(storage=STORAGE)
    plan = wizard.plan("--yes")
    steps = {step["id"]: step["changes"] for step in plan["steps"]}
    assert steps["storage.nfs.driver"] == []
    assert steps["storage.nfs.class"]
    with pytest.raises(KubeError):
        wizard.admin.get("/apis/apps/v1/namespaces/kube-system/daemonsets/csi-nfs-node")
