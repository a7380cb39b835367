"""Requests to the API server: one generic call, streams and websockets, with repeats."""

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.errors import Throttled, Unauthorized, Unreachable, WorldError
from wizard.text import plain

from .connection import Connection
from .failures import failure, handshake_failure
from .transport import hopeless, transport_errors

if TYPE_CHECKING:
    import aiohttp

JSON = {"Accept": "application/json", "Content-Type": "application/json"}
CALL_SECONDS = 30
CONNECT_SECONDS = 10
CALLS_AT_ONCE = 8
"""More would open a connection each, and their handshakes take longer than the wait: `--check`
took 1.2 times as long without a bound (measured on a local API server)."""
FIRST_CONTACT_SECONDS = 2
"""Time for repeats before the server ever answered: a wrong address is told at once."""
_LONG = 2**20
"""Bytes from which on JSON is read by another parser: twice as fast with a list of pods, it takes
longer to import than all the answers of a small namespace take to be read."""
LINE_BYTES = 2**22
"""Longer lines of a stream are cut; an object in a watch has at most 1.5 MiB in etcd."""

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: the JSON document and the headers."""

    data: Any
    headers: Mapping[str, str]


class Calls:
    """Requests over one connection. `budget` bounds the seconds spent on repeating one of them."""

    def __init__(self, connection: Connection, *, budget: float = 15) -> None:
        self.connection = connection
        self._budget = budget
        self._answered = False
        self._turns = asyncio.Semaphore(CALLS_AT_ONCE)

    async def request(
        self,
        method: str,
        path: str,
        *,
        where: str,
        query: Query | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """One call, repeated while that may help: when throttled always, else if `repeatable`.

        Raises a WorldError; `where` says for its text what the call is about.
        """
        options = {
            "params": query,
            "data": None if body is None else json.dumps(body),
            "headers": {**JSON, **(headers or {})},
        }
        started = time.monotonic()
        attempt = 0
        while True:
            try:
                return await self._once(method, path, options, where)
            except (Unreachable, Throttled) as error:
                pause = pause_before(attempt, error)
                budget = self._budget if self._answered else FIRST_CONTACT_SECONDS
                late = time.monotonic() + pause > started + budget
                if late or hopeless(error) or not (repeatable or isinstance(error, Throttled)):
                    raise
            attempt += 1
            await asyncio.sleep(pause)

    async def _once(self, method: str, path: str, options: dict[str, Any], where: str) -> Answer:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=CONNECT_SECONDS)
        async with (
            self._turns,
            self._open(method, path, {**options, "timeout": timeout}, where) as response,
        ):
            with transport_errors(self.connection):
                body = await response.read()
        try:
            return Answer(parsed(body), response.headers)
        except ValueError:
            raise Unreachable(
                "The API server did not answer in JSON",
                why=plain(body[:200].decode("utf-8", "replace")),
                fix="see whether a proxy or a login page stands before it",
                where=self.connection.url,
            ) from None

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        query: Query,
        *,
        silence: float,
        where: str,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The lines of an answer that stays open, for at most `silence` seconds without any.

        A WorldError may come at the opening and while it is read. Nothing is repeated.
        """
        import aiohttp

        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=silence)
        options = {"params": query, "timeout": timeout, "headers": headers or {}}
        async with (
            self._open("GET", path, options, where) as answer,
            aclosing(self._lines(answer.content)) as lines,
        ):
            yield lines

    async def websocket(
        self, path: str, query: Query, *, protocol: str, where: str
    ) -> "aiohttp.ClientWebSocketResponse":
        """Open a websocket to a subresource of a pod. A refusal raises a WorldError."""
        await self.connection.freshen()
        shown = self.connection.credentials
        try:
            return await self._handshake(path, query, protocol, where)
        except Unauthorized:
            if not await self.connection.renew(shown):
                raise
            return await self._handshake(path, query, protocol, where)

    async def _handshake(
        self, path: str, query: Query, protocol: str, where: str
    ) -> "aiohttp.ClientWebSocketResponse":
        import aiohttp

        connection = self.connection
        try:
            with transport_errors(connection, but=aiohttp.WSServerHandshakeError):
                return await connection.session.ws_connect(
                    connection.url + path,
                    params=query,
                    protocols=(protocol,),
                    max_msg_size=0,
                    timeout=aiohttp.ClientWSTimeout(ws_close=2),
                    headers=connection.headers,
                    proxy=connection.proxy,
                    server_hostname=connection.server_name,
                )
        except aiohttp.WSServerHandshakeError as refused:
            raise handshake_failure(refused.status, where) from None

    @asynccontextmanager
    async def _open(
        self, method: str, path: str, options: dict[str, Any], where: str
    ) -> AsyncIterator["aiohttp.ClientResponse"]:
        """One attempt, with a second one after a new login where the first was refused."""
        connection = self.connection
        await connection.freshen()
        with transport_errors(connection):
            shown = connection.credentials
            response = await self._send(method, path, options)
            if response.status == 401 and await connection.renew(shown):
                response.release()
                response = await self._send(method, path, options)
        self._answered = True
        try:
            if response.status >= 300:
                with transport_errors(connection):
                    body = await response.read()
                raise failure(response.status, body, response.headers, where)
            yield response
        finally:
            response.release()

    async def _send(
        self, method: str, path: str, options: dict[str, Any]
    ) -> "aiohttp.ClientResponse":
        connection = self.connection
        headers = {**options.get("headers", {}), **connection.headers}
        return await connection.session.request(
            method,
            connection.url + path,
            **{**options, "headers": headers},
            proxy=connection.proxy,
            server_hostname=connection.server_name,
            allow_redirects=False,
        )

    async def _lines(self, content: "aiohttp.StreamReader") -> AsyncGenerator[bytes]:
        """Complete lines, without their ends; what is longer than LINE_BYTES is cut."""
        pending = b""
        with transport_errors(self.connection):
            async for chunk in content.iter_any():
                *lines, rest = chunk.split(b"\n")
                if lines:
                    yield (pending + lines[0])[:LINE_BYTES]
                    for line in lines[1:]:
                        yield line
                    pending = b""
                pending = (pending + rest)[:LINE_BYTES]
        if pending:
            yield pending


def parsed(body: bytes) -> Any:
    """What an answer says. Raises ValueError for what is no JSON."""
    if len(body) < _LONG:
        return json.loads(body)
    from pydantic_core import from_json

    return from_json(body)


def pause_before(attempt: int, error: WorldError | None = None) -> float:
    """Seconds to wait before the next attempt: doubling from 0.2 to 2 s, with jitter.

    What a throttling server asks for comes on top.
    """
    asked = error.after if isinstance(error, Throttled) else 0.0
    doubling: float = min(2, 0.2 * 2 ** min(attempt, 10))
    return asked + doubling * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing
