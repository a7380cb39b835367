"""Who makes the volumes, how large they are, and where images rest."""

from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.blobs import Blobs, VolumeBlobs
from wizard.answers.scalars import Host, Image, ObjectName, RemotePath, Size, Text
from wizard.answers.section import Section, answer

AccessMode = Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]


class ExistingProvisioner(Section):
    """A StorageClass that the cluster has already."""

    label = "A class we have"
    kind: Literal["existing"]
    class_name: ObjectName | None = answer(
        None,
        label="Storage class",
        help="The class of all volumes; without it the cluster's default class.",
        example="standard",
        front=True,
    )


class NfsProvisioner(Section):
    """Volumes on an NFS server, through a provisioner that the wizard installs."""

    label = "NFS"
    kind: Literal["nfs"]
    driver: Literal["csi", "subdir"] = answer(
        "csi",
        label="Driver",
        help="csi is csi-driver-nfs; subdir is nfs-subdir-external-provisioner, no longer "
        "maintained: only where privileged pods may not run on the nodes.",
    )
    server: Host = answer(label="Server", help="The NFS server.", example="10.0.0.5")
    path: RemotePath = answer(
        label="Export", help="The exported folder on the server.", example="/exports/harbor"
    )
    mount_options: tuple[Text, ...] = answer(
        ("nfsvers=4.1", "hard"),
        label="Mount options",
        help="Options that nodes mount the export with.",
    )
    reclaim: Literal["retain", "delete"] = answer(
        "retain",
        label="After deletion",
        help="What happens to data when its claim is deleted.",
    )
    class_name: ObjectName = answer(
        "harbor-nfs", label="Storage class", help="The name of the class that is created."
    )


class LocalProvisioner(Section):
    """Folders of one node, for labs: no provisioner, data is bound to that node."""

    label = "A folder of one node"
    kind: Literal["local"]
    node: ObjectName = answer(
        label="Node", help="The node that keeps the data.", example="worker-1"
    )
    path: RemotePath = answer(
        "/var/lib/harbor-wizard", label="Folder", help="The folder on that node."
    )
    class_name: ObjectName = answer(
        "harbor-local", label="Storage class", help="The class name that volumes and claims share."
    )


Provisioner = Annotated[
    ExistingProvisioner | NfsProvisioner | LocalProvisioner, Field(discriminator="kind")
]


class Volume(Section):
    """One volume; what is not given comes from the profile and the provisioner."""

    size: Size | None = answer(
        None,
        label="Size",
        help="How much space is requested; without it the profile decides.",
        example="200Gi",
        front=True,
    )
    class_name: ObjectName | None = answer(
        None,
        label="Storage class",
        help="The class of this volume, where it differs from the provisioner's.",
        example="fast-ssd",
    )
    access_mode: AccessMode = answer(
        "ReadWriteOnce",
        label="Access mode",
        help="ReadWriteMany lets pods on several nodes write; more than one registry needs it.",
    )
    existing_claim: ObjectName | None = answer(
        None,
        label="Existing claim",
        help="A PersistentVolumeClaim that exists in the target namespace, used as it is.",
        example="harbor-registry",
    )

    @property
    def shared(self) -> bool:
        """Whether pods on several nodes may write to it at once."""
        return self.access_mode == "ReadWriteMany"


class Volumes(Section):
    """Harbor's volumes."""

    registry: Volume = answer(
        Volume(),
        label="Registry",
        help="Images and charts, unless blobs rest in object storage.",
        front=True,
    )
    job_log: Volume = answer(
        Volume(),
        label="Job logs",
        help="Logs of replication, scans and so on. Several job services use it only where it is "
        "ReadWriteMany; else their logs rest in the database.",
    )
    database: Volume = answer(Volume(), label="Database", help="The internal PostgreSQL.")
    redis: Volume = answer(Volume(), label="Redis", help="The internal Redis.")
    trivy: Volume = answer(Volume(), label="Trivy", help="The scanner's vulnerability database.")


class Storage(Section):
    """Who makes the volumes, how large they are, and where images rest."""

    provisioner: Provisioner = answer(
        ExistingProvisioner(kind="existing"),
        label="Provisioner",
        help="Who makes the volumes.",
        front=True,
    )
    volumes: Volumes = answer(
        Volumes(), label="Volumes", help="Harbor's volumes, one by one.", front=True
    )
    blobs: Blobs = answer(
        VolumeBlobs(kind="volume"),
        label="Blobs",
        help="Where the layers of images rest.",
        front=True,
    )
    probe_image: Image | None = answer(
        None,
        label="Image of the test",
        help="The image, with tag, of the pods that try the volumes before Harbor gets them; it "
        "needs a shell. Without it Harbor's own database image, which the nodes need anyway.",
        example="registry.corp/hub/debian:13-slim",
    )
