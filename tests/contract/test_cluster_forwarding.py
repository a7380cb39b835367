"""Port-forwards over a kubelet of our own: what goes wrong behind the websocket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from backends.cluster import Cluster, open_cluster
from backends.cluster import forwarding as module
from backends.cluster.forwarding import PROTOCOL
from tests.contract.scripted_server import ScriptedServer, serving, write_kubeconfig
from wizard.errors import Forbidden, Unauthorized, Unreachable
from wizard.ports import Address

PATH = "GET /api/v1/namespaces/home/pods/core/portforward"
PORT = (8080).to_bytes(2, "little")
Program = Callable[[web.WebSocketResponse], Awaitable[None]]


def kubelet(program: Program) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Speaks v4.channel.k8s.io and runs a program at the pod's end."""

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.query["ports"] == "8080"
        socket = web.WebSocketResponse(protocols=(PROTOCOL,))
        await socket.prepare(request)
        await socket.send_bytes(b"\x00" + PORT)
        await socket.send_bytes(b"\x01" + PORT)
        await program(socket)
        await socket.close()
        return socket

    return handler


async def echo(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)


async def refused(socket: web.WebSocketResponse) -> None:
    await socket.send_bytes(b"\x01error forwarding port 8080: connection refused")
    async for _ in socket:
        pass


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def cluster(server: ScriptedServer, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with open_cluster(write_kubeconfig(tmp_path, server.url, {"token": "t"})) as opened:
        yield opened


async def exchange(address: Address, data: bytes, *, half_close: bool = False) -> bytes:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(data)
    if half_close:
        writer.write_eof()
        received = await reader.read()
    else:
        received = await reader.readexactly(len(data))
    writer.close()
    await writer.wait_closed()
    return received


async def test_connections_share_a_forward_and_keep_their_bytes(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(PATH, kubelet(echo))
    payloads = [bytes([number]) * 300_000 for number in range(8)]
    async with cluster.pods.forward("home", "core", 8080) as address:
        received = await asyncio.gather(*(exchange(address, data) for data in payloads))
    assert received == payloads


async def test_answers_still_come_after_the_client_has_finished_sending(
    server: ScriptedServer, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINGER", 0.3)

    async def slow(socket: web.WebSocketResponse) -> None:
        message = await socket.receive()
        for byte in message.data[1:]:
            await asyncio.sleep(0.1)
            await socket.send_bytes(b"\x00" + bytes([byte]))
        await socket.receive()

    server.on(PATH, kubelet(slow))
    async with cluster.pods.forward("home", "core", 8080) as address:
        assert await exchange(address, b"abcdef", half_close=True) == b"abcdef"


async def test_where_nothing_listens_the_connection_ends(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(PATH, kubelet(refused))
    async with cluster.pods.forward("home", "core", 8080) as address:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()


async def test_a_pod_that_stays_silent_after_the_client_has_finished_is_not_waited_for(
    server: ScriptedServer, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINGER", 0.2)

    async def silent(socket: web.WebSocketResponse) -> None:
        async for _ in socket:
            pass

    server.on(PATH, kubelet(silent))
    async with cluster.pods.forward("home", "core", 8080) as address, asyncio.timeout(10):
        assert await exchange(address, b"hello", half_close=True) == b""


async def test_leaving_the_context_cuts_what_is_open(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(PATH, kubelet(echo))
    async with cluster.pods.forward("home", "core", 8080) as address:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(b"x")
        await reader.readexactly(1)
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(address.host, address.port)


@pytest.mark.parametrize(("status", "raised"), [(403, Forbidden), (401, Unauthorized)])
async def test_a_refused_forward_is_told_at_once(
    server: ScriptedServer, cluster: Cluster, status: int, raised: type[Exception]
) -> None:
    server.on(PATH, (status, {}))
    with pytest.raises(raised):
        async with cluster.pods.forward("home", "core", 8080):
            pass


async def test_a_pod_without_a_node_is_not_there_yet(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(PATH, (400, {}))
    with pytest.raises(Unreachable, match="nowhere to lead pods/portforward"):
        async with cluster.pods.forward("home", "core", 8080):
            pass


@pytest.mark.parametrize("status", [500, 502])
async def test_a_node_that_cannot_be_reached_is_told(
    server: ScriptedServer, cluster: Cluster, status: int
) -> None:
    server.on(PATH, (status, {}))
    with pytest.raises(Unreachable, match="does not get through to pods/portforward") as refused:
        async with cluster.pods.forward("home", "core", 8080):
            pass
    assert f"HTTP {status}" in refused.value.why
    assert "10250" in refused.value.fix
