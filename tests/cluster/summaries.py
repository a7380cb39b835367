"""A node whose kubelet tells how full volumes are; kwok's tell nothing of that."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE, Object, condition

_ADDRESSES = (f"198.51.100.{number}" for number in range(1, 255))
"""The API server passes no request on to an address of this machine itself; through its proxy a
kubelet is found behind one of these. Each has its own: connections are kept open.
"""


class SummaryKubelet:
    """Answers `/stats/summary` of one node as a kubelet of Kubernetes 1.34 does. `volumes` are
    what it measured: bytes used and size, by namespace and name of the claim. Nothing else of a
    kubelet is there.
    """

    def __init__(self, node: str, certificate: tuple[str, str]) -> None:
        self.node = node
        self.volumes: dict[tuple[str, str], tuple[int, int]] = {}
        self.asked = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._server = _Server(("127.0.0.1", 0), _Summary)
        self._server.kubelet = self
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="kubelet")
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

    def summary(self) -> Object:
        """What it tells now: each claim is mounted by a pod of its own, beside its token."""
        self.asked += 1
        pods = [
            {
                "podRef": {"name": f"of-{claim}", "namespace": namespace, "uid": claim},
                "startTime": "2026-11-27T15:00:00Z",
                "containers": [],
                "volume": [_token(), _volume(namespace, claim, *measured)],
            }
            for (namespace, claim), measured in self.volumes.items()
        ]
        return {"node": {"nodeName": self.node, "cpu": {"usageNanoCores": 1}}, "pods": pods}


def _token() -> Object:
    return {"name": "kube-api-access", "usedBytes": 12288, "capacityBytes": 34359738368}


def _volume(namespace: str, claim: str, used: int, size: int) -> Object:
    return {
        "time": "2026-11-27T15:00:00Z",
        "availableBytes": size - used,
        "capacityBytes": size,
        "usedBytes": used,
        "inodesFree": 65000,
        "inodes": 65536,
        "inodesUsed": 536,
        "name": "data",
        "pvcRef": {"name": claim, "namespace": namespace},
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    kubelet: SummaryKubelet


class _Summary(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The summary, or 404."""
        known = self.path.split("?")[0] == "/stats/summary"
        told = cast("_Server", self.server).kubelet.summary() if known else {}
        body = json.dumps(told).encode() if known else b"404 page not found\n"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json" if known else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def measuring_node(plane: ControlPlane, name: str) -> Iterator[SummaryKubelet]:
    """A node with such a kubelet, to which only pods come that name it."""
    kubelet = SummaryKubelet(name, plane.certificates.serving(f"kubelet-{name}", "127.0.0.1"))
    path, address = f"{CORE}/nodes/{name}", next(_ADDRESSES)
    plane.admin.create(f"{CORE}/nodes", _node(name))
    try:
        plane.admin.wait(path, lambda node: condition(node, "Ready") == "True")
        addresses = [{"type": "InternalIP", "address": address}]
        plane.admin.merge(f"{path}/status", {"status": {"addresses": addresses}})
        plane.proxy.services[address] = kubelet.port
        yield kubelet
    finally:
        plane.admin.delete(path)
        plane.proxy.services.pop(address, None)
        kubelet.stop()


def _node(name: str) -> Object:
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    taint = {"key": "harbor-wizard.test/measuring", "effect": "NoSchedule"}
    metadata = {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"}}
    status = {"allocatable": room, "capacity": room}
    return {"metadata": metadata, "spec": {"taints": [taint]}, "status": status}
