"""Where the layers of images rest: on a volume or in object storage."""

from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.scalars import Flag, LocalPath, Text, Url
from wizard.answers.secrets import GivenSecret
from wizard.answers.section import Section, answer

_COPIED = "copied into the Secret that the chart's registry reads"


class VolumeBlobs(Section):
    """On the registry's volume."""

    label = "A volume"
    kind: Literal["volume"]


class ObjectStore(Section):
    """What every kind of object storage shares."""

    root_directory: Text | None = answer(
        None, label="Folder", help="A folder in the bucket or container.", example="/harbor"
    )
    redirect: Flag | None = answer(
        None,
        label="Redirect clients",
        help="Whether clients fetch layers from the storage directly. Without it: yes for the "
        "public clouds, no where an endpoint of your own is given.",
    )
    ca_bundle: LocalPath | None = answer(
        None,
        label="CA bundle",
        help="PEM file with the authority of the storage's certificate.",
        example="storage-ca.pem",
    )


class S3Blobs(ObjectStore):
    """Amazon S3 or a compatible storage. Keys are required: the registry in Harbor can use neither
    roles of ServiceAccounts (IRSA) nor EKS Pod Identity."""

    label = "S3"
    kind: Literal["s3"]
    bucket: Text = answer(label="Bucket", help="The bucket.", example="harbor")
    region: Text = answer(
        "us-east-1", label="Region", help="The region; compatible storages take any."
    )
    endpoint: Url | None = answer(
        None,
        label="Endpoint",
        help="The address of a compatible storage; without it Amazon's own.",
        example="https://minio.corp:9000",
        front=True,
    )
    access_key: GivenSecret = answer(
        label="Access key", help="The id of the key.", example={"env": "S3_KEY"}, stored=_COPIED
    )
    secret_key: GivenSecret = answer(
        label="Secret key",
        help="The secret part of the key.",
        example={"env": "S3_SECRET"},
        stored=_COPIED,
    )


class AzureBlobs(ObjectStore):
    """Azure Blob Storage."""

    label = "Azure"
    kind: Literal["azure"]
    account: Text = answer(label="Account", help="The storage account.", example="harborblobs")
    container: Text = answer(label="Container", help="The container.", example="harbor")
    realm: Text = answer(
        "core.windows.net", label="Realm", help="The domain of the Azure cloud in use."
    )
    account_key: GivenSecret = answer(
        label="Account key",
        help="A key of the account.",
        example={"env": "AZURE_KEY"},
        stored=_COPIED,
    )


class GcsBlobs(ObjectStore):
    """Google Cloud Storage."""

    label = "Google Cloud"
    kind: Literal["gcs"]
    bucket: Text = answer(label="Bucket", help="The bucket.", example="harbor")
    key_data: GivenSecret | None = answer(
        None,
        label="Service account key",
        help="The JSON key of a service account; without it the workload's identity is used, of "
        "the ServiceAccount in harbor.values.registry.serviceAccountName.",
        example={"file": "gcs-key.json"},
        stored=_COPIED,
    )


class SwiftBlobs(ObjectStore):
    """OpenStack Swift."""

    label = "Swift"
    kind: Literal["swift"]
    auth_url: Url = answer(
        label="Identity service",
        help="The address of Keystone.",
        example="https://keystone.corp/v3",
    )
    container: Text = answer(label="Container", help="The container.", example="harbor")
    username: Text = answer(label="User", help="The user.", example="harbor")
    password: GivenSecret = answer(
        label="Password",
        help="The user's password.",
        example={"env": "SWIFT_PASSWORD"},
        stored=_COPIED,
    )
    region: Text | None = answer(None, label="Region", help="The region.", example="RegionOne")
    tenant: Text | None = answer(None, label="Project", help="The project.", example="registry")
    domain: Text | None = answer(None, label="Domain", help="The domain.", example="Default")


class OssBlobs(ObjectStore):
    """Alibaba Cloud Object Storage Service."""

    label = "Alibaba OSS"
    kind: Literal["oss"]
    bucket: Text = answer(label="Bucket", help="The bucket.", example="harbor")
    region: Text = answer(label="Region", help="The region.", example="oss-eu-central-1")
    endpoint: Text | None = answer(
        None, label="Endpoint", help="The endpoint, where it does not follow from the region."
    )
    access_key_id: Text = answer(label="Access key", help="The id of the key.", example="LTAI5t")
    secret_key: GivenSecret = answer(
        label="Secret key",
        help="The secret part of the key.",
        example={"env": "OSS_SECRET"},
        stored=_COPIED,
    )


Blobs = Annotated[
    VolumeBlobs | S3Blobs | AzureBlobs | GcsBlobs | SwiftBlobs | OssBlobs,
    Field(discriminator="kind"),
]
