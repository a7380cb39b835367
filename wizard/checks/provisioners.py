"""What is known of storage provisioners: whether several nodes may write to one volume."""

from typing import Literal

Sharing = Literal["yes", "no", "unknown"]

_SHARED = (
    "nfs.csi.k8s.io",
    "efs.csi.aws.com",
    "file.csi.azure.com",
    "kubernetes.io/azure-file",
    "filestore.csi.storage.gke.io",
    "cephfs.csi.ceph.com",
    "driver.longhorn.io",
    "csi-smb-driver.k8s.io",
    "smb.csi.k8s.io",
    "csi.juicefs.com",
    "csi.manila.openstack.org",
    "nasplugin.csi.alibabacloud.com",
    "nfs-subdir-external-provisioner",
)
_SINGLE = (
    "rancher.io/local-path",
    "openebs.io/local",
    "local.csi.openebs.io",
    "kubevirt.io/hostpath-provisioner",
    "kubevirt.io.hostpath-provisioner",
    "topolvm.io",
    "topolvm.cybozu.com",
    "ebs.csi.aws.com",
    "kubernetes.io/aws-ebs",
    "disk.csi.azure.com",
    "kubernetes.io/azure-disk",
    "pd.csi.storage.gke.io",
    "kubernetes.io/gce-pd",
    "cinder.csi.openstack.org",
    "kubernetes.io/cinder",
    "rbd.csi.ceph.com",
    "dobs.csi.digitalocean.com",
    "csi.hetzner.cloud",
    "csi.cloudscale.ch",
    "block.csi.vultr.com",
    "diskplugin.csi.alibabacloud.com",
)
"""Both lists: the access modes that https://kubernetes-csi.github.io/docs/drivers.html names, the
in-tree names of https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes,
and what maintainers say: rancher/local-path-provisioner#70, openebs-archive/maya#1342,
kubevirt/hostpath-provisioner#40, digitalocean/csi-digitalocean#42, hetznercloud/csi-driver#423,
vultr/vultr-csi#51, cloudscale-ch/csi-cloudscale#14, ceph/ceph-csi#261 (RBD: raw blocks only).
"""


def sharing(provisioner: str) -> Sharing:
    """Whether a provisioner gives volumes (with a file system) that several nodes can write to.

    Rook puts its namespace in front (`rook-ceph.rbd.csi.ceph.com`), the nfs-subdir provisioner's
    chart its release name behind (`cluster.local/nfs-subdir-external-provisioner`).
    """
    if _among(provisioner, _SHARED):
        return "yes"
    return "no" if _among(provisioner, _SINGLE) else "unknown"


def _among(provisioner: str, names: tuple[str, ...]) -> bool:
    return any(
        provisioner == name or provisioner.endswith((f".{name}", f"/{name}")) for name in names
    )
