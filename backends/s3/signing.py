"""AWS Signature Version 4 for requests to S3.

After https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html. All headers
that are signed are made here, so their values need no trimming.
"""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote

from wizard.servers import Bucket

_ALGORITHM = "AWS4-HMAC-SHA256"


def signed_headers(
    bucket: Bucket, request: tuple[str, str, str], body: bytes, now: datetime
) -> dict[str, str]:
    """The headers of a request (method, host, path without a query) that the keys vouch for.

    `now` is the time in UTC; S3 refuses one that is 15 minutes off.
    """
    method, host, path = request
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "host": host,
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": stamp,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    wanted = "\n".join([method, path, "", lines, names, headers["x-amz-content-sha256"]])
    scope = f"{stamp[:8]}/{bucket.region}/s3/aws4_request"
    text = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(wanted.encode()).hexdigest()])
    signature = hmac.new(_key(bucket, stamp[:8]), text.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={bucket.access_key}/{scope}"
    authorization = f"{_ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": authorization}


def encoded(path: str) -> str:
    """A path as it is sent and signed: S3 encodes once, and leaves slashes alone."""
    return quote(path, safe="/-_.~")


def _key(bucket: Bucket, day: str) -> bytes:
    key = b"AWS4" + bucket.secret_key.encode()
    for part in (day, bucket.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
