"""The logs of the pods of a namespace for a support bundle, many at a time, none endless."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from wizard.diagnose.bundle.lines import hidden
from wizard.diagnose.bundle.parts import Parts
from wizard.diagnose.fields import containers, holds, labels
from wizard.diagnose.kinds import LOG
from wizard.errors import Forbidden, WorldError
from wizard.ports import Object, Pods

LINES, BYTES, PODS = 5_000, 2 * 1024 * 1024, 100
"""The caps: the last lines and bytes of each run of a container, and pods."""
_AT_ONCE = 8
_SECONDS = 20.0
"""A kubelet that says nothing for so long is not waited for."""


async def add_logs(port: Pods, pods: Sequence[Object], release: str, parts: Parts) -> None:
    """Add the logs of all containers: of the present run, and of the one before a restart.

    Where there are too many pods, those of the release that are not ready come first. Raises
    OSError where they cannot be written.
    """
    ranked = sorted(pods, key=lambda pod: _rank(pod, release))
    for pod in ranked[PODS:]:
        name = pod["metadata"]["name"]
        parts.missing[f"logs of pod {name}"] = f"only the logs of {PODS} pods are gathered"
    free = asyncio.Semaphore(_AT_ONCE)
    try:
        async with asyncio.TaskGroup() as reading:
            for pod in ranked[:PODS]:
                for log in _logs(port, pod):
                    reading.create_task(log.add(parts, free))
    except ExceptionGroup as group:  # they fail for one reason: there is no room
        raise group.exceptions[0] from None


def _logs(port: Pods, pod: Object) -> Iterator["_Log"]:
    for declared, told in containers(pod):
        for previous in (False, True) if told.get("restartCount") else (False,):
            yield _Log(port, pod, declared["name"], previous)


def _rank(pod: Object, release: str) -> tuple[bool, bool, str]:
    return labels(pod).get("release") != release, holds(pod, "Ready"), pod["metadata"]["name"]


class _Log:
    """The log of one run of one container."""

    def __init__(self, port: Pods, pod: Object, container: str, previous: bool) -> None:
        self._port = port
        self._metadata: Mapping[str, str] = pod["metadata"]
        self._container = container
        self._previous = previous
        self._lines: deque[tuple[str, str]] = deque()
        self._size = 0
        self._cut = False

    async def add(self, parts: Parts, free: asyncio.Semaphore) -> None:
        """Read it and add what could be read; why it ends early is noted."""
        async with free:
            before = ".previous" if self._previous else ""
            name = f"logs/{self._metadata['name']}/{self._container}{before}.log"
            try:
                async with asyncio.timeout(_SECONDS):
                    await self._read()
            except TimeoutError:
                parts.missing[name] = f"not complete within {_SECONDS:g} seconds"
            except Forbidden as error:
                parts.miss(LOG, error.what)
            except WorldError as error:
                parts.missing[name] = error.what
            if self._lines:
                self._write(name, parts)

    async def _read(self) -> None:
        lines = self._port.logs(
            self._metadata["namespace"],
            self._metadata["name"],
            self._container,
            previous=self._previous,
            tail=LINES,
        )
        async for line in lines:
            self._lines.append((line.time.isoformat(), line.text))
            self._size += len(line.text)
            while self._size > BYTES:
                self._size -= len(self._lines.popleft()[1])
                self._cut = True

    def _write(self, name: str, parts: Parts) -> None:
        self._cut = self._cut or len(self._lines) >= LINES
        note = f"the last {len(self._lines)} lines only" if self._cut else ""
        texts = hidden((text for _, text in self._lines), parts.hider, name)
        written = (f"{time} {text}" for (time, _), text in zip(self._lines, texts, strict=True))
        parts.lines(name, written, note)
        self._lines.clear()
