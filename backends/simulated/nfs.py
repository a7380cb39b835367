"""NFS servers of the simulated world: every one that the answers name is there."""


class SimulatedNfs:
    """The port NfsServers; `failure`, if given, is raised for every question."""

    def __init__(
        self, failure: Exception | None = None, speaks: tuple[int, int] | None = None
    ) -> None:
        self._failure, self._speaks = failure, speaks

    async def versions(self, host: str, version: int) -> tuple[int, int]:
        """See wizard.servers.NfsServers."""
        if self._failure:
            raise self._failure
        return self._speaks or (version, version)
