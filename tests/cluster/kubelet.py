"""What kwok does with what it was told: asked of itself, for it learns of objects when it may.

After the API server was away it may take seconds to learn.
"""

from __future__ import annotations

import contextlib

import websocket

from tests.cluster.kube import CORE, Kube

PROBE_PORT = 1  # of a pod; ports of the chart are larger
PROBE = "harness-probe"  # a container that no pod has


def _address(admin: Kube) -> str:
    status = admin.items(f"{CORE}/nodes")[0]["status"]
    address = status["addresses"][0]["address"]
    return f"{address}:{status['daemonEndpoints']['kubeletEndpoint']['Port']}"


def serves_log(admin: Kube, namespace: str, pod: str, text: str) -> bool:
    """Whether the probe container's log of that pod, there or not, contains the text."""
    url = f"https://{_address(admin)}/containerLogs/{namespace}/{pod}/{PROBE}"
    return text in admin.http.get(url).text


def forwards_to(admin: Kube, namespace: str, text: str, pod: str = "any") -> bool:
    """Whether the probe port of a pod in the namespace, there or not, says the text."""
    url = f"wss://{_address(admin)}/portForward/{namespace}/{pod}?port={PROBE_PORT}"
    with contextlib.suppress(websocket.WebSocketException, OSError):
        tunnel = websocket.create_connection(
            url, timeout=5, subprotocols=["v4.channel.k8s.io"], sslopt={"context": admin.context}
        )
        with contextlib.closing(tunnel):
            for _ in range(3):  # two frames say the port, then data or an error
                frame = tunnel.recv()
                if isinstance(frame, bytes) and text.encode() in frame:
                    return True
    return False
