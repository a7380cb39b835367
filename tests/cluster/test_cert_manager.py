"""cert-manager: the harness's own, and how the wizard installs or finds one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from tests.cluster.cert_manager import CertManager
from tests.cluster.kube import KubeError, condition
from tests.cluster.wizard import Wizard


class _Says(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{self.headers['Host']} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def behind(cert_manager: CertManager) -> Iterator[str]:
    """The name of a Service behind which a program of this machine answers."""
    server = HTTPServer(("127.0.0.1", 0), _Says)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    cert_manager.services["said.test.svc"] = server.server_port
    yield "said.test.svc"
    del cert_manager.services["said.test.svc"]
    server.shutdown()
    server.server_close()
    thread.join(20)


def test_names_of_services_lead_to_this_machine(cert_manager: CertManager, behind: str) -> None:
    with httpx.Client(proxy=cert_manager.proxy.url, trust_env=False) as client:
        assert client.get(f"http://{behind}:8200/v1?a=b").text == f"{behind}:8200 /v1?a=b"
        assert client.get(f"http://{behind}.cluster.local/x").text == f"{behind}.cluster.local /x"
        assert client.get("http://nobody.test.svc").status_code == 502
    with socket.create_connection(("127.0.0.1", int(cert_manager.proxy.url[-5:]))) as tunnel:
        tunnel.sendall(f"CONNECT {behind}:443 HTTP/1.1\r\n\r\n".encode())
        assert tunnel.recv(4096).startswith(b"HTTP/1.1 200")
        tunnel.sendall(b"GET /through HTTP/1.0\r\nHost: t\r\n\r\n")
        assert b"t /through" in tunnel.makefile("rb").read()


def test_the_real_controllers_answer_and_the_webhook_notes_who_asks(
    cert_manager: CertManager, wizard: Wizard
) -> None:
    wizard.make_namespace()
    issuer = {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Issuer",
        "metadata": {"name": "own"},
        "spec": {"selfSigned": {}},
    }
    path = wizard.path("cert-manager.io/v1", "issuers")
    wizard.admin.create(path, issuer)
    wizard.admin.wait(f"{path}/own", lambda one: condition(one, "Ready") == "True")
    broken = {
        "apiVersion": "cert-manager.io/v1",
        "kind": "CertificateRequest",
        "metadata": {"name": "broken"},
        "spec": {"request": "bm90aGluZw==", "issuerRef": {"name": "own"}},
    }
    with pytest.raises(KubeError, match="failed to decode csr"):
        wizard.admin.create(wizard.path("cert-manager.io/v1", "certificaterequests"), broken)
