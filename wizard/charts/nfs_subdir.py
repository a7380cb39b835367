"""The chart of nfs-subdir-external-provisioner: where it comes from, its names, its values.

One provisioner serves one export with one set of mount options: it mounts that itself. So each
has a release of its own, named for it, that presets with the same export share. A changed answer
gets another one beside it; the former stays for the volumes that it made.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from wizard.answers.preset import Preset
from wizard.answers.storage import NfsProvisioner
from wizard.answers.versions import NFS_SUBDIR_PROVISIONER_VERSION
from wizard.charts.images import mirrored
from wizard.ports import ChartSource

CHART = "nfs-subdir-external-provisioner"
REPOSITORY = "https://kubernetes-sigs.github.io/nfs-subdir-external-provisioner"

NAMESPACE = "kube-system"
"""It belongs to the cluster, as csi-driver-nfs does; its pod runs as root."""

IMAGE = f"registry.k8s.io/sig-storage/{CHART}"


def subdir_chart(version: str | None) -> ChartSource:
    """The chart of a version (None: the one that this wizard was tested with)."""
    return ChartSource(CHART, version or NFS_SUBDIR_PROVISIONER_VERSION, repository=REPOSITORY)


def release_name(nfs: NfsProvisioner) -> str:
    """The release of an export with its mount options."""
    served = "\n".join((nfs.server, nfs.path, *nfs.mount_options))
    return f"harbor-wizard-nfs-{hashlib.sha256(served.encode()).hexdigest()[:8]}"


def pull_secret(nfs: NfsProvisioner) -> str:
    """The Secret with the login for the provisioner's image."""
    return f"{release_name(nfs)}-pull"


def provisioner_name(nfs: NfsProvisioner) -> str:
    """How classes name this provisioner, and no other one of the cluster."""
    return f"{release_name(nfs)}/{CHART}"


def subdir_values(preset: Preset, nfs: NfsProvisioner) -> Mapping[str, Any]:
    """The chart's values; the class is not left to the chart, which would delete it with itself.

    With mount options the chart makes a volume and a claim for the provisioner's own mount.
    """
    values: dict[str, Any] = {
        "image": {"repository": mirrored(IMAGE, preset.delivery.image_mirrors)},
        "nfs": {"server": nfs.server, "path": nfs.path, "mountOptions": list(nfs.mount_options)},
        "storageClass": {"create": False, "provisionerName": provisioner_name(nfs)},
    }
    if preset.delivery.pull_secret is not None:
        values["imagePullSecrets"] = [{"name": pull_secret(nfs)}]
    return values
