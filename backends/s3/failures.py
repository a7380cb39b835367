"""What a refusal of S3 means, and what to do about it."""

import re
from collections.abc import Mapping

from wizard.errors import Forbidden, Invalid, NotFound, Unauthorized, Unreachable, WorldError
from wizard.servers import Bucket
from wizard.text import plain

_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_REGION = re.compile(r"<Region>([A-Za-z0-9-]{1,40})</Region>")

_WRONG_KEYS = {
    "InvalidAccessKeyId": "the storage knows no such access key",
    "XAdminUserNotFound": "the storage knows no such access key",  # versitygw 1.8
    "SignatureDoesNotMatch": "the secret key is not the one of that access key",
    "InvalidSignature": "the secret key is not the one of that access key",
    "RequestTimeTooSkewed": "this machine's clock is more than 15 minutes off",
}
_ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"}


def failure(bucket: Bucket, status: int, headers: Mapping[str, str], text: str) -> WorldError:
    """The error for a status that is no success, by the code in the answer's text.

    The codes are those of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
    """
    found = _CODE.search(text)
    code = found[1] if found else ""
    told = f"it answered {status}{f' ({code})' if code else ''}"
    where = bucket.endpoint or "Amazon S3"
    if code == "NoSuchBucket" or (status == 404 and not code):
        return NotFound(
            f"There is no bucket {bucket.name}",
            why=told,
            fix="make the bucket, or correct storage.blobs.bucket; Harbor makes none",
            where=where,
        )
    if code in _WRONG_KEYS:
        return Unauthorized(
            "The storage refuses the keys",
            why=f"{_WRONG_KEYS[code]}; {told}",
            fix="correct storage.blobs.accessKey and secretKey"
            if code != "RequestTimeTooSkewed"
            else "set this machine's clock, best by NTP; the nodes' clocks count in the same way",
            where=where,
        )
    if code in _ELSEWHERE or status in {301, 307}:
        return _other_region(bucket, headers, text, told)
    if status in {401, 403}:
        return Forbidden(
            f"The keys may not do this in the bucket {bucket.name}",
            why=told,
            fix="let them list the bucket and its uploads, and put, get and delete objects",
            where=where,
        )
    return Unreachable("The storage does not do what it is asked", why=told, where=where)


def _other_region(bucket: Bucket, headers: Mapping[str, str], text: str, told: str) -> WorldError:
    found = _REGION.search(text)
    region = plain(headers.get("x-amz-bucket-region", "")) or (found[1] if found else "")
    fix = f"set storage.blobs.region to {region}" if region else "correct storage.blobs.region"
    return Invalid(
        f"The bucket {bucket.name} is not in the region {bucket.region}",
        why=told,
        fix=fix,
        where=bucket.endpoint or "Amazon S3",
    )
