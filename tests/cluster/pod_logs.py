"""What the containers of a namespace say: files a test writes to, served as their logs."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from pathlib import Path

from tests.cluster.kube import Kube, Object
from tests.cluster.kubelet import PROBE, PROBE_PORT, forwards_to, serves_log
from tests.cluster.process import poll

KWOK_API = "/apis/kwok.x-k8s.io/v1alpha1"
# Every container of the Harbor chart has its own file, all others share one.
CONTAINERS = (
    "core",
    "database",
    "exporter",
    "jobservice",
    "nginx",
    "portal",
    "redis",
    "registry",
    "registryctl",
    "trivy",
)
OTHERS = "others"
LEARNT_WITHIN = 60  # seconds, after a restart of the API server


class PodLogs:
    """The logs of one namespace: a file per container name, shared by a workload's replicas."""

    def __init__(self, admin: Kube, namespace: str, folder: Path) -> None:
        self._admin = admin
        self.namespace = namespace
        self._folder = folder / namespace
        self._folder.mkdir(parents=True)
        self._path = f"{KWOK_API}/clusterlogs/{namespace}"
        logs = [self._source(name, [name]) for name in (*CONTAINERS, PROBE)]
        logs.append(self._source(OTHERS, []))
        chosen = {"matchNamespaces": [namespace]}
        admin.apply(self._path, _kwok("ClusterLogs", namespace, {"selector": chosen, "logs": logs}))
        self._wait_served("any", PROBE)

    def _wait_served(self, pod: str, name: str) -> None:
        token = uuid.uuid4().hex
        self.write(name, token)
        served = functools.partial(serves_log, self._admin, self.namespace, pod, token)
        poll(f"kwok serves the logs of {self.namespace}", served, LEARNT_WITHIN)

    def _source(self, name: str, containers: list[str]) -> Object:
        now, before = self._file(name), self._file(f"{name}.previous")
        source: Object = {"logsFile": str(now), "previousLogsFile": str(before), "follow": True}
        return {**source, "containers": containers} if containers else source

    def _file(self, name: str) -> Path:
        path = self._folder / f"{name}.log"
        path.touch()
        return path

    def own_file(self, pod: str, *containers: str) -> None:
        """Give a pod, by name, files of its own: write to them as `POD/CONTAINER`.

        Its namespace must exist; the pod need not.
        """
        (self._folder / pod).mkdir()
        logs = [self._source(f"{pod}/{name}", [name]) for name in (*containers, PROBE)]
        path = f"{KWOK_API}/namespaces/{self.namespace}/logs/{pod}"
        self._admin.apply(path, _kwok("Logs", pod, {"logs": logs}))
        self._wait_served(pod, f"{pod}/{PROBE}")

    def write(
        self,
        container: str,
        *lines: str,
        stream: str = "stdout",
        at: dt.datetime | None = None,
        previous: bool = False,
    ) -> None:
        """Append lines; `previous`: to what the container said before its last restart."""
        known = container in (*CONTAINERS, PROBE) or "/" in container
        name = (container if known else OTHERS) + (".previous" if previous else "")
        with self._file(name).open("a") as log:
            for line in lines:
                log.write(f"{_stamp(at)} {stream} F {line}\n")

    def remove(self) -> None:
        """Serve them no longer."""
        self._admin.delete(self._path)


def _kwok(kind: str, name: str, spec: Object) -> Object:
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def _stamp(at: dt.datetime | None) -> str:
    moment = (at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def forward_ports(admin: Kube, namespace: str, ports: dict[int, int], pod: str = "") -> None:
    """Lead ports of every pod in the namespace to ports of this machine, {pod port: local}.

    `pod`: of that one alone; then every other needs a call of its own.
    """
    token = uuid.uuid4().hex
    forwards: list[Object] = [
        {"ports": [port], "target": {"address": "127.0.0.1", "port": local}}
        for port, local in ports.items()
    ]
    forwards.append({"ports": [PROBE_PORT], "command": ["echo", token]})
    selector: Object = {"matchNamespaces": [namespace]}
    if pod:
        selector["matchNames"] = [pod]
    name = _forwarding(namespace, pod)
    spec = {"selector": selector, "forwards": forwards}
    path = f"{KWOK_API}/clusterportforwards/{name}"
    admin.apply(path, _kwok("ClusterPortForward", name, spec))
    learnt = functools.partial(forwards_to, admin, namespace, token, pod or "any")
    poll(f"kwok forwards the ports of {name}", learnt, LEARNT_WITHIN)


def stop_forwarding(admin: Kube, namespace: str, pod: str = "") -> None:
    """Lead them nowhere again."""
    admin.delete(f"{KWOK_API}/clusterportforwards/{_forwarding(namespace, pod)}")


def _forwarding(namespace: str, pod: str) -> str:
    return f"{namespace}.{pod}" if pod else namespace
