"""Harbor's API, by an own thin client over httpx.

Each call is a client of its own, so that no cookie is ever sent back: one named `sid` would turn
on the check for forged requests, and writes into 403 (goharbor/harbor#13570).
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from backends.harbor_failures import unreachable
from backends.resolver import SystemResolver
from wizard.errors import CertificateRefused, Unauthorized, Unreachable, UsageError
from wizard.ports import Component, Endpoint, RegistryAnswer
from wizard.text import plain

if TYPE_CHECKING:
    import httpx

API = "/api/v2.0"
SECONDS = 10
_ONE_AFTER_ANOTHER = 0.2
"""Seconds more than each of connecting, TLS and reading may take, for all of them: cancelled within
TLS the client would leave its socket open.
"""
_REALM = re.compile(r'\bBearer\s+(?:[^"]|"[^"]*")*?\brealm="([^"]*)"', re.IGNORECASE)
_LONGEST = 2_000
"""Characters of a header that are looked at."""


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

    async def registry(self, endpoint: Endpoint, seconds: float) -> RegistryAnswer:
        """See wizard.ports.Harbor. Raises UsageError (bad URL, authority) besides."""
        tls = await asyncio.to_thread(_prepared, endpoint)
        try:
            async with asyncio.timeout(seconds + _ONE_AFTER_ANOTHER):
                return await self._asked(endpoint, tls, seconds)
        except TimeoutError:
            why = f"no answer within {seconds:g} s"
            raise Unreachable("Harbor does not answer", why=why, where=endpoint.url) from None

    async def _asked(
        self, endpoint: Endpoint, tls: ssl.SSLContext, seconds: float
    ) -> RegistryAnswer:
        """The first answer at one of the addresses, which are looked up here: no lookup of httpx's
        ends before the system's does.
        """
        failure = Unreachable(
            "Harbor does not answer", why="its name has no address here", where=endpoint.url
        )
        for one in await self._addressed(endpoint):
            try:
                return await self._ask(one, tls, seconds)
            except CertificateRefused:
                raise
            except Unreachable as error:
                failure = error
        raise failure

    async def _addressed(self, endpoint: Endpoint) -> Sequence[Endpoint]:
        """The endpoint at each of its addresses."""
        if endpoint.address or self._transport:
            return (endpoint,)
        try:
            host = urlsplit(endpoint.url).hostname or ""
        except ValueError as error:
            raise _no_url(endpoint, error) from None
        found = await SystemResolver().addresses(host)
        return [replace(endpoint, address=one) for one in found]

    async def _ask(self, endpoint: Endpoint, tls: ssl.SSLContext, seconds: float) -> RegistryAnswer:
        where = endpoint.url.rstrip("/") + "/v2/"
        response = await self._send(endpoint, where, tls, seconds, whole=False)
        headers = {name: text[:_LONGEST] for name, text in response.headers.items()}
        realm = _REALM.search(headers.get("www-authenticate", ""))
        named = plain(realm[1]) if realm and response.status_code == 401 else ""
        return RegistryAnswer(
            status=response.status_code,
            realm=named,
            location=plain(headers.get("location", "")) if response.has_redirect_location else "",
            registry=bool(named) or "docker-distribution-api-version" in headers,
        )

    async def _get(
        self, endpoint: Endpoint, path: str, login: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """A JSON document of the API. Raises Unreachable, Unauthorized, UsageError (bad URL)."""
        where = endpoint.url.rstrip("/") + API + path
        response = await self._send(endpoint, where, _tls(endpoint), SECONDS, login)
        if response.status_code in {401, 403}:
            raise Unauthorized(
                "Harbor refuses the login",
                why=f"it answered {response.status_code}",
                fix="check the administrator's password",
                where=where,
            )
        return _document(response, where)

    async def _send(
        self,
        endpoint: Endpoint,
        where: str,
        tls: ssl.SSLContext,
        seconds: float,
        login: tuple[str, str] | None = None,
        *,
        whole: bool = True,
    ) -> "httpx.Response":
        """What is answered to a GET, as a `whole` or its head alone. Raises Unreachable,
        UsageError (bad URL).
        """
        import httpx

        try:
            async with httpx.AsyncClient(
                verify=tls,
                trust_env=False,
                timeout=seconds,
                transport=self._transport() if self._transport else None,
            ) as client:
                request = _request(client, endpoint, where)
                return await client.send(request, auth=login, stream=not whole)
        except httpx.InvalidURL as error:
            raise _no_url(endpoint, error) from None
        except httpx.RequestError as error:
            raise unreachable(error, where, seconds) from None


def _no_url(endpoint: Endpoint, error: Exception) -> UsageError:
    return UsageError("Harbor's address is not a URL", why=plain(str(error)), where=endpoint.url)


def _prepared(endpoint: Endpoint) -> ssl.SSLContext:
    """What takes long and needs no connection: the client's modules, the system's authorities."""
    import httpx  # noqa: F401

    return _tls(endpoint)


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
