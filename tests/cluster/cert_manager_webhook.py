"""Answers for cert-manager's webhook, whose pod runs nothing."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from cryptography import x509

from tests.cluster.kube import Object

SERVICE = "cert-manager-webhook.cert-manager.svc"


class Webhook:
    """Notes who made a CertificateRequest and refuses what is no request, as the real one does.

    While `refusal` is a text, every object of cert-manager is refused with it.
    """

    def __init__(self, certificate: tuple[str, str]) -> None:
        self.refusal = ""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._server = _Server(("127.0.0.1", 0), _Review)
        self._server.webhook = self
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="webhook")
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(20)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    webhook: Webhook


class _Review(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """An AdmissionReview at `/mutate` or `/validate`."""
        length = int(self.headers["Content-Length"])
        review = json.loads(self.rfile.read(length))
        refusal = cast("_Server", self.server).webhook.refusal
        answer = _mutated(review["request"]) if self.path.startswith("/mutate") else {}
        if why := refusal or _fault(review["request"]):
            answer = {"allowed": False, "status": {"message": why, "code": 403}}
        response = {"uid": review["request"]["uid"], "allowed": True, **answer}
        body = json.dumps({**review, "request": None, "response": response}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _mutated(request: Object) -> Object:
    """Who asks, written into the request for a certificate (internal/webhook/admission)."""
    user = request["userInfo"]
    told = {key: user[key] for key in ("username", "uid", "groups", "extra") if user.get(key)}
    patch = [{"op": "add", "path": f"/spec/{key}", "value": value} for key, value in told.items()]
    encoded = base64.b64encode(json.dumps(patch).encode()).decode()
    return {"patchType": "JSONPatch", "patch": encoded}


def _fault(request: Object) -> str:
    if request["kind"]["kind"] != "CertificateRequest" or request["operation"] != "CREATE":
        return ""
    try:
        x509.load_pem_x509_csr(base64.b64decode(request["object"]["spec"]["request"]))
    except ValueError as error:
        return f"spec.request: Invalid value: failed to decode csr: {error}"
    return ""
