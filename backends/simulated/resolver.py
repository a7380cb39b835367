"""Names, as the simulated world resolves them."""

from collections.abc import Sequence


class SimulatedResolver:
    """The port `Resolver`: every name leads to one address of the documentation's network."""

    def __init__(self, address: str = "192.0.2.10") -> None:
        self._address = address

    async def addresses(self, host: str) -> Sequence[str]:
        """The world's address (RFC 5737), or nothing for a name under `.invalid` (RFC 6761)."""
        return () if host.endswith(".invalid") else (self._address,)
