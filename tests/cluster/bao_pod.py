"""Stands in for the pods of an OpenBao, or of a Vault, whose program is not to be had: real servers
of OpenBao, by what the chart made for them.
"""

from __future__ import annotations

import base64
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bao import RenderedBao
from tests.cluster.cert_manager import CertManager
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE, KubeError, Object
from tests.cluster.pod_logs import forward_ports, stop_forwarding
from tests.cluster.process import poll
from tests.cluster.wizard import Wizard, site


@dataclass
class Pod:
    """Stands in for the pod: starts OpenBao when the chart's objects are there, by these."""

    wizard: Wizard
    namespace: str
    bao: RenderedBao
    name: str = "openbao-0"
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Wait for the pod, then start; the volumes are its Secrets."""

        def there() -> bool:
            with contextlib.suppress(KubeError):
                self._get("pods", self.name)
                return True
            return self._ended.is_set()

        poll("the server's pod is there", there, 300)
        if self._ended.is_set():
            return
        spec = self._get("pods", self.name)["spec"]
        for volume in spec["volumes"]:
            if "secret" not in volume:
                continue
            place = self.bao.folder / volume["name"]
            place.mkdir(exist_ok=True)
            for name, value in self._secret(volume["secret"]["secretName"]).items():
                (place / name).write_bytes(value)
        for variable in spec["containers"][0]["env"]:
            if source := variable.get("valueFrom", {}).get("secretKeyRef"):
                value = self._secret(source["name"])[source["key"]].decode()
                self.bao.environment = {**self.bao.environment, variable["name"]: value}
        held = self._get("configmaps", f"{self.bao.engine}-config")["data"]
        self.bao.text = held["extraconfig-from-values.hcl"]
        self.bao.start()

    def restart(self) -> None:
        """As a node that starts again."""
        self.bao.stop()
        self.bao.start()

    def stop(self) -> None:
        """End it."""
        self._ended.set()
        self.bao.stop()

    def _secret(self, name: str) -> dict[str, bytes]:
        held: dict[str, str] = self._get("secrets", name)["data"]
        return {key: base64.b64decode(value) for key, value in held.items()}

    def _get(self, resource: str, name: str) -> Object:
        return self.wizard.admin.get(f"{CORE}/namespaces/{self.namespace}/{resource}/{name}")


@contextlib.contextmanager
def bao_pod(
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    folder: Path,
    engine: str = "openbao",
) -> Iterator[Pod]:
    """A site whose server's pod leads to an OpenBao that starts when the pod is made."""
    with bao_pods(cert_manager, control_plane, charts, folder, 1, engine) as (running,):
        yield running


@contextlib.contextmanager
def bao_pods(
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    folder: Path,
    count: int,
    engine: str = "openbao",
) -> Iterator[list[Pod]]:
    """The same with several replicas."""
    with site(control_plane, charts, folder) as wizard:
        namespace = f"{wizard.namespace}-bao"
        environment = {"HTTPS_PROXY": cert_manager.proxy.url, "NO_PROXY": "127.0.0.1"}
        baos = [
            RenderedBao(folder / f"bao-{number}", "", environment, ("", ""), engine=engine)
            for number in range(count)
        ]
        api = int(control_plane.server.rpartition(":")[2])
        cert_manager.services["kubernetes.default.svc"] = api
        cert_manager.services[f"{engine}.{namespace}.svc"] = baos[0].port
        pods = []
        for number, bao in enumerate(baos):
            bao.folder.mkdir()
            pods.append(Pod(wizard, namespace, bao, f"{engine}-{number}"))
            forward_ports(wizard.admin, namespace, {8200: bao.port}, pods[-1].name)
            bao.others = {
                f"{engine}-{other}.{engine}-internal": one.port for other, one in enumerate(baos)
            }
        threads = [threading.Thread(target=pod.run, name=pod.name) for pod in pods]
        for thread in threads:
            thread.start()
        try:
            yield pods
        finally:
            for pod in pods:
                pod.stop()
            for thread in threads:
                thread.join(60)
            for pod in pods:
                stop_forwarding(wizard.admin, namespace, pod.name)
            wizard.admin.delete(f"{CORE}/namespaces/{namespace}")
