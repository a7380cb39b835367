"""The chart of csi-driver-nfs: where it comes from, what it is called, its values."""

from collections.abc import Mapping
from typing import Any

from wizard.answers.preset import Preset
from wizard.answers.versions import CSI_DRIVER_NFS_VERSION
from wizard.charts.images import mirrored
from wizard.ports import ChartSource

REPOSITORY = "https://raw.githubusercontent.com/kubernetes-csi/csi-driver-nfs/master/charts"

NAMESPACE = "kube-system"
"""Where its makers install it."""

RELEASE_NAME = "harbor-wizard-csi-nfs"
"""Not the name that its makers use, so that an installation of somebody else is told apart."""

DRIVER = "nfs.csi.k8s.io"
"""The driver's name, as StorageClasses and its CSIDriver object have it."""

PULL_SECRET = "harbor-wizard-csi-nfs-pull"  # noqa: S105 - the name of a Secret


def csi_nfs_chart(version: str | None) -> ChartSource:
    """The chart of a version (None: the one that this wizard was tested with)."""
    return ChartSource("csi-driver-nfs", version or CSI_DRIVER_NFS_VERSION, repository=REPOSITORY)


def csi_nfs_values(preset: Preset) -> Mapping[str, Any]:
    """The chart's values, the same for every preset with the same delivery.

    Snapshots are left out: Harbor needs none, and their sidecar wants kinds of its own. What a
    class does not say is kept when its claim goes.
    """
    values: dict[str, Any] = {
        "image": {
            "baseRepo": mirrored("registry.k8s.io/", preset.delivery.image_mirrors).rstrip("/"),
            "nfs": {"repository": "/sig-storage/nfsplugin"},
        },
        "controller": {"enableSnapshotter": False, "defaultOnDeletePolicy": "retain"},
    }
    if preset.delivery.pull_secret is not None:
        values["imagePullSecrets"] = [{"name": PULL_SECRET}]
    return values
