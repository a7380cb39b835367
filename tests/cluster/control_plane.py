"""A Kubernetes of its own: the control plane is real, the nodes are kwok's."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.cluster.arguments import KWOK, Arguments, Ports, egress_through
from tests.cluster.audit import POLICY, Audit
from tests.cluster.build import Programs
from tests.cluster.certificates import Certificates
from tests.cluster.identities import HOME, Identity, new_identity, write_kubeconfig
from tests.cluster.kube import CORE, STORAGE, Kube, Object, condition
from tests.cluster.process import Process
from tests.cluster.service_proxy import ServiceProxy

EXTENSIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
UP_WITHIN = 90  # seconds; some four on an idle machine, many more on a busy one


class ControlPlane:
    """Start it, use `admin` and `identity`, stop it; as a context it stops on failure too."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="harbor-wizard-cluster-"))
        self.certificates = Certificates(self.folder / "pki")
        ports = Ports.pick()
        self.server = f"https://127.0.0.1:{ports.api}"
        self.ca = self.certificates.path("ca.crt")
        key = {
            "client-certificate": self.certificates.path("admin.crt"),
            "client-key": self.certificates.path("admin.key"),
        }
        self.kubeconfig = write_kubeconfig(
            self.folder / "admin.kubeconfig", self.server, self.ca, key
        )
        self.arguments = Arguments(programs, self.certificates, ports, self.folder, self.kubeconfig)
        pair = (key["client-certificate"], key["client-key"])
        self.admin = Kube(self.server, self.ca, certificate=pair)
        self._anonymous = Kube(self.server, self.ca)
        self.proxy = ServiceProxy(self.admin)
        self.audit = Audit(self.folder / "audit.log", self._answers)
        self.processes: dict[str, Process] = {}
        self._numbers = itertools.count(1)
        self.seconds_to_start = 0.0

    def __enter__(self) -> ControlPlane:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Bring everything up: nodes Ready, storage classes there."""
        begin = time.monotonic()
        (self.folder / "audit-policy.yaml").write_text(yaml.safe_dump(POLICY))
        self.arguments.egress.write_text(yaml.safe_dump(egress_through(self.proxy.socket)))
        self._run("etcd", self.arguments.etcd())
        self.start_api()
        self._run("kube-controller-manager", self.arguments.controllers())
        self._run("kube-scheduler", self.arguments.scheduler())
        for name in self._create_all(EXTENSIONS, "crds.yaml"):
            self.admin.wait(f"{EXTENSIONS}/{name}", _established)
        self._run("kwok", self.arguments.kubelets())
        self._create_all(f"{STORAGE}/storageclasses", "storage-classes.yaml")
        self._create_all(f"{CORE}/nodes", "nodes.yaml")
        self.admin.create(f"{CORE}/namespaces", {"metadata": {"name": HOME}})
        self.wait_nodes()
        self.seconds_to_start = time.monotonic() - begin

    def stop(self) -> None:
        """End every program, newest first, and remove the data: nothing of it is worth a grace."""
        for name in reversed(list(self.processes)):
            self.processes.pop(name).kill()
        self.proxy.stop()
        self.admin.close()
        self._anonymous.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name: str, argv: list[str]) -> Process:
        self.processes[name] = Process(name, argv, self.folder / f"{name}.log")
        return self.processes[name]

    def _create_all(self, path: str, file_name: str) -> list[str]:
        objects = yaml.safe_load((KWOK / file_name).read_text())["items"]
        return [self.admin.create(path, one)["metadata"]["name"] for one in objects]

    def wait_nodes(self, seconds: float = UP_WITHIN) -> None:
        """Wait until every node is Ready and may be given pods."""

        def usable(nodes: Object) -> bool:
            ready = all(condition(node, "Ready") == "True" for node in nodes["items"])
            return ready and not any(node["spec"].get("taints") for node in nodes["items"])

        try:
            self.admin.wait(f"{CORE}/nodes", usable, seconds)
        except TimeoutError as late:
            raise TimeoutError(f"{late}\nkwok: {self.processes['kwok'].tail()}") from None

    def start_api(self) -> None:
        """Start the API server, at the same address with the same data, and wait for it."""
        process = self._run("kube-apiserver", self.arguments.api_server())
        process.wait_until(self.admin.ready, UP_WITHIN)

    def stop_api(self) -> None:
        """Kill the API server as a crash would."""
        self.processes.pop("kube-apiserver").kill()

    def restart_api(self) -> None:
        """A crash of the API server and its return, as one."""
        self.stop_api()
        self.start_api()

    def identity(
        self, name: str = "wizard", rules: list[Object] | None = None, *, exact: bool = False
    ) -> Identity:
        """A fresh ServiceAccount; `rules` None: cluster-admin, []: no rights.

        Its name gets a number unless `exact`, so that every test has its own in the audit log.
        """
        full = name if exact else f"{name}-{next(self._numbers)}"
        return new_identity(self.admin, full, rules, self.server, self.ca, self.folder)

    def fresh_name(self, prefix: str = "t") -> str:
        """A name no other test of this control plane uses."""
        return f"{prefix}-{next(self._numbers)}"

    def logs(self) -> list[tuple[str, str]]:
        """The end of every program's output, for a failed test's report."""
        return [(name, process.tail(8)) for name, process in self.processes.items()]

    def _answers(self, path: str) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            self._anonymous.http.get(path, timeout=5)
            return True
        return False


def _established(crd: dict[str, Any]) -> bool:
    return condition(crd, "Established") == "True"
