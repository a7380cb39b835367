"""The check of the bucket: what it says of every answer of the storage."""

import base64
from typing import Any

import pytest

from backends.simulated.buckets import SimulatedBuckets
from tests.unit.checks.conftest import NAMESPACE, Given, preset_of, thing
from wizard.errors import Invalid, NotFound, Unauthorized, Unreachable

KEYS = {"storage.blobs.accessKey": "id", "storage.blobs.secretKey": "secret-key"}


def on_s3(**other: Any) -> Any:
    blobs = {"kind": "s3", "bucket": "b", "accessKey": {"env": "A"}, "secretKey": {"env": "S"}}
    return preset_of(storage={"blobs": {**blobs, **other}})


async def test_a_bucket_that_answers(given: Given) -> None:
    outcome = await given.ask("blobs.bucket", on_s3(), secrets=KEYS)
    assert outcome.state == "ok"
    assert "b at Amazon S3" in outcome.fact


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (NotFound("There is no bucket b", why="404", fix="make it"), "fail"),
        (Unauthorized("The storage refuses the keys", why="403", fix="correct them"), "fail"),
        (Invalid("The bucket is elsewhere", why="301", fix="set the region"), "fail"),
        (Unreachable("The bucket does not answer", why="refused", fix="look"), "warn"),
    ],
    ids=["missing", "keys", "region", "unreachable"],
)
async def test_what_is_wrong_is_told_with_a_fix(
    given: Given, failure: Exception, state: str
) -> None:
    given.buckets = SimulatedBuckets(failure)
    outcome = await given.ask("blobs.bucket", on_s3(), secrets=KEYS)
    assert outcome.state == state
    assert outcome.why
    assert outcome.fix
    assert "secret-key" not in str(outcome)


async def test_keys_in_a_secret_of_the_cluster_are_used(given: Given) -> None:
    entries = {"id": base64.b64encode(b"id").decode(), "key": base64.b64encode(b"k").decode()}
    given(NAMESPACE, thing("v1/Secret", "s3", "harbor", data=entries))
    access, secret = ({"secret": {"name": "s3", "key": one}} for one in ("id", "key"))
    preset = on_s3(accessKey=access, secretKey=secret)
    assert (await given.ask("blobs.bucket", preset)).state == "ok"


async def test_without_keys_nothing_is_asked(given: Given) -> None:
    given.buckets = SimulatedBuckets(AssertionError("asked without keys"))
    assert (await given.ask("blobs.bucket", on_s3())).state == "skipped"
