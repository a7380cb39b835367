"""The port Pods over the real API server."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import datetime

from wizard.ports import Address, Kind, LogLine, Ref, VolumeUse

from .calls import Calls
from .forwarding import forward
from .logs import ContainerLog, Reader
from .objects import ClusterObjects
from .summaries import volumes_of

_POD = Kind("v1", "Pod")


class ClusterPods:
    """Logs, port-forwards and volumes, through the API server to the kubelet."""

    def __init__(self, calls: Calls, objects: ClusterObjects) -> None:
        self._calls = calls
        self._objects = objects

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
        """See wizard.ports.Pods.

        A container that has not started has no lines yet: following waits for it, reading ends.
        """
        reader = Reader(self._calls, Ref(_POD, namespace, pod), container, since, tail)
        log = ContainerLog(self._objects, reader)
        lines = log.follow() if follow and not previous else log.read(previous=previous)
        async with aclosing(lines):
            async for line in lines:
                yield line

    def forward(self, namespace: str, pod: str, port: int) -> AbstractAsyncContextManager[Address]:
        """See wizard.ports.Pods."""
        return forward(self._calls, namespace, pod, port)

    async def volumes(self, node: str) -> Sequence[VolumeUse]:
        """See wizard.ports.Pods."""
        path = f"/api/v1/nodes/{node}/proxy/stats/summary"
        answer = await self._calls.request("GET", path, where=f"the volumes on node {node}")
        return volumes_of(answer.data)
