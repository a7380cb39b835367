"""Logs of containers, followed over lost connections without a lost or doubled line.

The API takes `sinceTime` in whole seconds, and a line may carry an older stamp than the line
before it. So a reader that comes back asks for some seconds it has already seen and takes off,
line by line, what it has told.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wizard.errors import Invalid, NotFound, Throttled, Unreachable
from wizard.ports import LogLine, Object, Ref
from wizard.text import plain

from .calls import Calls, pause_before
from .objects import ClusterObjects

OVERLAP = timedelta(seconds=2)
"""How far a line's stamp may lie behind an earlier line's (measured inversions are shorter)."""
SILENCE = 300
"""Seconds without a line after which the connection is opened anew: it may be dead."""
_NO_LOG = re.compile(
    r"is waiting to start|is not available|is terminated|not found|does not have a host assigned"
)
"""How the kubelet and the API server say that a container has no log yet, or none of before."""


class Reader:
    """The log of one container: reads that go on where the last one broke off."""

    def __init__(
        self, calls: Calls, ref: Ref, container: str, since: datetime | None, tail: int | None
    ) -> None:
        self._calls = calls
        self.ref = ref
        self.container = container
        self._since = since
        self._tail = tail
        self._newest: datetime | None = None
        self._told: deque[tuple[datetime, bytes]] = deque()

    async def read(self, *, follow: bool, previous: bool) -> AsyncGenerator[LogLine]:
        """The lines not yet told, to the end of one connection. Raises a WorldError."""
        query = self._query(follow=follow, previous=previous)
        again = Counter(line for _, line in self._told)
        path = f"/api/v1/namespaces/{self.ref.namespace}/pods/{self.ref.name}/log"
        where = f"the log of {self.ref}, container {self.container}"
        async with self._calls.stream(path, query, silence=SILENCE, where=where) as lines:
            async for raw in lines:
                stamp, text = self._parse(raw)
                if again[raw] > 0:
                    again[raw] -= 1
                    continue
                self._remember(stamp, raw)
                yield LogLine(stamp, self.ref.name, self.container, text)

    def _query(self, *, follow: bool, previous: bool) -> dict[str, str]:
        query = {"container": self.container, "timestamps": "true"}
        since = self._since
        if self._newest is not None:
            since = self._newest - OVERLAP
        elif self._tail is not None:
            query["tailLines"] = str(self._tail)
        if since is not None:
            query["sinceTime"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if follow:
            query["follow"] = "true"
        if previous:
            query["previous"] = "true"
        return query

    def _parse(self, raw: bytes) -> tuple[datetime, str]:
        """Stamp and text; a line without a stamp comes from the kubelet itself."""
        whole = raw.decode("utf-8", "replace")
        stamp, _, text = whole.partition(" ")
        with suppress(ValueError):
            moment = datetime.fromisoformat(stamp)
            if moment.tzinfo is not None:
                return moment, plain(text)
        return self._newest or datetime.now(UTC), plain(whole)

    def _remember(self, stamp: datetime, raw: bytes) -> None:
        """Keep what a second read would bring again."""
        self._newest = max(stamp, self._newest or stamp)
        self._told.append((stamp, raw))
        while self._told[0][0] < self._newest - OVERLAP - timedelta(seconds=1):
            self._told.popleft()


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a container, as its pod's status tells it."""

    pod: str
    restarts: int
    ended: bool

    @classmethod
    def of(cls, pod: Object, container: str) -> "_Run":
        reported = pod.get("status") or {}
        groups = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
        everyone = [status for group in groups for status in reported.get(group) or []]
        status: Object = next((each for each in everyone if each["name"] == container), {})
        state = status.get("state") or {}
        # Waiting after a restart means that the run before has ended (CrashLoopBackOff).
        ended = "running" not in state and bool("terminated" in state or status.get("lastState"))
        return cls(pod["metadata"]["uid"], status.get("restartCount", 0), ended)


class ContainerLog:
    """The log of one container, read once or followed until this run of it has ended."""

    def __init__(self, objects: ClusterObjects, reader: Reader) -> None:
        self._objects = objects
        self._reader = reader

    async def read(
        self, *, follow: bool = False, previous: bool = False
    ) -> AsyncGenerator[LogLine]:
        """One connection's lines; none where the container has not started. Raises a WorldError."""
        lines = self._reader.read(follow=follow, previous=previous)
        async with aclosing(lines):
            try:
                async for line in lines:
                    yield line
            except Invalid as refused:
                if not _NO_LOG.search(refused.why):
                    raise

    async def follow(self) -> AsyncGenerator[LogLine]:
        """Every line until the run has ended or its pod is gone, over lost connections."""
        first = now = await self._run()
        if first is None:
            raise NotFound(f"{self._reader.ref} does not exist", where=str(self._reader.ref))
        attempt = 0
        while now is not None and now.pod == first.pod:
            trouble = None
            restarted = now.restarts != first.restarts
            over = restarted or now.ended
            try:
                async with aclosing(self.read(follow=not over, previous=restarted)) as lines:
                    async for line in lines:
                        attempt = 0
                        yield line
                if over:
                    return
            except (NotFound, Unreachable, Throttled) as error:
                trouble = error
            await asyncio.sleep(pause_before(attempt, trouble))
            attempt += 1
            with suppress(Unreachable, Throttled):
                now = await self._run()

    async def _run(self) -> _Run | None:
        """The run that the container is in now; None where its pod is gone."""
        pod = await self._objects.get(self._reader.ref)
        return _Run.of(pod, self._reader.container) if pod else None
