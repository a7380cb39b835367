"""The Harbor behind core's port: the project's stand-in on a port of this machine."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import uvicorn

from backends.simulated.harbor_api import App, Receive, Scope, Send, create_app
from backends.simulated.harbor_state import HarborState
from tests.cluster.process import poll


class HarborStandIn:
    """A Harbor as `state` describes it: change that, or set another `app`, at any time.

    With `certificate` (files of a chain and its key) it speaks TLS; `port` 0 is any free one.
    """

    def __init__(
        self,
        state: HarborState | None = None,
        certificate: tuple[Path, Path] | None = None,
        port: int = 0,
    ) -> None:
        self.state = state or HarborState()
        self.app: App = create_app(self.state)
        self.requests: list[tuple[str, str]] = []
        self._socket = socket.create_server(("127.0.0.1", port))
        chain, key = certificate or (None, None)
        config = uvicorn.Config(
            self._serve,
            log_level="warning",
            lifespan="off",
            ws="none",
            interface="asgi3",
            ssl_certfile=chain,
            ssl_keyfile=key,
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

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests.append((scope["method"], scope["path"]))
        await self.app(scope, receive, send)

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(20)
        self._socket.close()
