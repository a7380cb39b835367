"""A port-forward without the wizard's own: one connection, one websocket, two threads."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import Any

import websocket

from tests.cluster.identities import Identity

DATA, ERROR = 0, 1


class Tunnel:
    """As a context: the address at which one connection reaches the pod's port."""

    def __init__(
        self, server: str, identity: Identity, namespace: str, pod: str, port: int
    ) -> None:
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}"
        self._socket = websocket.create_connection(
            server.replace("https:", "wss:") + path,
            timeout=20,
            header=[f"Authorization: Bearer {identity.token}"],
            subprotocols=["v4.channel.k8s.io"],
            sslopt={"context": ssl.create_default_context(cafile=identity.ca)},
        )
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self._thread = threading.Thread(target=self._carry, name="tunnel")

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)
        self._listener.close()
        closing: Any = self._socket  # its methods have no types
        closing.shutdown()

    def _carry(self) -> None:
        outside, _ = self._listener.accept()
        back = threading.Thread(target=self._back, args=(outside,), name="tunnel-back")
        back.start()
        with contextlib.suppress(OSError, websocket.WebSocketException):
            while data := outside.recv(65536):
                self._socket.send_binary(bytes([DATA]) + data)
            self._socket.send_close()
        back.join(20)
        outside.close()

    def _back(self, outside: socket.socket) -> None:
        greeted = set()  # each channel begins with a frame that repeats the port
        with contextlib.suppress(OSError, websocket.WebSocketException):
            while isinstance(frame := self._socket.recv(), bytes) and frame:
                if frame[0] not in greeted:
                    greeted.add(frame[0])
                elif frame[0] == DATA:
                    outside.sendall(frame[1:])
                elif frame[0] == ERROR:
                    break
            outside.shutdown(socket.SHUT_RDWR)
