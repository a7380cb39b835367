"""Object storage: whether the bucket answers, and takes the keys, from this machine."""

from base64 import b64decode

from wizard.answers.blobs import S3Blobs
from wizard.answers.preset import Preset
from wizard.answers.secrets import KubernetesSecret, Secret
from wizard.charts.references import blob_answers
from wizard.checks.base import Check, Outcome, Subject
from wizard.errors import Unreachable, UsageError, WorldError
from wizard.ports import Kind, Ref, Right, World
from wizard.steps.blobs import bucket_of

_SECRET = Kind("v1", "Secret")


async def bucket(world: World, subject: Subject) -> Outcome:
    """Whether the bucket is there, in that region, and may be used with these keys."""
    blobs = subject.preset.storage.blobs
    assert isinstance(blobs, S3Blobs)
    keys = [await _value(world, subject, *answer) for answer in blob_answers(blobs)]
    if not all(keys):
        return Outcome("skipped", "The keys are not known, so the storage was not asked.")
    try:
        await world.buckets.look(bucket_of(blobs, keys[0], keys[1]))
    except Unreachable as error:
        return Outcome(
            "warn",
            f"{error.what} from this machine: {error.why}.",
            "The registry cannot work without it; whether the nodes reach it is not known.",
            f"{error.fix[:1].upper()}{error.fix[1:]}.",
        )
    except (WorldError, UsageError) as error:
        return Outcome(
            "fail",
            f"{error.what}: {error.why}.",
            "The registry would not start, or could not store images.",
            f"{error.fix[:1].upper()}{error.fix[1:]}." if error.fix else "",
        )
    place = blobs.endpoint or "Amazon S3"
    return Outcome("ok", f"The bucket {blobs.bucket} at {place} answers and takes the keys.")


async def _value(world: World, subject: Subject, path: str, answer: Secret) -> str:
    """A key; empty where it is not known yet: the check of Secrets tells about that."""
    if path in subject.secrets or not isinstance(answer, KubernetesSecret):
        return subject.secrets.get(path, "")
    key = answer.secret
    place = key.namespace or subject.preset.target.namespace
    found = await world.objects.get(Ref(_SECRET, place, key.name)) or {}
    return b64decode((found.get("data") or {}).get(key.key, "")).decode(errors="replace")


def _on_s3(preset: Preset) -> bool:
    return preset.storage.blobs.kind == "s3"


def _rights(preset: Preset) -> list[Right]:
    return [
        Right("get", "", "secrets", answer.secret.namespace or preset.target.namespace, name)
        for _, answer in blob_answers(preset.storage.blobs)
        if isinstance(answer, KubernetesSecret)
        for name in [answer.secret.name]
    ]


CHECKS = (
    Check(
        "blobs.bucket",
        "Bucket",
        ("target.namespace", "storage.blobs", "network"),
        bucket,
        applies=_on_s3,
        rights=_rights,
    ),
)
