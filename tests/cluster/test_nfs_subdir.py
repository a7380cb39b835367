"""The legacy provisioner of volumes on NFS: real Helm, a small chart in place of the real one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE, Object
from tests.cluster.nfs_export import CLASS, Export, nothing_of_the_test, remove_class
from tests.cluster.nfs_subdir_chart import NAME, write_chart
from tests.cluster.plain_helm import PlainHelm
from tests.cluster.process import poll
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.wizard import Wizard
from wizard.answers.storage import NfsProvisioner
from wizard.charts.nfs_subdir import pull_secret

SYSTEM = f"{CORE}/namespaces/kube-system"
MISSING = {"imageMirrors": {"registry.k8s.io": "missing.test/k8s"}}
NFS: Object = {
    "kind": "nfs",
    "driver": "subdir",
    "server": "127.0.0.1",
    "path": "/exports/harbor",
    "className": "tested-nfs",
}


def storage(**other: str) -> Object:
    """Answers with the export of the tests; `other` are other answers about it."""
    on_disk = {"database": {"className": "standard"}, "redis": {"className": "standard"}}
    return {"provisioner": {**NFS, **other}, "volumes": on_disk}


def login(answers: Object) -> str:
    """The Secret with the login for the provisioner's image."""
    return pull_secret(NfsProvisioner.model_validate(answers["provisioner"]))


@pytest.fixture
def export(wizard: Wizard, control_plane: ControlPlane, tmp_path: Path) -> Iterator[Export]:
    """The export, and a folder of charts that has the provisioner's."""
    shelf = tmp_path / "charts"
    shelf.mkdir()
    for package in wizard.charts.glob("harbor-*.tgz"):
        shutil.copy(package, shelf)
    write_chart(shelf)
    wizard.charts = shelf
    helm = PlainHelm(wizard.helm, wizard.identity.kubeconfig, wizard.folder / "plain-helm")
    with Export(control_plane.admin, wizard.namespace, tmp_path / "logs") as export:
        yield export
    place = ("--namespace", "kube-system")
    for release in helm.run("list", *place, "--short").split():
        if release.startswith("harbor-wizard-nfs-"):
            helm.run("uninstall", release, *place)
    wizard.admin.delete(f"{SYSTEM}/secrets/{login(storage())}")
    remove_class(wizard.admin)


def test_provisioner_class_and_volumes_come_and_a_second_run_writes_nothing(
    wizard: Wizard, export: Export
) -> None:
    export.is_like()
    wizard.make_namespace()
    wizard.preset(storage=storage())
    wizard.identity = apply_role(wizard, printed_role(wizard))
    ended = wizard.install("--yes").require(0)

    (warned,) = [e for e in ended.events if e.get("check") == "nfs.legacy"]
    assert warned["state"] == "warn"
    assert "csi" in warned["fix"]
    made = wizard.admin.get(CLASS)
    release, _, chart = made["provisioner"].partition("/")
    assert chart == NAME
    assert made["parameters"] == {"onDelete": "retain"}
    assert made["reclaimPolicy"] == "Retain"
    assert made["allowVolumeExpansion"] is False
    assert made["mountOptions"] == ["nfsvers=4.1", "hard"]
    name = f"{release}-{NAME}"
    pod = wizard.admin.get(f"/apis/apps/v1/namespaces/kube-system/deployments/{name}")["spec"][
        "template"
    ]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == f"registry.k8s.io/sig-storage/{NAME}:v4.0.2"
    assert {one["name"]: one["value"] for one in container["env"]} == {
        "PROVISIONER_NAME": made["provisioner"],
        "NFS_SERVER": "127.0.0.1",
        "NFS_PATH": "/exports/harbor",
    }
    mount = wizard.admin.get(f"{CORE}/persistentvolumes/pv-{name}")
    assert mount["spec"]["mountOptions"] == ["nfsvers=4.1", "hard"]
    claims = wizard.admin.items(wizard.path("", "persistentvolumeclaims"))
    on_nfs = {
        o["metadata"]["name"] for o in claims if o["spec"]["storageClassName"] == "tested-nfs"
    }
    assert on_nfs == {"harbor-registry", "harbor-jobservice"}
    poll("nothing of the test is left", lambda: nothing_of_the_test(wizard), 60)
    wizard.nothing_to_do("--yes")
    assert wizard.control_plane.audit.denied(wizard.identity.user) == []

    wizard.preset(storage=storage(server="127.0.0.2"))
    moved = {step["id"]: step["changes"] for step in wizard.plan("--yes")["steps"]}
    assert [change["action"] for change in moved["storage.nfs.class"]] == ["replace"]
    assert {change["action"] for change in moved["storage.nfs.driver"]} == {"create"}
    assert moved["storage.nfs.probe"] == []


def test_an_image_that_cannot_be_pulled_ends_the_wait(wizard: Wizard, export: Export) -> None:
    export.is_like()
    wizard.preset(storage=storage(), delivery={**MISSING, "pullSecret": {"env": "LOGIN"}})
    ended = wizard.install("--yes", LOGIN='{"auths": {"missing.test": {"auth": "dTpw"}}}').require(
        5
    )
    (failed,) = [e for e in ended.events if e.get("state") == "failed"]
    assert failed["step"] == "storage.nfs.driver"
    assert failed["what"].startswith("HW-025")
    assert f"missing.test/k8s/sig-storage/{NAME}:v4.0.2" in failed["why"]
    assert not wizard.admin.exists(CLASS)
    assert wizard.admin.get(f"{SYSTEM}/secrets/{login(storage())}")["type"].endswith("configjson")


def test_without_the_chart_nothing_is_changed(wizard: Wizard, export: Export) -> None:
    export.is_like()
    package = write_chart(wizard.charts)
    package.unlink()
    wizard.preset(storage=storage())
    ended = wizard.install("--yes").require(3)
    (rendering,) = [e for e in ended.events if e.get("check") == "delivery.rendering"]
    assert rendering["state"] == "fail"
    assert f"{package.name} is missing" in rendering["fact"]
    assert not wizard.admin.exists(f"{CORE}/namespaces/{wizard.namespace}")
