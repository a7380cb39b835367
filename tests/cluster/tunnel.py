"""A port-forward by the Kubernetes client's own means, to test the harness without the wizard."""

from __future__ import annotations

import select
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any


class Tunnel:
    """As a context: the address at which one connection reaches the pod's port."""

    def __init__(self, kubeconfig: Path, namespace: str, pod: str, port: int) -> None:
        from kubernetes import client, config
        from kubernetes.stream import portforward

        load: Any = config.new_client_from_config
        self._client = load(str(kubeconfig))
        ask = client.CoreV1Api(self._client).connect_get_namespaced_pod_portforward
        self._forward: Any = portforward(ask, pod, namespace, ports=str(port))
        self._inside: Any = self._forward.socket(port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._carry, name="tunnel")

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()
        self._thread.join(10)
        self._inside.close()
        self._forward.close()
        self._client.close()

    def _carry(self) -> None:
        self._listener.settimeout(20)
        outside, _ = self._listener.accept()
        with outside:
            ends = {outside: self._inside, self._inside: outside}
            while True:
                readable, _, _ = select.select(list(ends), [], [], 20)
                for end in readable:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end].sendall(data)
                if not readable:
                    return
