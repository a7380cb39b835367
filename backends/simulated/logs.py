"""What the containers of the simulated cluster have said."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from wizard.ports import LogLine

Source = tuple[str, str, str]
"""Namespace, pod, container."""


@dataclass(slots=True)
class ContainerLog:
    """The lines of a container's present and of its previous life."""

    lines: list[LogLine] = field(default_factory=list)
    previous: list[LogLine] = field(default_factory=list)
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    """Set, and replaced by a new one, when lines were added or the container ended."""

    def wake(self) -> None:
        """Tell those who follow that something happened."""
        self.grown.set()
        self.grown = asyncio.Event()


class Logs:
    """The logs of all containers."""

    def __init__(self) -> None:
        self._logs: dict[Source, ContainerLog] = {}

    def of(self, source: Source) -> ContainerLog:
        """A container's log; empty at first."""
        return self._logs.setdefault(source, ContainerLog())

    def add(self, source: Source, text: str, time: datetime) -> None:
        """Another line."""
        log = self.of(source)
        log.lines.append(LogLine(time, source[1], source[2], text))
        log.wake()

    def restart(self, source: Source) -> None:
        """The container ended: its lines are those of its previous life now."""
        log = self.of(source)
        log.previous, log.lines = log.lines, []
        log.wake()

    def forget(self, namespace: str, pod: str) -> None:
        """The pod is gone."""
        for source in [s for s in self._logs if s[:2] == (namespace, pod)]:
            self._logs.pop(source).wake()

    def dump(self) -> list[list[str]]:
        """All lines of present lives, for a file."""
        return list(self._dumped())

    def _dumped(self) -> Iterator[list[str]]:
        for source, log in self._logs.items():
            for line in log.lines:
                yield [*source, line.time.isoformat(), line.text]

    def load(self, lines: list[list[str]]) -> None:
        """The lines of a file."""
        for namespace, pod, container, time, text in lines:
            self.add((namespace, pod, container), text, datetime.fromisoformat(time))
