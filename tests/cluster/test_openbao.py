"""An OpenBao that the wizard installs: its chart on the real API, a real OpenBao behind its pod."""

from __future__ import annotations

import base64
import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backends.certificates import X509
from tests.bao import RenderedBao
from tests.cluster.cert_manager import CertManager
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE, KubeError, Object
from tests.cluster.pod_logs import forward_ports, stop_forwarding
from tests.cluster.process import poll
from tests.cluster.test_issuer import entries, shaken_hands, steps
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.test_vault import HOST, root, written
from tests.cluster.wizard import Wizard, site


@dataclass
class Pod:
    """Stands in for the pod: starts OpenBao when the chart's objects are there, by these."""

    wizard: Wizard
    namespace: str
    bao: RenderedBao
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Wait for the pod, then start; the volumes are its Secrets."""

        def there() -> bool:
            with contextlib.suppress(KubeError):
                self._get("pods", "openbao-0")
                return True
            return self._ended.is_set()

        poll("the server's pod is there", there, 300)
        if self._ended.is_set():
            return
        for secret, folder in (("openbao-server-tls", "tls"), ("openbao-seal-key", "seal")):
            place = self.bao.folder / folder
            place.mkdir(exist_ok=True)
            for name, value in self._get("secrets", secret)["data"].items():
                (place / name).write_bytes(base64.b64decode(value))
        held = self._get("configmaps", "openbao-config")["data"]
        self.bao.text = held["extraconfig-from-values.hcl"]
        self.bao.start()

    def stop(self) -> None:
        """End it."""
        self._ended.set()
        self.bao.stop()

    def _get(self, resource: str, name: str) -> Object:
        return self.wizard.admin.get(f"{CORE}/namespaces/{self.namespace}/{resource}/{name}")


def answers(namespace: str) -> Object:
    seal = {"kind": "static", "key": {"generate": True}}
    server = {"kind": "deploy", "namespace": namespace, "unseal": seal}
    return {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}


@pytest.fixture(scope="module")
def pod(
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pod]:
    """A site whose server's pod leads to an OpenBao that starts when the pod is made."""
    folder = tmp_path_factory.mktemp("openbao")
    with site(control_plane, charts, folder) as wizard:
        namespace = f"{wizard.namespace}-bao"
        proxy = cert_manager.proxy.url
        bao = RenderedBao(folder / "bao", environment={"HTTPS_PROXY": proxy})
        bao.folder.mkdir()
        bao.certificate = ("", "")
        api = int(control_plane.server.rpartition(":")[2])
        cert_manager.services["kubernetes.default.svc"] = api
        cert_manager.services[f"openbao.{namespace}.svc"] = bao.port
        forward_ports(wizard.admin, namespace, {8200: bao.port})
        running = Pod(wizard, namespace, bao)
        thread = threading.Thread(target=running.run, name="openbao")
        thread.start()
        wizard.preset(pki=answers(namespace))
        try:
            yield running
        finally:
            running.stop()
            thread.join(60)
            stop_forwarding(wizard.admin, namespace)
            wizard.admin.delete(f"{CORE}/namespaces/{namespace}")


@pytest.fixture(scope="module")
def installed(pod: Pod) -> dict[str, str]:
    """How each step of the installation ended, with no more than the printed role."""
    wizard = pod.wizard
    wizard.admin.create(f"{CORE}/namespaces", {"metadata": {"name": pod.namespace}})
    wizard.identity = apply_role(wizard, printed_role(wizard))
    return steps(wizard.install("--yes").require(0))


def test_it_is_installed_set_up_and_signs(
    pod: Pod, installed: dict[str, str], tmp_path: Path
) -> None:
    assert installed.pop("pki.vault.namespace") == "unchanged"
    assert {step: state for step, state in installed.items() if "vault" in step} == {
        f"pki.vault.{one}": "done"
        for one in (
            "certificate",
            "seal",
            "account",
            "server",
            "accounts",
            "root",
            "issuing",
            "role",
            "login",
        )
    }
    held = entries(pod.wizard)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(held["tls.crt"])
    key.write_bytes(held["tls.key"])
    (top,) = X509().read(root(pod.wizard))
    assert (top.subject, top.self_signed) == ("CN=Harbor Root CA", True)
    trusting = ssl.create_default_context(cadata=root(pod.wizard).decode())
    assert shaken_hands(trusting, chain, key, HOST) == ""


def test_a_second_run_writes_nothing_to_either(pod: Pod, installed: dict[str, str]) -> None:
    offset = pod.bao.audit.stat().st_size
    pod.wizard.nothing_to_do("--yes")
    assert written(pod.bao, offset) == []


def test_a_restart_opens_it_again(pod: Pod, installed: dict[str, str]) -> None:
    pod.bao.stop()
    pod.bao.start()
    pod.wizard.nothing_to_do("--yes")
    wizard = pod.wizard
    denied = wizard.control_plane.audit.denied(wizard.identity.user)
    assert [str(one) for one in denied] == []


def test_neither_root_token_nor_key_was_ever_outside(pod: Pod, installed: dict[str, str]) -> None:
    """It revoked the root token itself, and the seal's key stands in its Secret alone."""
    assert ("update", "auth/token/revoke-self") in pod.bao.requests()
    key = (pod.bao.folder / "seal" / "key").read_text()
    kept = [path for path in pod.wizard.state.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if key in path.read_text(errors="replace")] == []
