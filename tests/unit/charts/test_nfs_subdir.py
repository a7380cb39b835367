"""The values and names of the legacy provisioner of volumes on NFS."""

from typing import Any

import pytest

from tests.unit.checks.conftest import preset_of
from wizard.answers.storage import NfsProvisioner
from wizard.charts.nfs_subdir import provisioner_name, release_name, subdir_chart, subdir_values

NFS = {"kind": "nfs", "driver": "subdir", "server": "10.0.0.5", "path": "/e"}


def nfs(**other: Any) -> NfsProvisioner:
    return NfsProvisioner.model_validate({**NFS, **other})


def test_the_image_comes_from_a_mirror_with_the_login_of_this_export() -> None:
    mirrors = {"imageMirrors": {"registry.k8s.io": "mirror.test/k8s"}}
    preset = preset_of(delivery={**mirrors, "pullSecret": {"env": "PULL"}})
    values = subdir_values(preset, nfs())
    image = "mirror.test/k8s/sig-storage/nfs-subdir-external-provisioner"
    assert values["image"] == {"repository": image}
    assert values["imagePullSecrets"] == [{"name": f"{release_name(nfs())}-pull"}]


def test_the_chart_makes_no_class_and_mounts_with_the_options_of_the_volumes() -> None:
    values = subdir_values(preset_of(), nfs(mountOptions=["nfsvers=3", "nolock"]))
    assert values["storageClass"]["create"] is False
    assert values["nfs"]["mountOptions"] == ["nfsvers=3", "nolock"]
    assert "imagePullSecrets" not in values


@pytest.mark.parametrize(
    "other", [{"server": "10.0.0.6"}, {"path": "/f"}, {"mountOptions": ["nfsvers=3"]}]
)
def test_another_export_gets_a_provisioner_beside_the_former(other: dict[str, Any]) -> None:
    assert release_name(nfs(**other)) != release_name(nfs())
    assert provisioner_name(nfs(**other)) != provisioner_name(nfs())


def test_presets_with_the_same_export_share_a_provisioner() -> None:
    assert release_name(nfs(className="other", reclaim="delete")) == release_name(nfs())


def test_the_version_is_the_one_of_the_answers() -> None:
    assert subdir_chart(None).version == "4.0.18"
    assert subdir_chart("4.0.17").version == "4.0.17"
