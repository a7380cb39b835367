"""cert-manager: the harness's own, and how the wizard installs or finds one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from backends.helm.driver import Helm
from tests.cluster.cert_manager import CHART, CertManager
from tests.cluster.kube import KubeError, Object, condition
from tests.cluster.test_actions import acting
from tests.cluster.wizard import Wizard
from wizard.answers.preset import Preset
from wizard.charts.cert_manager import cert_manager_values
from wizard.diagnose.kinds import CERTIFICATE
from wizard.ports import Ref, ReleaseRequest


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


def _issued(certificate: Object) -> bool:
    """Two controllers of cert-manager tell it, in either order."""
    return condition(certificate, "Ready") == "True" and not condition(certificate, "Issuing")


async def test_a_certificate_is_renewed_at_once(
    cert_manager: CertManager, wizard: Wizard, tmp_path: Path
) -> None:
    wizard.make_namespace()
    issuer = {"metadata": {"name": "own"}, "spec": {"selfSigned": {}}}
    wanted = {"secretName": "tls", "dnsNames": ["harbor.test"], "issuerRef": {"name": "own"}}
    certificate = {"metadata": {"name": "harbor"}, "spec": wanted}
    path = wizard.path("cert-manager.io/v1", "certificates")
    kind = {"apiVersion": "cert-manager.io/v1", "kind": "Issuer"}
    wizard.admin.create(wizard.path("cert-manager.io/v1", "issuers"), {**kind, **issuer})
    wizard.admin.create(path, {**kind, "kind": "Certificate", **certificate})
    wizard.admin.wait(f"{path}/harbor", _issued)
    secret = wizard.path("", "secrets", "tls")
    before = wizard.admin.get(secret)["data"]["tls.crt"]

    async with acting(wizard.identity, wizard.namespace, tmp_path) as person:
        told = await person.do("renew", Ref(CERTIFICATE, wizard.namespace, "harbor"))
    assert told == ["status.conditions[Issuing] True (ManuallyTriggered)"]
    after = wizard.admin.get(f"{path}/harbor")
    assert after["status"]["revision"] == 2
    assert condition(after, "Issuing") == ""
    assert wizard.admin.get(secret)["data"]["tls.crt"] != before


async def test_the_chart_takes_mirrors_logins_and_proxies_and_stays_in_its_namespace(
    helm: str, charts: Path
) -> None:
    preset = Preset.model_validate(
        {
            "schemaVersion": 1,
            "name": "test",
            "pki": {"kind": "none"},
            "harbor": {"url": "https://harbor.test"},
            "delivery": {
                "imageMirrors": {"quay.io": "registry.corp/quay"},
                "pullSecret": {"env": "PULL"},
            },
            "network": {"httpsProxy": "http://proxy.corp:3128", "noProxy": ["corp"]},
        }
    )
    values = cert_manager_values(preset, ["10.0.0.0/16"], gateways=True)
    request = ReleaseRequest("cert-manager", "cert-manager", charts / CHART, values)
    objects = await Helm().render(request, None)

    pods = [one["spec"]["template"]["spec"] for one in objects if one["kind"] == "Deployment"]
    assert len(pods) == 3
    for pod in pods:
        (container,) = pod["containers"]
        assert container["image"].startswith("registry.corp/quay/jetstack/cert-manager-")
    accounts = [one for one in objects if one["kind"] == "ServiceAccount"]
    assert {pod["serviceAccountName"] for pod in pods} == {
        one["metadata"]["name"] for one in accounts
    }
    for account in accounts:
        assert account["imagePullSecrets"] == [{"name": "cert-manager-pull"}]
    variables = {one["name"]: one.get("value") for one in pods[1]["containers"][0]["env"]}
    assert variables["HTTPS_PROXY"] == "http://proxy.corp:3128"
    assert "10.0.0.0/16,corp" in str(variables["NO_PROXY"])
    assert "acmesolver" in str(pods[1]["containers"][0]["args"])
    assert "registry.corp/quay/jetstack/cert-manager-acmesolver" in str(pods[1])
    assert {one["metadata"].get("namespace", "") for one in objects} == {"", "cert-manager"}
    for one in objects:
        assert one["metadata"]["labels"]["harbor-wizard/component"] == "cert-manager"
