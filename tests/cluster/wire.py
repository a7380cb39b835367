"""Just enough HTTP/1.1 to pass messages on byte for byte and know where each one ends."""

from __future__ import annotations

from asyncio import IncompleteReadError, LimitOverrunError, StreamReader
from collections.abc import AsyncIterator
from dataclasses import dataclass

PIECE = 64 * 1024


class BrokenMessage(Exception):
    """What arrived is not a whole HTTP message."""


@dataclass(frozen=True)
class Head:
    """First line and headers of a message, with the bytes they came as."""

    raw: bytes
    first: tuple[str, str, str]
    headers: dict[str, str]

    @property
    def method(self) -> str:
        """Of a request."""
        return self.first[0]

    @property
    def path(self) -> str:
        """Of a request, with its query."""
        return self.first[1]

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.first[1])

    @property
    def last(self) -> bool:
        """Whether the connection ends with this message."""
        return self.headers.get("connection", "").lower() == "close"

    def has_body(self, asked_with: str) -> bool:
        """Whether a response to that method carries a body."""
        return asked_with != "HEAD" and self.status >= 200 and self.status not in (204, 304)


async def read_head(reader: StreamReader) -> Head | None:
    """The next message's head; None where the peer ended in between."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except IncompleteReadError as end:
        if end.partial:
            raise BrokenMessage("ended within a head") from None
        return None
    except LimitOverrunError:
        raise BrokenMessage("a head without end") from None
    lines = raw.decode("latin-1").split("\r\n")
    one, two, three = [*lines[0].split(" ", 2), "", ""][:3]
    pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    return Head(raw, (one, two, three), headers)


async def body(reader: StreamReader, head: Head, *, until_end: bool) -> AsyncIterator[bytes]:
    """The body's bytes as they come, framing included.

    A body that says neither length nor chunks is empty in a request, in a response it lasts
    until the connection ends (`until_end`).
    """
    try:
        if head.headers.get("transfer-encoding", "").lower() == "chunked":
            async for piece in _chunked(reader):
                yield piece
        elif "content-length" in head.headers:
            async for piece in _exactly(reader, int(head.headers["content-length"])):
                yield piece
        elif until_end:
            while piece := await reader.read(PIECE):
                yield piece
    except IncompleteReadError:
        raise BrokenMessage("ended within a body") from None


async def _exactly(reader: StreamReader, count: int) -> AsyncIterator[bytes]:
    while count > 0:
        piece = await reader.read(min(count, PIECE))
        if not piece:
            raise BrokenMessage("ended within a body")
        count -= len(piece)
        yield piece


async def _chunked(reader: StreamReader) -> AsyncIterator[bytes]:
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        yield line
        async for piece in _exactly(reader, size + 2):  # with the line end behind it
            yield piece
        if size == 0:  # the API server sends no trailers
            return
