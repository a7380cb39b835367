"""The port `Pods`: what the simulated containers said, and a way to the stand-in for Harbor."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from backends.simulated.access import Rights
from backends.simulated.logs import Logs
from backends.simulated.stand_in import FORWARDED
from backends.simulated.store import Store
from backends.simulated.volumes import use_of
from wizard.errors import NotFound, Unreachable
from wizard.ports import Address, Kind, LogLine, Object, Ref, Right, VolumeUse

POD = Kind("v1", "Pod")


class SimulatedPods:
    """Logs as the script wrote them. A forwarded port is never opened on this machine: the
    world's Harbor client reaches the stand-in in the process itself.
    """

    def __init__(self, store: Store, logs: Logs, rights: Rights) -> None:
        self._store = store
        self._logs = logs
        self._rights = rights

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool = False,
        previous: bool = False,
        since: datetime | None = None,
        tail: int | None = None,
    ) -> AsyncGenerator[LogLine]:
        """The lines of a container; with `follow` until it ends."""
        self._pod(namespace, pod, "pods/log")
        log = self._logs.of((namespace, pod, container))
        lines = log.previous if previous else log.lines
        first = lines if since is None else [line for line in lines if line.time >= since]
        for line in first[-tail:] if tail else first:
            yield line
        told = len(lines)
        while follow and not previous and self._runs(namespace, pod) and lines is log.lines:
            grown = log.grown
            while told < len(lines):
                yield lines[told]
                told += 1
            await grown.wait()
        for line in lines[told:]:
            yield line

    @asynccontextmanager
    async def forward(self, namespace: str, pod: str, port: int) -> AsyncIterator[Address]:
        """The way to a pod's port. Raises NotFound, Unreachable where nothing runs in the pod."""
        found = self._pod(namespace, pod, "pods/portforward")
        if found.get("status", {}).get("phase") != "Running":
            raise Unreachable(f"Pod {namespace}/{pod} does not run", why="no container is running")
        yield Address(FORWARDED, port)

    async def volumes(self, node: str) -> Sequence[VolumeUse]:
        """How full the volumes of claims are that pods on a node mount."""
        self._rights.demand_right(Right("get", "", "nodes/proxy", "", node))
        here = (pod for pod in self._store.select(POD) if pod["spec"].get("nodeName") == node)
        return [use for pod in here for use in use_of(self._store, pod)]

    def _pod(self, namespace: str, name: str, resource: str) -> Object:
        self._rights.demand_right(Right("get", "", resource, namespace, name))
        found = self._store.get(Ref(POD, namespace, name))
        if found is None:
            raise NotFound(f"Pod {namespace}/{name} does not exist")
        return found

    def _runs(self, namespace: str, pod: str) -> bool:
        return self._store.get(Ref(POD, namespace, pod)) is not None
