"""A TLS server with a certificate that a test made, and the clients that people use."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class TlsServer:
    """Answers every request on 127.0.0.1; a context that ends it."""

    def __init__(self, certificate: bytes, key: bytes, folder: Path) -> None:
        pair = folder / "served.pem"
        pair.write_bytes(certificate + key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pair)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # the end
                return
            try:
                with connection, self._context.wrap_socket(connection, server_side=True) as stream:
                    stream.recv(65536)
                    stream.sendall(_ANSWER)
            except OSError:  # of a client that refused the certificate
                continue


Client = Callable[[TlsServer, str, Path], bool]
"""Whether the client accepts the server under that name, trusting the roots of a file alone."""


def _python(server: TlsServer, host: str, roots: Path) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(roots)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        try:
            with context.wrap_socket(connection, server_hostname=host) as stream:
                stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
                return stream.recv(65536).startswith(b"HTTP/1.1 200")
        except ssl.SSLCertVerificationError:
            return False


def _openssl(server: TlsServer, host: str, roots: Path) -> bool:
    place = ["-connect", f"127.0.0.1:{server.port}", "-servername", host]
    strictly = ["-verify_return_error", "-verify_hostname", host, "-CAfile", str(roots)]
    command = ["openssl", "s_client", *place, *strictly, "-no-CApath", "-no-CAstore", "-brief"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    return done.returncode == 0


def _curl(server: TlsServer, host: str, roots: Path) -> bool:
    there = ["--resolve", f"{host}:{server.port}:127.0.0.1", f"https://{host}:{server.port}/"]
    command = ["curl", "--silent", "--noproxy", "*", "--cacert", str(roots), *there]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return done.stdout == b"ok"


CLIENTS: Mapping[str, Client] = {
    name: client
    for name, client in {"python": _python, "openssl": _openssl, "curl": _curl}.items()
    if name == "python" or shutil.which(name)
}
"""Those that this machine has."""
