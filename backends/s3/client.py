"""The port Buckets over httpx: three kinds of requests do not need an SDK."""

import re
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backends.s3.failures import failure
from backends.s3.signing import encoded, signed_headers
from wizard.errors import Unreachable, UsageError
from wizard.servers import Bucket
from wizard.text import plain

if TYPE_CHECKING:
    import httpx

SECONDS = 10
_CONTENT = b"written by the Harbor wizard to see whether it can; may be deleted\n"
_PLAIN_NAME = re.compile(r"[a-z0-9-]+")


def _now() -> datetime:
    return datetime.now(UTC)


class S3Client:
    """The port Buckets. `proxy` names the proxy for a URL, or None; `clock` gives the time."""

    def __init__(
        self,
        proxy: Callable[[str], str | None] = lambda _: None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._proxy, self._clock = proxy, clock

    async def look(self, bucket: Bucket) -> None:
        """See wizard.servers.Buckets."""
        await self._send(bucket, "HEAD", "")

    async def try_object(self, bucket: Bucket, key: str) -> None:
        """See wizard.servers.Buckets."""
        await self._send(bucket, "PUT", key, _CONTENT)
        try:
            read = await self._send(bucket, "GET", key)
        finally:
            await self._send(bucket, "DELETE", key)
        if read != _CONTENT:
            raise Unreachable(
                f"{_place(bucket)} gave back something else than was written",
                why="something between here and the storage changes what passes",
                where=_place(bucket),
            )

    async def _send(self, bucket: Bucket, method: str, key: str, body: bytes = b"") -> bytes:
        """The body of an answer that is no refusal. Raises what `Buckets` names."""
        import httpx

        url, host, path = _address(bucket, key)
        headers = signed_headers(bucket, (method, host, path), body, self._clock())
        try:
            async with httpx.AsyncClient(
                verify=_tls(bucket),
                trust_env=False,
                timeout=SECONDS,
                proxy=self._proxy(url),
            ) as client:
                response = await client.request(method, url, headers=headers, content=body)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise UsageError(
                "The address of the storage is not a URL", why=plain(str(error)), where=url
            ) from None
        except httpx.RequestError as error:
            raise _unanswered(bucket, error) from None
        if response.is_success:
            return response.content
        if method == "HEAD":  # its refusal has no text
            await self._send(bucket, "GET", key)
        raise failure(bucket, response.status_code, response.headers, response.text)


def _address(bucket: Bucket, key: str) -> tuple[str, str, str]:
    """The URL of an object, or of the bucket itself, its host and its path.

    A storage of one's own takes the bucket in the path, as the registry asks it; Amazon in the
    host's name, where that can hold it.
    """
    base = urlsplit(bucket.endpoint or f"https://s3.{bucket.region}.{_domain(bucket.region)}")
    host, path = base.netloc, f"{base.path.rstrip('/')}/{bucket.name}/{key}"
    if not bucket.endpoint and _PLAIN_NAME.fullmatch(bucket.name):
        host, path = f"{bucket.name}.{host}", f"/{key}"
    path = encoded(path if key else path.rstrip("/") or "/")
    return f"{base.scheme}://{host}{path}", host, path


def _domain(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _place(bucket: Bucket) -> str:
    return f"bucket {bucket.name} at {bucket.endpoint or 'Amazon S3'}"


def _tls(bucket: Bucket) -> ssl.SSLContext:
    """Always verifying, against the system's authorities and those given."""
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Python 3.13 is stricter than the registry
    if bucket.authority:
        try:
            context.load_verify_locations(cadata=bucket.authority.decode("ascii"))
        except (ssl.SSLError, UnicodeDecodeError):
            raise UsageError(
                "The authority of the storage's certificate cannot be read",
                why="it is not a certificate in PEM",
                where="storage.blobs.caBundle",
            ) from None
    return context


def _unanswered(bucket: Bucket, error: "httpx.RequestError") -> Unreachable:
    why = plain(str(error)) or f"no answer within {SECONDS} s"
    fix = "check the address, and whether this machine may reach it"
    if "CERTIFICATE_VERIFY_FAILED" in why:
        fix = "give the PEM file of the storage's authority in storage.blobs.caBundle"
    return Unreachable(
        f"{_place(bucket)} does not answer".replace("bucket", "The bucket", 1),
        why=why,
        fix=fix,
        where=bucket.endpoint or "Amazon S3",
    )
