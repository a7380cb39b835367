"""A TLS proxy in front of the API server that fails in the ways networks and servers fail.

It passes watches and websockets (port-forwards) through byte for byte. Clients show bearer tokens;
a client certificate ends here.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests.cluster.fault_connection import Broken, Connection, Way, reset_connection
from tests.cluster.faults import Fault, Seen
from tests.cluster.wire import PIECE

STREAMS = r"[?&](watch|follow)=(true|1)"
Result = TypeVar("Result")


class FaultProxy:
    """Give a client `url`; then say what shall go wrong. Usable from any thread."""

    def __init__(self, server: str, certificate: tuple[str, str], ca: str) -> None:
        target = urlsplit(server)
        to_api = ssl.create_default_context(cafile=ca)
        self._way = Way((target.hostname or "127.0.0.1", target.port or 443), to_api)
        self._from_client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._from_client.load_cert_chain(*certificate)
        self._from_client.set_alpn_protocols(["http/1.1"])
        self._server: asyncio.Server | None = None
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy")
        self._thread.start()
        self.up()

    @property
    def url(self) -> str:
        """Where it listens, the same after `down` and `up`."""
        return f"https://127.0.0.1:{self._port}"

    @property
    def seen(self) -> list[Seen]:
        """Every request that arrived, with the fault it met."""
        return self._way.rules.seen

    def fail(
        self,
        status: int = 500,
        *,
        method: str = ".*",
        path: str = ".*",
        times: int | None = None,
        share: float = 1.0,
        retry_after: int | None = None,
    ) -> Fault:
        """Answer with that status instead of asking the API (`share`: that part of requests)."""
        rule = Fault(method, path, times, share, status=status, retry_after=retry_after)
        return self._way.rules.add(rule)

    def reset(
        self,
        *,
        method: str = ".*",
        path: str = ".*",
        times: int | None = None,
        share: float = 1.0,
    ) -> Fault:
        """Reset the connection when the request has come, before the API sees it."""
        return self._way.rules.add(Fault(method, path, times, share, reset=True))

    def delay(
        self, seconds: float, *, method: str = ".*", path: str = ".*", times: int | None = None
    ) -> Fault:
        """Hold each request back that long."""
        return self._way.rules.add(Fault(method, path, times, seconds=seconds))

    def truncate(
        self, after: int, *, method: str = ".*", path: str = STREAMS, times: int | None = None
    ) -> Fault:
        """End the connection after that many bytes of a response's body."""
        return self._way.rules.add(Fault(method, path, times, cut_after=after))

    def clear(self) -> None:
        """No more faults; what is open stays open."""
        self._way.rules.clear()

    def cut(self, path: str = STREAMS, *, reset: bool = True) -> int:
        """End the open responses whose path matches; how many there were."""
        return self._do(self._cut(path, reset=reset))

    def down(self) -> None:
        """Refuse connections and reset the open ones."""
        self._do(self._close())

    def up(self) -> None:
        """Listen (again)."""
        self._do(self._listen())

    def stop(self) -> None:
        """End for good."""
        self.down()
        self._do(self._finish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self._port, ssl=self._from_client, limit=16 * PIECE
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._way.open):
            reset_connection(writer)

    async def _finish(self) -> None:
        """Let the connections, all reset by now, come to their ends."""
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            _, late = await asyncio.wait(rest, timeout=10)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.sleep(0)  # closed transports tell the loop so in its next round

    async def _cut(self, path: str, *, reset: bool) -> int:
        found = [writer for writer, at in self._way.open.items() if at and re.search(path, at)]
        for writer in found:
            if reset:
                reset_connection(writer)
            elif not writer.is_closing():
                writer.close()
        return len(found)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._way.open[writer] = ""
        serving = asyncio.ensure_future(Connection(self._way, reader, writer).serve())
        gone = asyncio.ensure_future(_until_closed(writer))
        try:
            # A client that leaves in the middle of a watch must end it at the API too.
            await asyncio.wait({serving, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError, *Broken):
                await serving
            if not writer.is_closing():  # closed twice, a TLS connection forgets to end
                writer.close()
            # Kept among the open ones until it is gone, so that nothing is left at the end.
            await asyncio.wait({gone}, timeout=5)
            writer.transport.abort()
            self._way.open.pop(writer, None)


async def _until_closed(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
