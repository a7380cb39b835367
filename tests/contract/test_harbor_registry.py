"""What Harbor's client learns of a URL, over servers that answer in every way, or not at all."""

import asyncio
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backends.certificates import X509
from backends.harbor import HarborClient
from tests.contract.scripted_server import ScriptedServer, serving
from wizard.certificates import CertificateRequest, KeyPair
from wizard.errors import CertificateRefused, Unreachable, UsageError
from wizard.ports import Endpoint, RegistryAnswer

V2 = "GET /v2/"
REALM = "https://harbor.test/service/token"
CHALLENGE = f'Bearer realm="{REALM}",service="harbor-registry"'
VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}
LONG_AGO = X509(clock=lambda: datetime.now(UTC) - timedelta(days=200))
AUTHORITY = LONG_AGO.issue(CertificateRequest("root", is_authority=True, days=3650), None)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((401, {}, {"WWW-Authenticate": CHALLENGE}), (401, REALM, "", True)),
        ((401, {}, {"WWW-Authenticate": f'bearer service="a, b",realm="{REALM}"'}),
         (401, REALM, "", True)),
        ((401, {}, {"WWW-Authenticate": f'Basic realm="x", {CHALLENGE}'}), (401, REALM, "", True)),
        ((401, {}, {"WWW-Authenticate": 'Basic realm="proxy"'}), (401, "", "", False)),
        ((401, {}), (401, "", "", False)),
        ((200, {}, VERSION), (200, "", "", True)),
        ((200, {}), (200, "", "", False)),
        ((404, {}), (404, "", "", False)),
        ((503, {}), (503, "", "", False)),
        ((308, {}, {"Location": "https://harbor.test/v2/"}),
         (308, "", "https://harbor.test/v2/", False)),
    ],
)  # fmt: skip
async def test_an_answer_is_told_whoever_answers(
    answer: tuple[int, object], told: tuple[int, str, str, bool]
) -> None:
    async with serving() as server:
        server.on(V2, answer)
        assert await HarborClient().registry(Endpoint(server.url), 30) == RegistryAnswer(*told)
    assert server.calls() == [V2]
    assert "Authorization" not in server.requests[0].headers


async def test_what_is_not_there_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert await why(f"http://127.0.0.1:{port}", 0.2) == "no answer within 0.2 s"
        assert await why(f"https://127.0.0.1:{port}", 0.2) == "no answer within 0.2 s"
    assert await why(f"http://localhost:{port}") == "the connection is refused"
    assert await why("http://two..dots") == "its name has no address here"


async def why(url: str, seconds: float = 30) -> str:
    """Why nobody is reached there."""
    with pytest.raises(Unreachable) as refused:
        await HarborClient().registry(Endpoint(url), seconds)
    return refused.value.why


@pytest.mark.parametrize("url", ["http://harbor.test:port", "http://[::1", "https://harbor.test"])
async def test_an_endpoint_that_makes_no_sense(url: str) -> None:
    with pytest.raises(UsageError):
        await HarborClient().registry(Endpoint(url, b"junk", "127.0.0.1"), 30)


@asynccontextmanager
async def tls(leaf: KeyPair, folder: Path) -> AsyncIterator[ScriptedServer]:
    """A registry with this certificate."""
    (folder / "served.pem").write_bytes(leaf.key + leaf.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "served.pem")
    async with serving(context) as server:
        server.on(V2, (401, {}, {"WWW-Authenticate": CHALLENGE}))
        yield server


@pytest.mark.parametrize(
    ("name", "days", "trusted", "kind"),
    [
        ("harbor.test", 300, True, ""),
        ("harbor.test", 300, False, "untrusted"),
        ("other.test", 300, True, "name"),
        ("harbor.test", 90, True, "expired"),
        ("harbor.test", 90, False, "untrusted"),
    ],
)
async def test_certificates_that_do_not_hold_are_told_apart(
    name: str, days: int, trusted: bool, kind: str, tmp_path: Path
) -> None:
    leaf = LONG_AGO.issue(CertificateRequest("harbor", (name,), days), AUTHORITY)
    async with tls(leaf, tmp_path) as server:
        url = f"https://harbor.test:{server.url.rpartition(':')[2]}"
        given = AUTHORITY.certificate if trusted else b""
        asked = HarborClient().registry(Endpoint(url, given, "127.0.0.1"), 30)
        if not kind:
            assert (await asked).realm == REALM
            return
        with pytest.raises(CertificateRefused) as refused:
            await asked
        assert (refused.value.kind, refused.value.where) == (kind, f"{url}/v2/")


@pytest.fixture
def two_addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that every name has: only at 127.0.0.1 somebody listens."""
    found = ["127.0.0.2", "127.0.0.1"]

    def look_up(host: str, *_: object, type: int) -> list[object]:
        names = [host] if host[0].isdecimal() else found
        return [(socket.AF_INET, type, 6, "", (name, 0)) for name in names]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return found


async def test_another_address_is_tried_where_nobody_listens_but_not_where_a_client_would_end(
    two_addresses: list[str], tmp_path: Path
) -> None:
    leaf = LONG_AGO.issue(CertificateRequest("harbor", ("harbor.test",), 300), AUTHORITY)
    async with tls(leaf, tmp_path) as server:
        url = f"https://harbor.test:{server.url.rpartition(':')[2]}"
        answer = await HarborClient().registry(Endpoint(url, AUTHORITY.certificate), 30)
        assert answer.realm == REALM
        two_addresses.reverse()
        with pytest.raises(CertificateRefused):
            await HarborClient().registry(Endpoint(url), 30)


async def test_only_the_head_of_an_answer_is_read() -> None:
    left = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx")
        with suppress(ConnectionError):
            await reader.read()
            writer.close()
            await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        answer = await HarborClient().registry(Endpoint(f"http://127.0.0.1:{port}"), 30)
        await left.wait()
    assert answer.status == 200


UNANSWERED = """
import asyncio, socket, time
from backends.resolver import SystemResolver
socket.getaddrinfo = lambda *_, **__: time.sleep(60)
async def main():
    async with asyncio.timeout(0.2):
        await SystemResolver().addresses("harbor.test")
try:
    asyncio.run(main())
except TimeoutError:
    print("given up")
"""


def test_a_program_ends_while_no_name_server_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNANSWERED], capture_output=True, check=True, timeout=30
    )
    assert done.stdout == b"given up\n"
