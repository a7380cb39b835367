"""One connection through the fault proxy: requests in turn, each passed on or spoiled."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from dataclasses import dataclass, field

from tests.cluster.faults import Rules
from tests.cluster.wire import PIECE, BrokenMessage, Head, body, read_head

Broken = (BrokenMessage, ConnectionError, ssl.SSLError, asyncio.IncompleteReadError)


@dataclass
class Way:
    """What all connections share: where the API is, the rules, and which responses are open."""

    target: tuple[str, int]
    tls: ssl.SSLContext
    rules: Rules = field(default_factory=Rules)
    open: dict[asyncio.StreamWriter, str] = field(default_factory=dict)


class Connection:
    """One client's connection and the one to the API that belongs to it."""

    def __init__(
        self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.way = way
        self.reader = reader
        self.writer = writer
        self.api: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def serve(self) -> None:
        """Pass on one request after another; a broken side breaks the other."""
        try:
            while (request := await read_head(self.reader)) is not None:
                if not await self._one(request):
                    break
        except (OSError, *Broken):
            reset_connection(self.writer)
        finally:
            if self.api is not None:
                self.api[1].transport.abort()

    async def _one(self, request: Head) -> bool:
        """Handle a request; whether the connection goes on."""
        fault = self.way.rules.pick(request.method, request.path)
        if fault is None:
            return await self._forward(request, None)
        await asyncio.sleep(fault.seconds)
        if fault.reset:
            reset_connection(self.writer)
            return False
        if fault.status is not None:
            async for _ in body(self.reader, request, until_end=False):
                pass
            await self._send(self.writer, fault.response())
            return True
        return await self._forward(request, fault.cut_after)

    async def _forward(self, request: Head, cut_after: int | None) -> bool:
        reader, writer = await self._connect()
        await self._send(writer, request.raw)
        async for piece in body(self.reader, request, until_end=False):
            await self._send(writer, piece)
        response = await self._response_head(reader)
        if response.status == 101:
            await self._tunnel(reader, writer, request.path)
            return False
        if not response.has_body(request.method):
            return not response.last
        self.way.open[self.writer] = request.path
        whole = await self._relay_body(reader, response, cut_after)
        self.way.open[self.writer] = ""
        return whole and not response.last

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.api is None:
            host, port = self.way.target
            self.api = await asyncio.open_connection(host, port, ssl=self.way.tls, limit=16 * PIECE)
        return self.api

    async def _response_head(self, reader: asyncio.StreamReader) -> Head:
        while True:
            head = await read_head(reader)
            if head is None:
                raise BrokenMessage("the API ended without an answer")
            await self._send(self.writer, head.raw)
            if head.status >= 200 or head.status == 101:
                return head

    async def _relay_body(
        self, reader: asyncio.StreamReader, response: Head, cut_after: int | None
    ) -> bool:
        left = cut_after
        async for piece in body(reader, response, until_end=True):
            if left is not None and len(piece) >= left:
                await self._send(self.writer, piece[:left])
                return False
            await self._send(self.writer, piece)
            left = None if left is None else left - len(piece)
        return True

    async def _tunnel(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
    ) -> None:
        self.way.open[self.writer] = path
        ways = {
            asyncio.ensure_future(_copy(self.reader, writer)),
            asyncio.ensure_future(_copy(reader, self.writer)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await writer.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()


def reset_connection(writer: asyncio.StreamWriter) -> None:
    """End a connection so that the peer sees a reset and not an orderly end."""
    if not writer.is_closing():  # a closed one knows its socket no longer
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
