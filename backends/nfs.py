"""NFS servers: the port NfsServers, by the call that does nothing (RFC 5531, RFC 8881)."""

import asyncio
import os
import struct

from wizard.errors import Unreachable

PORT, SECONDS = 2049, 10.0
_NFS, _CALL, _REPLY, _RPC = 100003, 0, 1, 2
_SUCCESS, _OTHER_VERSIONS = 0, 2
_LAST = 0x80000000
"""The bit that marks the last part of a record."""
_LARGEST = 4096


class NfsClient:
    """The port NfsServers over TCP. `port` is where servers listen."""

    def __init__(self, port: int = PORT) -> None:
        self._port = port

    async def versions(self, host: str, version: int) -> tuple[int, int]:
        """See wizard.servers.NfsServers."""
        where = f"{host}:{self._port}"
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._call(host, version)
        except TimeoutError:
            raise _unreachable(where, f"no answer within {SECONDS:.0f} s") from None
        except (OSError, EOFError) as error:
            why = getattr(error, "strerror", None) or "the connection was closed"
            raise _unreachable(where, why) from None
        return _understood(answer, version, where)

    async def _call(self, host: str, version: int) -> bytes:
        """The server's answer to a NULL call. Raises OSError, EOFError."""
        reader, writer = await asyncio.open_connection(host, self._port)
        try:
            call = os.urandom(4) + struct.pack(
                ">9I", _CALL, _RPC, _NFS, version, 0, 0, 0, 0, 0
            )  # procedure 0; no credential, no verifier
            writer.write(struct.pack(">I", _LAST | len(call)) + call)
            (mark,) = struct.unpack(">I", await reader.readexactly(4))
            answer = await reader.readexactly(min(mark & ~_LAST, _LARGEST))
        finally:
            writer.close()
        return answer if answer[:4] == call[:4] else b""


def _understood(answer: bytes, version: int, where: str) -> tuple[int, int]:
    """The versions in an answer: its head, an empty verifier, how it went, and what goes on."""
    numbers = struct.unpack(f">{len(answer) // 4}I", answer[: len(answer) // 4 * 4])
    if numbers[1:5] != (_REPLY, 0, 0, 0) or len(numbers) < 6:
        raise _unreachable(where, "what answers there is no NFS server")
    if numbers[5] == _SUCCESS:
        return version, version
    if numbers[5] == _OTHER_VERSIONS and len(numbers) >= 8:
        return numbers[6], numbers[7]
    raise _unreachable(where, "something answers there, but not for NFS")


def _unreachable(where: str, why: str) -> Unreachable:
    return Unreachable(
        f"No NFS server answers at {where}",
        why=why,
        fix="check the address, that the server runs, and that firewalls let TCP port 2049 pass",
        where=where,
    )
