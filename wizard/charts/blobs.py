"""Where the layers of images rest, as chart values: a volume or object storage."""

from typing import Any, assert_never

from wizard.answers.blobs import (
    AzureBlobs,
    GcsBlobs,
    ObjectStore,
    OssBlobs,
    S3Blobs,
    SwiftBlobs,
    VolumeBlobs,
)
from wizard.answers.preset import Preset
from wizard.charts.names import Names
from wizard.charts.references import blobs_secret
from wizard.errors import UsageError

_Store = S3Blobs | AzureBlobs | GcsBlobs | SwiftBlobs | OssBlobs


def on_volume(preset: Preset) -> bool:
    """Whether layers rest on the registry's volume."""
    return isinstance(preset.storage.blobs, VolumeBlobs)


def blob_values(preset: Preset) -> dict[str, Any]:
    """`persistence.imageChartStorage`. Raises UsageError for what the chart cannot do."""
    blobs = preset.storage.blobs
    if isinstance(blobs, VolumeBlobs):
        return {"type": "filesystem"}
    settings = _settings(blobs)
    if credentials := blobs_secret(preset):
        settings["existingSecret"] = credentials.name
    values: dict[str, Any] = {
        "type": blobs.kind,
        "disableredirect": not _redirects(blobs),
        blobs.kind: {key: value for key, value in settings.items() if value is not None},
    }
    if blobs.ca_bundle is not None:
        values["caBundleSecretName"] = Names(preset.target.release).blobs_authority
    return values


def _redirects(blobs: ObjectStore) -> bool:
    """Clients rarely reach an endpoint of one's own, such as MinIO (goharbor/harbor#20588)."""
    if blobs.redirect is not None:
        return blobs.redirect
    return not (isinstance(blobs, S3Blobs) and blobs.endpoint)


def _settings(blobs: _Store) -> dict[str, Any]:
    match blobs:
        case S3Blobs():
            return {
                "region": blobs.region,
                "bucket": blobs.bucket,
                "regionendpoint": blobs.endpoint,
                "secure": not (blobs.endpoint or "").startswith("http:"),
                "v4auth": True,
                "rootdirectory": blobs.root_directory,
            }
        case AzureBlobs():
            return _azure(blobs)
        case GcsBlobs():
            return {
                "bucket": blobs.bucket,
                "rootdirectory": blobs.root_directory,
                "useWorkloadIdentity": blobs.key_data is None,
            }
        case SwiftBlobs():
            return {
                "authurl": blobs.auth_url,
                "container": blobs.container,
                "username": blobs.username,
                "region": blobs.region,
                "tenant": blobs.tenant,
                "domain": blobs.domain,
                "prefix": blobs.root_directory,
            }
        case OssBlobs():
            return {
                "bucket": blobs.bucket,
                "region": blobs.region,
                "endpoint": blobs.endpoint,
                "accesskeyid": blobs.access_key_id,
                "rootdirectory": blobs.root_directory,
            }
        case _ as never:
            assert_never(never)


def _azure(blobs: AzureBlobs) -> dict[str, Any]:
    if blobs.root_directory is not None:
        raise UsageError(
            "Harbor's chart knows no folder in an Azure container",
            where="storage.blobs.rootDirectory",
            fix="leave it out, and give Harbor a container of its own",
        )
    return {"accountname": blobs.account, "container": blobs.container, "realm": blobs.realm}
