"""A name server that knows TXT records, and the API by which acme-dns takes them."""

from __future__ import annotations

import json
import socketserver
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

_TXT, _IN = 16, 1
_ANSWER = 0x8580  # a response with authority, recursion wished for and had


class Names:
    """Change `texts` at any time: the TXT records of every name under `_acme-challenge`.

    `port` answers queries over UDP, `updates` takes what acme-dns takes (its README, "Update
    endpoint"), so that a proof by DNS can be given. `refusing`: it takes nothing.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.refusing = False
        self._queries = _Queries(("127.0.0.1", 0), _Query)
        self._updates = _Updates(("127.0.0.1", 0), _Update)
        self._threads = []
        for server in (self._queries, self._updates):
            server.names = self
            self._threads.append(threading.Thread(target=server.serve_forever, name="names"))
            self._threads[-1].start()

    @property
    def port(self) -> int:
        """Where queries are answered."""
        return int(self._queries.server_address[1])

    @property
    def updates(self) -> int:
        """Where records are taken."""
        return int(self._updates.server_address[1])

    def stop(self) -> None:
        """End both."""
        for server in (self._queries, self._updates):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(20)


class _Queries(socketserver.ThreadingUDPServer):
    daemon_threads = True
    names: Names


class _Query(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, socket = self.request
        end = data.index(b"\0", 12) + 5
        (kind,) = struct.unpack("!H", data[end - 4 : end - 2])
        asked = data[12:end]
        proof = asked[1:].startswith(b"_acme-challenge")
        texts = cast("_Queries", self.server).names.texts if kind == _TXT and proof else []
        answers = b"".join(
            struct.pack("!HHHIH", 0xC00C, _TXT, _IN, 1, len(text) + 1)
            + bytes([len(text)])
            + text.encode()
            for text in texts
        )
        head = struct.pack("!HHHHHH", *struct.unpack("!H", data[:2]), _ANSWER, 1, len(texts), 0, 0)
        socket.sendto(head + asked + answers, self.client_address)


class _Updates(ThreadingHTTPServer):
    daemon_threads = True
    names: Names


class _Update(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """`/update`, with the record in JSON."""
        names = cast("_Updates", self.server).names
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not names.refusing:
            names.texts.append(content["txt"])
        body = json.dumps({"txt": content["txt"]} if not names.refusing else {"error": "forbidden"})
        self.send_response(401 if names.refusing else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
