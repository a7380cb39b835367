"""cert-manager for the test cluster: its chart, its real controllers, and who answers for its pods.

The pods of the chart run nothing. In their place: the controllers as a program of this machine, as
long as the CRDs are there; a stand-in for the webhook behind its Service; and the authority that
cainjector would write into the webhooks' configurations.
"""

from __future__ import annotations

import base64
import contextlib
import threading
from pathlib import Path

import httpx

from tests.cluster.cert_manager_webhook import SERVICE, Webhook
from tests.cluster.control_plane import EXTENSIONS, ControlPlane
from tests.cluster.dns import Names
from tests.cluster.kube import CORE, KubeError, Object, condition
from tests.cluster.plain_helm import PlainHelm
from tests.cluster.process import Process, poll

NAMESPACE, RELEASE = "cert-manager", "cert-manager"
CHART = "cert-manager-v1.21.1.tgz"
HOME = f"{CORE}/namespaces/{NAMESPACE}"
API = "/apis/cert-manager.io/v1"
CHALLENGES = "/apis/acme.cert-manager.io/v1/challenges"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
CONFIGURATIONS = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
KINDS = (
    "certificates.cert-manager.io",
    "certificaterequests.cert-manager.io",
    "issuers.cert-manager.io",
    "clusterissuers.cert-manager.io",
    "orders.acme.cert-manager.io",
    "challenges.acme.cert-manager.io",
)
LABELS = "app.kubernetes.io/name=cert-manager"
_LOOK_AGAIN = 0.2  # seconds


class CertManager:
    """Runs beside a control plane; `services` leads names of Services to ports of this machine.

    `names` is the name server that the controllers ask before a proof by DNS.
    """

    def __init__(self, control_plane: ControlPlane, program: Path, chart: Path) -> None:
        self.control_plane = control_plane
        self.admin = control_plane.admin
        self._program, self._chart = program, chart
        self._helm = PlainHelm(
            control_plane.programs.path("helm"),
            control_plane.kubeconfig,
            control_plane.folder / "cert-manager-helm",
        )
        self.webhook = Webhook(control_plane.certificates.serving("webhook", SERVICE))
        self.names = Names()
        self.proxy = control_plane.proxy
        self.services = self.proxy.services
        self.services[SERVICE] = self.webhook.port
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="cert-manager")

    def __enter__(self) -> CertManager:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)
        self._stop_controllers()
        del self.services[SERVICE]
        self.names.stop()
        self.webhook.stop()

    def install(self) -> None:
        """Install the chart as an administrator would, and wait until it works."""
        values = {"crds": {"enabled": True}, "startupapicheck": {"enabled": False}}
        arguments = ("upgrade", "--install", RELEASE, str(self._chart), "--create-namespace")
        self._helm.run(*arguments, "--wait", "--namespace", NAMESPACE, values=values)
        self.wait_serving()

    def uninstall(self) -> None:
        """Remove it with its CRDs, and so all its objects."""
        with contextlib.suppress(AssertionError):  # there was no release
            self._helm.run("uninstall", RELEASE, "--namespace", NAMESPACE)
        with contextlib.suppress(KubeError):  # nobody tidies up after a proof any more
            for one in self.admin.items(CHALLENGES):
                place = f"namespaces/{one['metadata']['namespace']}/challenges"
                path = CHALLENGES.replace("challenges", place) + f"/{one['metadata']['name']}"
                self.admin.merge(path, {"metadata": {"finalizers": None}})
        for name in KINDS:
            self.admin.delete(f"{EXTENSIONS}/{name}")
        for resource in CONFIGURATIONS:
            self.admin.delete(f"{ADMISSION}/{resource}/cert-manager-webhook")
        self.admin.delete(HOME)
        poll("its namespace is gone", lambda: not self.admin.exists(HOME), 120)
        poll("the CRDs are gone", lambda: not self._definitions(), 60)
        poll("the controllers have ended", lambda: not self.running, 60)

    def wait_serving(self) -> None:
        """Wait until the webhook is asked and the controllers run."""
        sample = {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Issuer",
            "metadata": {"name": "sample", "namespace": "default"},
            "spec": {"selfSigned": {}},
        }

        def answers() -> bool:
            try:
                path = f"{API}/namespaces/default/issuers"
                self.admin.call("POST", path, sample, dryRun="All")
            except KubeError as refused:
                if refused.status not in {404, 500}:
                    raise
                return False
            return self.running

        poll("cert-manager serves", answers, 60)

    @property
    def running(self) -> bool:
        """Whether the controllers run."""
        return "cert-manager" in self.control_plane.processes

    def _tend(self) -> None:
        while not self._ended.wait(_LOOK_AGAIN):
            with contextlib.suppress(KubeError, httpx.HTTPError, KeyError):
                served = self._definitions()
                if len(served) == len(KINDS) and not self.running:
                    self._start_controllers()
                elif not served and self.running:
                    self._stop_controllers()
                self._inject()

    def _definitions(self) -> list[Object]:
        found = self.admin.items(EXTENSIONS)
        return [
            one
            for one in found
            if one["metadata"]["name"] in KINDS and condition(one, "Established") == "True"
        ]

    def _start_controllers(self) -> None:
        argv = [
            str(self._program),
            f"-kubeconfig={self.control_plane.kubeconfig}",
            f"-nameservers=127.0.0.1:{self.names.port}",
        ]
        log = self.control_plane.folder / "cert-manager.log"
        through = {"HTTP_PROXY": self.proxy.url, "HTTPS_PROXY": self.proxy.url, "NO_PROXY": ""}
        self.control_plane.processes["cert-manager"] = Process(
            "cert-manager", argv, log, {**through, **{k.lower(): v for k, v in through.items()}}
        )

    def _stop_controllers(self) -> None:
        if process := self.control_plane.processes.pop("cert-manager", None):
            process.kill()

    def _inject(self) -> None:
        """What cainjector does: the authority into every configuration that lacks it."""
        authority = Path(self.control_plane.ca).read_bytes()
        bundle = base64.b64encode(authority).decode()
        for resource in CONFIGURATIONS:
            for one in self.admin.items(f"{ADMISSION}/{resource}", labelSelector=LABELS_OF_WEBHOOK):
                for webhook in one["webhooks"]:
                    if webhook["clientConfig"].get("caBundle") != bundle:
                        webhook["clientConfig"]["caBundle"] = bundle
                        path = f"{ADMISSION}/{resource}/{one['metadata']['name']}"
                        self.admin.call("PUT", path, one, fieldManager="cainjector")


LABELS_OF_WEBHOOK = "app.kubernetes.io/name=webhook,app.kubernetes.io/component=webhook"
