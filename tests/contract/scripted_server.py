"""A small HTTP server whose answers a test writes down: for the faults that no real one makes."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Handler | Exception | tuple[int, Any] | tuple[int, Any, dict[str, str]]

CONFIG_MAPS = "/api/v1/namespaces/home/configmaps"
RESOURCES = [
    {"resource": "configmaps", "responseKind": {"kind": "ConfigMap"}, "scope": "Namespaced"},
    {"resource": "pods", "responseKind": {"kind": "Pod"}, "scope": "Namespaced"},
]
CORE = {
    "kind": "APIGroupDiscoveryList",
    "items": [{"metadata": {}, "versions": [{"version": "v1", "resources": RESOURCES}]}],
}


@dataclass
class ScriptedServer:
    """Answers by method and path; of several answers the last one goes on for ever."""

    url: str = ""
    requests: list[web.Request] = field(default_factory=list)
    _answers: dict[str, list[Answer]] = field(default_factory=dict)

    def on(self, call: str, *answers: Answer) -> None:
        """What a call such as "GET /version" is told: status and JSON (and headers), or a handler.

        An exception breaks the connection off.
        """
        self._answers[call] = list(answers)

    def calls(self, prefix: str = "") -> list[str]:
        """The calls so far, as they were registered."""
        seen = [f"{request.method} {request.path}" for request in self.requests]
        return [call for call in seen if call.startswith(prefix)]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        assert isinstance(request, web.BaseRequest)
        await request.read()
        self.requests.append(request)  # type: ignore[arg-type] # has what tests look at
        answers = self._answers.get(f"{request.method} {request.path}")
        if not answers:
            return web.json_response({"message": "not scripted"}, status=404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(answer, tuple):
            status, body, *headers = answer
            return web.json_response(body, status=status, headers=headers[0] if headers else None)
        return await answer(request)  # type: ignore[arg-type] # has what tests look at


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedServer]:
    """A server on a free port of this machine; discovery is scripted already."""
    server = ScriptedServer()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    server.on("GET /api", (200, CORE))
    server.on("GET /apis", (200, {"kind": "APIGroupDiscoveryList", "items": []}))
    try:
        yield server
    finally:
        await runner.cleanup()


def lines(*documents: Any, then: Exception | None = None) -> Handler:
    """A stream of JSON lines (bytes as they are), broken off at the end by `then`."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for document in documents:
            raw = document if isinstance(document, bytes) else json.dumps(document).encode() + b"\n"
            await response.write(raw)
        if then is not None:
            assert request.transport is not None
            request.transport.abort()
        return response

    return handler


def write_kubeconfig(folder: Path, url: str, user: dict[str, Any], **cluster: Any) -> Path:
    """A kubeconfig with one context, `test`."""
    path = folder / "kubeconfig"
    names = {"cluster": "test", "user": "test"}
    content = {
        "current-context": "test",
        "contexts": [{"name": "test", "context": names}],
        "clusters": [{"name": "test", "cluster": {"server": url, **cluster}}],
        "users": [{"name": "test", "user": user}],
    }
    path.write_text(yaml.safe_dump(content))
    return path
