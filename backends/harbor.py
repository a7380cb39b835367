"""Harbor's API, by an own thin client over httpx.

Each call is a client of its own, so that no cookie is ever sent back: one named `sid` would turn
on the check for forged requests, and writes into 403 (goharbor/harbor#13570).
"""

import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from wizard.errors import Unauthorized, Unreachable, UsageError
from wizard.ports import Component, Endpoint
from wizard.text import plain

if TYPE_CHECKING:
    import httpx

API = "/api/v2.0"
SECONDS = 10


class HarborClient:
    """The port Harbor. It goes to the endpoint itself, whatever proxies the environment names.

    `transport` makes what carries a request instead of a connection: to a Harbor inside this
    process.
    """

    def __init__(self, transport: "Callable[[], httpx.AsyncBaseTransport] | None" = None) -> None:
        self._transport = transport

    async def health(self, endpoint: Endpoint) -> Sequence[Component]:
        """See wizard.ports.Harbor. Harbor answers 200 also while it is not healthy."""
        report = await self._get(endpoint, "/health")
        return tuple(
            Component(
                plain(str(part.get("name", ""))),
                part.get("status") == "healthy",
                plain(str(part.get("error") or "")),
            )
            for part in report.get("components") or []
        )

    async def version(self, endpoint: Endpoint, username: str, password: str) -> str:
        """See wizard.ports.Harbor. With a wrong login Harbor just leaves its version out."""
        information = await self._get(endpoint, "/systeminfo", (username, password))
        version = plain(str(information.get("harbor_version") or ""))
        if not version:
            raise Unauthorized("Harbor refuses the login", why="it keeps its version to itself")
        return version

    async def _get(
        self, endpoint: Endpoint, path: str, login: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """A JSON document of the API. Raises Unreachable, Unauthorized, UsageError (bad URL)."""
        import httpx

        where = endpoint.url.rstrip("/") + API + path
        try:
            async with httpx.AsyncClient(
                verify=_tls(endpoint),
                trust_env=False,
                timeout=SECONDS,
                transport=self._transport() if self._transport else None,
            ) as client:
                response = await client.send(_request(client, endpoint, where), auth=login)
        except httpx.InvalidURL as error:
            raise UsageError(
                "Harbor's address is not a URL", why=plain(str(error)), where=endpoint.url
            ) from None
        except httpx.RequestError as error:
            why = plain(str(error)) or f"no answer within {SECONDS} s"
            raise Unreachable("Harbor does not answer", why=why, where=where) from None
        if response.status_code in {401, 403}:
            raise Unauthorized(
                "Harbor refuses the login",
                why=f"it answered {response.status_code}",
                fix="check the administrator's password",
                where=where,
            )
        return _document(response, where)


def _request(client: "httpx.AsyncClient", endpoint: Endpoint, where: str) -> "httpx.Request":
    """The request; to `endpoint.address`, but under the URL's own name, as `curl --resolve`."""
    request = client.build_request("GET", where, headers={"Accept": "application/json"})
    if endpoint.address:
        request.extensions["sni_hostname"] = request.url.raw_host.decode("ascii")
        request.url = request.url.copy_with(host=endpoint.address.strip("[]"))
    return request


def _tls(endpoint: Endpoint) -> ssl.SSLContext:
    """Always verifying, against the system's authorities and those given."""
    if not endpoint.url.lower().startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # unused, and quick to make
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Python 3.13 is stricter than Docker is
    if endpoint.authority:
        try:
            context.load_verify_locations(cadata=endpoint.authority.decode("ascii"))
        except (ssl.SSLError, UnicodeDecodeError):
            raise UsageError(
                "The authority of Harbor's certificate cannot be read",
                why="it is not a certificate in PEM",
                where=endpoint.url,
            ) from None
    return context


def _document(response: "httpx.Response", where: str) -> dict[str, Any]:
    """The JSON of a 200. Before Harbor is up, an ingress controller answers in its place."""
    document = None
    if response.status_code == 200:
        with suppress(ValueError):
            document = response.json()
    if isinstance(document, dict):
        return document
    raise Unreachable(
        "Harbor does not answer",
        why=f"something in its place answered {response.status_code} without Harbor's JSON",
        fix="it may still be starting; else check that the URL leads to Harbor",
        where=where,
    )
