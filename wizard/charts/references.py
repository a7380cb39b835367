"""Which Secret the chart is told to read each secret from.

A Secret that the person already has in the target namespace is used in place where the chart lets
its key be named, or expects just that key. Everything else the wizard keeps in Secrets of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from wizard.answers.blobs import (
    AzureBlobs,
    Blobs,
    GcsBlobs,
    OssBlobs,
    S3Blobs,
    SwiftBlobs,
    VolumeBlobs,
)
from wizard.answers.preset import Preset
from wizard.answers.secrets import KubernetesSecret, Secret, SecretKey
from wizard.answers.services import ExternalRedis
from wizard.charts.names import Names


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of a Secret in the target namespace; `own`: the wizard has to make it."""

    name: str
    key: str
    own: bool


def in_place(answer: object, preset: Preset, key: str = "") -> SecretKey | None:
    """The Secret that an answer refers to, where the chart can read it as it is.

    `key`: the only key that the chart reads; empty where the chart can be told which.
    """
    if not isinstance(answer, KubernetesSecret):
        return None
    namespace = answer.secret.namespace or preset.target.namespace
    if namespace != preset.target.namespace or key not in ("", answer.secret.key):
        return None
    return answer.secret


def _reference(answer: object, preset: Preset, own: str, key: str, *, any_key: bool) -> Reference:
    there = in_place(answer, preset, "" if any_key else key)
    return Reference(there.name, there.key, own=False) if there else Reference(own, key, own=True)


def admin_password(preset: Preset) -> Reference:
    """Where the admin's first password stands."""
    own = Names(preset.target.release).admin
    answer = preset.harbor.admin_password
    return _reference(answer, preset, own, "HARBOR_ADMIN_PASSWORD", any_key=True)


def encryption_key(preset: Preset) -> Reference:
    """Where the key stands that encrypts credentials in Harbor's database."""
    own = Names(preset.target.release).encryption
    return _reference(preset.harbor.secret_key, preset, own, "secretKey", any_key=False)


def database_password(preset: Preset) -> Reference:
    """Where the password of an external database stands."""
    own = Names(preset.target.release).external_database
    answer = getattr(preset.harbor.database, "password", None)
    return _reference(answer, preset, own, "password", any_key=False)


def redis_password(preset: Preset) -> Reference | None:
    """Where the password of an external Redis stands; None where it has none.

    A user name stands in the same Secret, so with one the Secret is always the wizard's.
    """
    redis = preset.harbor.redis
    if not isinstance(redis, ExternalRedis) or redis.password is None:
        return None
    own, key = Names(preset.target.release).external_redis, "REDIS_PASSWORD"
    if redis.username:
        return Reference(own, key, own=True)
    return _reference(redis.password, preset, own, key, any_key=False)


BLOB_KEYS: Mapping[str, tuple[str, ...]] = {
    "s3": ("REGISTRY_STORAGE_S3_ACCESSKEY", "REGISTRY_STORAGE_S3_SECRETKEY"),
    "azure": ("AZURE_STORAGE_ACCESS_KEY",),
    "gcs": ("GCS_KEY_DATA",),
    "swift": ("REGISTRY_STORAGE_SWIFT_PASSWORD",),
    "oss": ("REGISTRY_STORAGE_OSS_ACCESSKEYSECRET",),
}
"""The entries that the registry's pod reads from the Secret of each kind of object storage, as the
templates of chart 1.18.4 and 1.19.2 name them."""


def blobs_secret(preset: Preset) -> Reference | None:
    """Where the credentials of the object storage stand; None where it needs none.

    The two keys of S3 are used in place only where both stand in one Secret.
    """
    blobs = preset.storage.blobs
    given = blob_answers(blobs)
    if not given:
        return None
    own = Names(preset.target.release).blobs
    keys = BLOB_KEYS[blobs.kind]
    places = {
        _reference(answer, preset, own, key, any_key=False).name
        for key, (_, answer) in zip(keys, given, strict=True)
    }
    name = places.pop() if len(places) == 1 else own
    return Reference(name, keys[0], own=name == own)


def blob_answers(blobs: Blobs) -> Sequence[tuple[str, Secret]]:
    """Path and reference of each credential of an object storage, in the order of BLOB_KEYS."""
    match blobs:
        case S3Blobs():
            return (
                ("storage.blobs.accessKey", blobs.access_key),
                ("storage.blobs.secretKey", blobs.secret_key),
            )
        case AzureBlobs():
            return (("storage.blobs.accountKey", blobs.account_key),)
        case GcsBlobs():
            return (("storage.blobs.keyData", blobs.key_data),) if blobs.key_data else ()
        case SwiftBlobs():
            return (("storage.blobs.password", blobs.password),)
        case OssBlobs():
            return (("storage.blobs.secretKey", blobs.secret_key),)
        case VolumeBlobs():
            return ()
        case _ as never:
            assert_never(never)


def secret_values(preset: Preset) -> dict[str, Any]:
    """Every secret that the chart would otherwise make up anew at each rendering, by reference.

    Without these the token pair and the htpasswd line differ at every upgrade, and all of them
    with `helm template` (goharbor/harbor-helm#947).
    """
    names = Names(preset.target.release)
    admin = admin_password(preset)
    return {
        "existingSecretAdminPassword": admin.name,
        "existingSecretAdminPasswordKey": admin.key,
        "existingSecretSecretKey": encryption_key(preset).name,
        "core": {
            "existingSecret": names.core,
            "secretName": names.token,
            "existingXsrfSecret": names.xsrf,
            "existingXsrfSecretKey": "CSRF_KEY",
        },
        "jobservice": {
            "existingSecret": names.jobservice,
            "existingSecretKey": "JOBSERVICE_SECRET",
        },
        "registry": {
            "existingSecret": names.registry,
            "existingSecretKey": "REGISTRY_HTTP_SECRET",
            "credentials": {"existingSecret": names.registry_login},
        },
    }
