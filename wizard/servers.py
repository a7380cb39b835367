"""What the core needs of servers beside the cluster: ports like those of `wizard.ports`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Resolver(Protocol):
    """Names, as this machine resolves them."""

    async def addresses(self, host: str) -> Sequence[str]:
        """The IP addresses of a host; empty where the name is unknown."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of S3, or of a storage that speaks its language.

    Without `endpoint` (a URL) it is one of Amazon's own. `authority`: PEM of certificate
    authorities that are trusted besides the system's own.
    """

    name: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    endpoint: str = ""
    authority: bytes = b""


class Buckets(Protocol):
    """Object storage.

    Raises NotFound (no such bucket), Unauthorized (wrong keys, or a wrong clock), Forbidden,
    Invalid (another region), Unreachable, UsageError (an address or authority that is none).
    """

    async def look(self, bucket: Bucket) -> None:
        """Ask whether the bucket is there and these keys may use it; writes nothing."""

    async def try_object(self, bucket: Bucket, key: str) -> None:
        """Write a small object, read it, and delete it again, whatever happens."""


class NfsServers(Protocol):
    """Servers of the Network File System."""

    async def versions(self, host: str, version: int) -> tuple[int, int]:
        """The lowest and the highest version that a server speaks: of those it names where it
        refuses `version`, else just that one. Raises Unreachable.
        """
