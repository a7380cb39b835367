"""The Harbor behind core's port: an ASGI app on a port of this machine."""

from __future__ import annotations

import importlib.util
import json
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from tests.cluster.process import poll

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
COMPONENTS = (
    "core",
    "database",
    "jobservice",
    "portal",
    "redis",
    "registry",
    "registryctl",
    "trivy",
)


async def healthy(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """The least Harbor there is: every component is healthy, anything else is not found."""
    if scope["type"] != "http":
        return
    known = scope["path"] == "/api/v2.0/health"
    parts = [{"name": name, "status": "healthy"} for name in COMPONENTS]
    answer = {"status": "healthy", "components": parts} if known else {"errors": []}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200 if known else 404, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def default_app() -> App:
    """The project's own stand-in for Harbor where it is there, else the least one."""
    name = "backends.simulated.harbor_api"
    if importlib.util.find_spec(name) is None:
        return healthy
    app: App = importlib.import_module(name).create_app()
    return app


class HarborStandIn:
    """Serves `app`; set another one at any time and the next request meets it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.requests: list[tuple[str, str]] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            self._serve, log_level="warning", lifespan="off", ws="none", interface="asgi3"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="harbor-standin")
        self._thread.start()
        poll("the Harbor stand-in listens", lambda: self._server.started, 20)

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """Where a client on this machine finds it."""
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    async def _serve(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "http":
            self.requests.append((scope["method"], scope["path"]))
        await self.app(scope, receive, send)

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(20)
        self._socket.close()
