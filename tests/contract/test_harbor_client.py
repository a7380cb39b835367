"""Harbor's client over a server that behaves as Harbor, and as what stands in its place."""

import base64
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from backends.certificates import X509
from backends.harbor import HarborClient
from tests.contract.scripted_server import Answer, ScriptedServer, serving
from wizard.certificates import CertificateRequest
from wizard.errors import Unauthorized, Unreachable, UsageError
from wizard.ports import Component, Endpoint

HEALTH = "GET /api/v2.0/health"
INFO = "GET /api/v2.0/systeminfo"
AUTHORITY = X509().issue(CertificateRequest("test authority", is_authority=True), None)
SERVER = X509().issue(CertificateRequest("harbor", ("harbor.test",)), AUTHORITY)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def tls_server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    file = tmp_path / "server.pem"
    file.write_bytes(SERVER.key + SERVER.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    async with serving(context) as running:
        running.on(HEALTH, (200, {"components": [{"name": "core", "status": "healthy"}]}))
        yield running


async def test_every_component_is_told(server: ScriptedServer) -> None:
    parts = [
        {"name": "core", "status": "healthy"},
        {"name": "trivy", "status": "unhealthy", "error": "\x1b[31mno redis"},
    ]
    server.on(HEALTH, (200, {"status": "unhealthy", "components": parts}))
    assert await HarborClient().health(Endpoint(server.url)) == (
        Component("core", healthy=True),
        Component("trivy", healthy=False, error="no redis"),
    )


async def test_the_version_needs_the_login(server: ScriptedServer) -> None:
    server.on(INFO, (200, {"harbor_version": "v2.15.2-c3b2c9a4"}))
    version = await HarborClient().version(Endpoint(server.url), "admin", "pä:ss")
    assert version == "v2.15.2-c3b2c9a4"
    login = server.requests[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(login).decode() == "admin:pä:ss"
    server.on(INFO, (401, {"errors": [{"code": "UNAUTHORIZED"}]}))
    with pytest.raises(Unauthorized, match="refuses the login"):
        await HarborClient().version(Endpoint(server.url), "admin", "wrong")


async def test_no_cookie_is_sent_back(server: ScriptedServer) -> None:
    server.on(HEALTH, (200, {"components": []}, {"Set-Cookie": "sid=1; Path=/"}))
    client = HarborClient()
    for _ in range(2):
        await client.health(Endpoint(server.url))
    assert all("Cookie" not in request.headers for request in server.requests)


async def ingress_page(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>default backend</html>")


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}),
        (503, {}),
        (302, {}, {"Location": "https://harbor.test/"}),
        (200, []),
        ingress_page,
        ConnectionResetError(),
    ],
)
async def test_what_is_not_harbor_is_unreachable(server: ScriptedServer, answer: Answer) -> None:
    server.on(HEALTH, answer)
    with pytest.raises(Unreachable, match="Harbor does not answer") as refused:
        await HarborClient().health(Endpoint(server.url))
    assert refused.value.where == f"{server.url}/api/v2.0/health"


async def test_the_environments_proxy_is_not_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.on(HEALTH, (200, {"components": []}))
    assert await HarborClient().health(Endpoint(server.url)) == ()


async def test_a_name_is_led_to_an_address_and_its_certificate_verified(
    tls_server: ScriptedServer,
) -> None:
    port = tls_server.url.rpartition(":")[2]
    url = f"https://harbor.test:{port}"
    found = await HarborClient().health(Endpoint(url, AUTHORITY.certificate, "127.0.0.1"))
    assert [part.name for part in found] == ["core"]
    assert tls_server.requests[0].headers["Host"] == f"harbor.test:{port}"

    with pytest.raises(Unreachable) as refused:
        await HarborClient().health(Endpoint(url, address="127.0.0.1"))
    assert "does not trust the certificate there" in refused.value.why
    other = Endpoint(f"https://other.test:{port}", AUTHORITY.certificate, "127.0.0.1")
    with pytest.raises(Unreachable) as refused:
        await HarborClient().health(other)
    assert "ostname mismatch" in refused.value.why


@pytest.mark.parametrize(
    "endpoint", [Endpoint("https://harbor.test", b"junk"), Endpoint("http://harbor.test:port")]
)
async def test_an_endpoint_that_makes_no_sense(endpoint: Endpoint) -> None:
    with pytest.raises(UsageError):
        await HarborClient().health(endpoint)
