"""Fetches what a certificate says about its issuer. `httpx` loads when first used."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from wizard.errors import Unreachable
from wizard.text import plain

if TYPE_CHECKING:
    import httpx

Fetch = Callable[[Sequence[str]], Awaitable[bytes]]

_SECONDS = 10.0
_LARGEST = 256 * 1024
"""Bytes; a bundle of intermediates has some ten thousand."""
_REDIRECTS = 3


class Fetching:
    """Fetches over http and https, by the proxies given for these, but for hosts in `direct`
    (names with all below them).

    What is fetched need not be trusted: whether it signed the certificate is for others to see.
    """

    def __init__(
        self, proxies: Mapping[str, str] | None = None, direct: Sequence[str] = ()
    ) -> None:
        self._proxies = dict(proxies or {})
        self._direct = tuple(direct)

    async def __call__(self, urls: Sequence[str]) -> bytes:
        """What the first of the addresses that answers has. Raises Unreachable."""
        import httpx

        mounts: dict[str, httpx.AsyncBaseTransport | None] = {
            f"{scheme}://": httpx.AsyncHTTPTransport(proxy=proxy)
            for scheme, proxy in self._proxies.items()
        }
        mounts |= {f"all://*{host.lstrip('.')}": None for host in self._direct if "/" not in host}
        failures = []
        async with httpx.AsyncClient(
            timeout=_SECONDS, follow_redirects=True, max_redirects=_REDIRECTS, mounts=mounts
        ) as client:
            for url in urls:
                try:
                    return await _content(client, url)
                except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                    failures.append(plain(f"{url}: {str(error) or type(error).__name__}"))
        raise Unreachable(
            "The issuer's certificate cannot be fetched",
            why="; ".join(failures) or "its address is not in the certificate",
            fix="give the intermediates as pki.chain; behind a proxy, see network.httpProxy",
        )


async def _content(client: "httpx.AsyncClient", url: str) -> bytes:
    """Raises ValueError for an answer that is no file, or too large for one."""
    content = b""
    async with client.stream("GET", url) as response:
        if response.status_code != 200:
            raise ValueError(f"it answers with {response.status_code}")
        async for part in response.aiter_bytes():
            content += part
            if len(content) > _LARGEST:
                raise ValueError(f"it is larger than {_LARGEST // 1024} KiB")
    return content


async def fetch_nothing(urls: Sequence[str]) -> bytes:
    """What a rehearsal does instead. Raises Unreachable."""
    raise Unreachable(
        "The issuer's certificate is not fetched",
        why="a rehearsal touches nothing real",
        fix="give the intermediates as pki.chain to rehearse with them",
    )
