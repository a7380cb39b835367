"""Object storage of the simulated world: every bucket that the answers name is there."""

from wizard.servers import Bucket


class SimulatedBuckets:
    """The port Buckets; `failure`, if given, is raised for every question."""

    def __init__(self, failure: Exception | None = None) -> None:
        self._failure = failure

    async def look(self, bucket: Bucket) -> None:
        """See wizard.servers.Buckets."""
        if self._failure:
            raise self._failure

    async def try_object(self, bucket: Bucket, key: str) -> None:
        """See wizard.servers.Buckets."""
        await self.look(bucket)
