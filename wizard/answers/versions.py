"""What is installed in which version."""

from wizard.answers.scalars import Version
from wizard.answers.section import Section, answer

HARBOR_VERSION = "2.15.2"
OPENBAO_VERSION = "2.7.2"
VAULT_VERSION = "2.0.4"
CERT_MANAGER_VERSION = "1.21.1"
CSI_DRIVER_NFS_VERSION = "4.13.4"
NFS_SUBDIR_PROVISIONER_VERSION = "4.0.18"


class Versions(Section):
    """Versions of everything that the wizard installs; saving pins those that a preset uses."""

    harbor: Version = answer(
        HARBOR_VERSION,
        label="Harbor",
        help="Harbor's version; the chart follows from it (2.15.2 is chart 1.19.2).",
    )
    cert_manager: Version | None = answer(
        None, label="cert-manager", help="Without it, the version this wizard was tested with."
    )
    trust_manager: Version | None = answer(
        None, label="trust-manager", help="Without it, the version this wizard was tested with."
    )
    openbao: Version | None = answer(
        None, label="OpenBao", help="Without it, the version this wizard was tested with."
    )
    vault: Version | None = answer(
        None, label="Vault", help="Without it, the version this wizard was tested with."
    )
    csi_driver_nfs: Version | None = answer(
        None, label="csi-driver-nfs", help="Without it, the version this wizard was tested with."
    )
    nfs_subdir_provisioner: Version | None = answer(
        None,
        label="nfs-subdir-external-provisioner",
        help="Without it, the version this wizard was tested with.",
    )
