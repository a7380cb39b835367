"""The call that does nothing, against a small RPC server that speaks as NFS servers do."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from backends.nfs import NfsClient
from tests.cluster.process import free_port
from wizard.errors import Unreachable

Answer = Callable[[bytes], bytes]
LAST = 0x80000000


def record(body: bytes) -> bytes:
    return struct.pack(">I", LAST | len(body)) + body


def accepted(call: bytes, *numbers: int) -> bytes:
    """A reply that was accepted (RFC 5531, section 9), with an empty verifier."""
    return record(call[:4] + struct.pack(f">{4 + len(numbers)}I", 1, 0, 0, 0, *numbers))


def nfs(lowest: int, highest: int) -> Answer:
    """A server of some versions: it checks the call as RFC 5531 has it."""

    def answer(call: bytes) -> bytes:
        kind, rpc, program, version, procedure, *nobody = struct.unpack(">9I", call[4:])
        assert (kind, rpc, program, procedure, nobody) == (0, 2, 100003, 0, [0, 0, 0, 0])
        fits = lowest <= version <= highest
        return accepted(call, 0) if fits else accepted(call, 2, lowest, highest)

    return answer


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[NfsClient]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (mark,) = struct.unpack(">I", await reader.readexactly(4))
        writer.write(answer(await reader.readexactly(mark & ~LAST)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield NfsClient(server.sockets[0].getsockname()[1])


@pytest.mark.parametrize(
    ("answer", "asked", "told"),
    [(nfs(3, 4), 4, (4, 4)), (nfs(3, 3), 4, (3, 3)), (nfs(4, 4), 3, (4, 4))],
    ids=["speaks it", "older only", "newer only"],
)
async def test_a_server_tells_its_versions(
    answer: Answer, asked: int, told: tuple[int, int]
) -> None:
    async with serving(answer) as client:
        assert await client.versions("127.0.0.1", asked) == told


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda call: b"HTTP/1.1 400 Bad Request\r\n\r\n", "closed"),
        (lambda call: accepted(call, 1), "not for NFS"),
        (lambda call: record(b"nonsense" * 4), "no NFS server"),
        (lambda call: record(b"\0\0\0\0" + call), "no NFS server"),
        (lambda call: b"", "closed"),
    ],
    ids=["HTTP", "another program", "nonsense", "another call's", "nothing"],
)
async def test_what_is_no_nfs_server_is_told(answer: Answer, why: str) -> None:
    async with serving(answer) as client:
        with pytest.raises(Unreachable) as caught:
            await client.versions("127.0.0.1", 4)
    assert why in caught.value.why
    assert "2049" in caught.value.fix


async def test_nobody_there_is_told() -> None:
    with pytest.raises(Unreachable):
        await NfsClient(free_port()).versions("127.0.0.1", 4)
