"""S3 as its client speaks it to a real server that checks every signature."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backends.certificates import X509
from backends.s3 import S3Client
from tests.cluster.process import free_port
from tests.s3.server import S3Server
from wizard.certificates import CertificateRequest
from wizard.errors import NotFound, Unauthorized, Unreachable, UsageError, WizardError
from wizard.servers import Bucket

KEY = "deep folder/probe+of (the) wizard=é~1"
"""A key with everything that S3 wants encoded, and what it wants left alone."""


def files(server: S3Server) -> list[str]:
    """What rests in the bucket."""
    found = (server.files / "harbor").rglob("*")
    return [str(one.relative_to(server.files)) for one in found if one.is_file()]


async def test_a_bucket_is_looked_at_without_writing(s3_server: S3Server) -> None:
    await S3Client().look(s3_server.bucket)
    assert files(s3_server) == []


async def test_an_object_is_written_read_and_gone(s3_server: S3Server) -> None:
    await S3Client().try_object(s3_server.bucket, KEY)
    assert files(s3_server) == []


class _Deaf(S3Client):
    """A client whose reading breaks off."""

    async def _send(self, bucket: object, method: str, *rest: object) -> bytes:
        if method == "GET":
            raise Unreachable("The line was cut")
        return await super()._send(bucket, method, *rest)  # type: ignore[arg-type]


async def test_an_object_that_cannot_be_read_is_deleted_too(s3_server: S3Server) -> None:
    with pytest.raises(Unreachable):
        await _Deaf().try_object(s3_server.bucket, KEY)
    assert files(s3_server) == []


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        ({"secret_key": "another"}, Unauthorized, "the secret key is not the one"),
        ({"access_key": "stranger"}, Unauthorized, "no such access key"),
        ({"name": "absent"}, NotFound, "There is no bucket absent"),
    ],
    ids=["secret key", "access key", "bucket"],
)
async def test_refusals_name_what_is_wrong(
    s3_server: S3Server, wrong: dict[str, str], error: type[WizardError], told: str
) -> None:
    with pytest.raises(error) as caught:
        await S3Client().look(replace(s3_server.bucket, **wrong))
    assert told in f"{caught.value.what} {caught.value.why}"
    assert caught.value.fix
    assert s3_server.bucket.secret_key not in str(caught.value)


async def test_a_wrong_region_is_told(s3_server: S3Server) -> None:
    with pytest.raises(WizardError) as caught:
        await S3Client().look(replace(s3_server.bucket, region="us-west-9"))
    assert "region" in f"{caught.value.what} {caught.value.fix}"


async def test_a_clock_that_is_off_is_told(s3_server: S3Server) -> None:
    client = S3Client(clock=lambda: datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(Unauthorized) as caught:
        await client.look(s3_server.bucket)
    assert "clock" in caught.value.why


async def test_nobody_there_is_told_with_the_address() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable) as caught:
        await S3Client().look(Bucket("harbor", "any", "id", "secret", url))
    assert caught.value.where == url


async def test_amazons_own_buckets_are_asked_by_host_or_by_path() -> None:
    asked = []

    def proxy(url: str) -> str:
        asked.append(url)
        return f"http://127.0.0.1:{free_port()}"

    for name in ("plain", "dotted.name"):
        with pytest.raises(Unreachable):
            await S3Client(proxy).look(Bucket(name, "eu-central-1", "id", "secret"))
    assert asked == [
        "https://plain.s3.eu-central-1.amazonaws.com/",
        "https://s3.eu-central-1.amazonaws.com/dotted.name",
    ]


async def test_a_private_authority_is_needed_and_used(
    s3_program_file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pair = X509().issue(CertificateRequest("s3", ("127.0.0.1",), is_authority=True), None)
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    certificate.write_bytes(pair.certificate)
    key.write_bytes(pair.key)
    server = S3Server(s3_program_file, tmp_path, (certificate, key))
    request.addfinalizer(server.stop)

    await S3Client().look(replace(server.bucket, authority=pair.certificate))

    with pytest.raises(Unreachable) as caught:
        await S3Client().look(server.bucket)
    assert "storage.blobs.caBundle" in caught.value.fix


async def test_an_authority_that_is_none_is_told(s3_server: S3Server) -> None:
    with pytest.raises(UsageError):
        await S3Client().look(replace(s3_server.bucket, authority=b"no PEM"))
