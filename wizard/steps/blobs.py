"""Access to the object storage: its credentials and its authority, in Secrets for the registry."""

from wizard.answers.blobs import Blobs, S3Blobs, VolumeBlobs
from wizard.charts.references import BLOB_KEYS, blob_answers, blobs_secret
from wizard.ports import World
from wizard.servers import Bucket
from wizard.steps.commercial import file_content
from wizard.steps.inputs import Inputs
from wizard.steps.secrets import Copied, CopySecrets, Entries


def blob_secrets(inputs: Inputs) -> CopySecrets | None:
    """The Secrets that the registry reads besides those of the chart; None: there are none."""
    blobs = inputs.preset.storage.blobs
    copied = []
    place = blobs_secret(inputs.preset)
    if place and place.own:
        copied.append(_credentials(inputs, blobs, place.name))
    bundle = None if isinstance(blobs, VolumeBlobs) else blobs.ca_bundle
    if bundle is not None:

        async def authority(_: World) -> Entries:
            return {"ca.crt": file_content(bundle)}

        copied.append(Copied(inputs.names.blobs_authority, authority, "storage.blobs.caBundle"))
    if not copied:
        return None
    return CopySecrets("storage.blobs", "Access to the object storage", inputs, copied)


def bucket_of(blobs: S3Blobs, access_key: str, secret_key: str) -> Bucket:
    """The bucket of the answers, with these keys. Raises UsageError: no such file."""
    return Bucket(
        blobs.bucket,
        blobs.region,
        access_key,
        secret_key,
        blobs.endpoint or "",
        file_content(blobs.ca_bundle),
    )


def _credentials(inputs: Inputs, blobs: Blobs, name: str) -> Copied:
    """The Secret with the credentials; its entries from one or two answers."""
    answers = dict(zip(BLOB_KEYS[blobs.kind], blob_answers(blobs), strict=True))

    async def read(world: World) -> Entries:
        return {
            key: (await inputs.given(world, path, reference)).encode()
            for key, (path, reference) in answers.items()
        }

    first, *others = answers.values()
    return Copied(name, read, *first, also=tuple(others))
