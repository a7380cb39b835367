"""What stands behind Services: a proxy that leads their names to programs of this machine.

Nothing routes to a Service here. Programs of the harness that speak to one are given this proxy
(HTTP_PROXY), and so is the API server, which asks webhooks by the address of their Service.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import socketserver
import tempfile
import threading
from typing import cast
from urllib.parse import urlsplit

from tests.cluster.kube import CORE, Kube, KubeError

_HEAD_END = b"\r\n\r\n"
_LARGEST_HEAD = 65536


class ServiceProxy:
    """Change `services` at any time: `{"openbao.vault.svc": 8200}` leads that name, at any port,
    to port 8200 of 127.0.0.1. Any other host name may stand there too.
    """

    def __init__(self, admin: Kube) -> None:
        self.services: dict[str, int] = {}
        self._admin = admin
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.proxy = self
        self._folder = tempfile.TemporaryDirectory(prefix="service-proxy-")
        self.socket = f"{self._folder.name}/proxy.sock"
        """The same as a Unix socket: the API server speaks to proxies by TLS or by that."""
        self._inside = _UnixServer(self.socket, _Connection)
        self._inside.proxy = self
        self._threads = [
            threading.Thread(target=server.serve_forever, name="service-proxy", daemon=True)
            for server in (self._server, self._inside)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def url(self) -> str:
        """What HTTP_PROXY names."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Take no more connections."""
        for server in (self._server, self._inside):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(20)
        self._folder.cleanup()

    def way(self, host: str, port: int) -> tuple[str, int] | None:
        """Where a host leads; None: nowhere."""
        name = host.rstrip(".").removesuffix(".cluster.local")
        if name in self.services:
            return "127.0.0.1", self.services[name]
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        if address.is_loopback:  # a kubelet
            return host, port
        behind = self.services.get(self._service(host))
        return None if behind is None else ("127.0.0.1", behind)

    def _service(self, address: str) -> str:
        """The name of the Service with an address."""
        with contextlib.suppress(KubeError):
            for one in self._admin.items(f"{CORE}/services"):
                if one["spec"].get("clusterIP") == address:
                    return f"{one['metadata']['name']}.{one['metadata']['namespace']}.svc"
        return ""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    proxy: ServiceProxy


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128  # a full one refuses on a Unix socket: 20 forwards begin at once
    proxy: ServiceProxy


class _Connection(socketserver.BaseRequestHandler):
    """One client: CONNECT, or a request whose line holds a whole URL."""

    def handle(self) -> None:
        client: socket.socket = self.request
        head, rest = _read_head(client)
        if not head:
            return
        line, _, headers = head.partition(b"\r\n")
        method, target, _ = line.decode("latin-1").split(" ", 2)
        tunnel = method == "CONNECT"
        url = urlsplit(f"//{target}" if tunnel else target)
        way = cast("_Server | _UnixServer", self.server).proxy.way(
            url.hostname or "", url.port or 80
        )
        try:
            if way is None:
                raise OSError("no such host")
            server = socket.create_connection(way, timeout=10)
        except OSError as error:
            told = f"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nX-Why: {error}\r\n\r\n"
            client.sendall(told.encode())
            return
        server.settimeout(None)
        if tunnel:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            kept = re.sub(rb"(?im)^(proxy-)?connection:.*\r\n", b"", headers + b"\r\n")
            first = f"{method} {path} HTTP/1.1\r\nConnection: close\r\n".encode("latin-1")
            server.sendall(first + kept + b"\r\n")
        server.sendall(rest)
        _join(client, server)


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """A request's head without its end, and what came after it."""
    data = b""
    while _HEAD_END not in data and len(data) < _LARGEST_HEAD:
        piece = client.recv(4096)
        if not piece:
            return b"", b""
        data += piece
    head, _, rest = data.partition(_HEAD_END)
    return head, rest


def _join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both sides are done."""
    back = threading.Thread(target=_carry, args=(other, one), name="service-proxy-back")
    back.start()
    _carry(one, other)
    back.join()
    other.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
