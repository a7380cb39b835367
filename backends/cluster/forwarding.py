"""Port-forwards to pods: a local port, and one websocket for each connection to it.

Protocol v4.channel.k8s.io: the first byte of a message is its channel, 0 for data and 1 for
errors; the first message of each channel only repeats the port.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from wizard.errors import WorldError
from wizard.ports import Address

from .calls import Calls

if TYPE_CHECKING:
    import aiohttp

PROTOCOL = "v4.channel.k8s.io"
DATA, ERROR = 0, 1
CHUNK = 2**16
LINGER = 2
"""Seconds that answers may still come after the local side has closed; v4 has no half-close."""


@asynccontextmanager
async def forward(calls: Calls, namespace: str, pod: str, port: int) -> AsyncIterator[Address]:
    """A local port that leads to the pod's. Raises a WorldError where the pod cannot be reached."""
    forwarding = _Forwarding(calls, namespace, pod, port)
    probe = await forwarding.open()  # a missing right or pod is told here, not by every client
    await probe.close()
    server = await asyncio.start_server(forwarding.accept, "127.0.0.1", 0)
    try:
        host, local = server.sockets[0].getsockname()[:2]
        yield Address(host, local)
    finally:
        server.close()
        await forwarding.close()
        await server.wait_closed()


class _Forwarding:
    """The connections that are open now."""

    def __init__(self, calls: Calls, namespace: str, pod: str, port: int) -> None:
        self._calls = calls
        self._path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward"
        self._port = port
        self._where = f"pods/portforward of Pod {namespace}/{pod}"
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> "aiohttp.ClientWebSocketResponse":
        """A websocket to the pod's port."""
        query = {"ports": str(self._port)}
        return await self._calls.websocket(self._path, query, protocol=PROTOCOL, where=self._where)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A plain callback: Python 3.11 prints a traceback when it cancels a coroutine's task."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cut all connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; whatever goes wrong closes it, as a network would."""
        try:
            with suppress(WorldError, OSError):
                socket = await self.open()
                try:
                    await _exchange(socket, reader, writer)
                finally:
                    await socket.close()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _exchange(
    socket: "aiohttp.ClientWebSocketResponse",
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Carry bytes both ways until the pod closes, or is silent after the local side has closed."""
    loop = asyncio.get_running_loop()
    upward = asyncio.create_task(_send(socket, reader))
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as silence:

            def wait_no_longer(_: object = None) -> None:
                with suppress(RuntimeError):  # the exchange ended in that very moment
                    silence.reschedule(loop.time() + LINGER)

            upward.add_done_callback(wait_no_longer)
            try:
                async for data in _received(socket):
                    writer.write(data)
                    await writer.drain()
                    if upward.done():
                        wait_no_longer()
            finally:
                upward.remove_done_callback(wait_no_longer)
                upward.cancel()


async def _send(socket: "aiohttp.ClientWebSocketResponse", reader: asyncio.StreamReader) -> None:
    with suppress(OSError):  # either side went away: the other direction tells when it is over
        while data := await reader.read(CHUNK):
            await socket.send_bytes(bytes([DATA]) + data)


async def _received(socket: "aiohttp.ClientWebSocketResponse") -> AsyncIterator[bytes]:
    """What the pod sends, to the end; an error it tells (nothing listens there) is an end, too."""
    import aiohttp

    announced: set[int] = set()
    async for message in socket:
        if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
            return
        channel, data = message.data[0], message.data[1:]
        if channel not in announced:
            announced.add(channel)
        elif channel == DATA:
            yield data
        elif channel == ERROR:
            return
