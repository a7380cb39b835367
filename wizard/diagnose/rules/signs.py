"""Signs in logs: what a container says that tells a cause."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from wizard.diagnose.components import needs_ready_since
from wizard.diagnose.fields import containers, running_since
from wizard.diagnose.rules.base import Match
from wizard.diagnose.view import View
from wizard.ports import LogLine, Object

LATELY = timedelta(hours=1)
"""How long a line counts that a container wrote which goes on in spite of it."""
_NEW_RUN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sign:
    """A text in the log of a container. Of each line only what the pattern matches is quoted:
    the rest may hold secrets (core 2.x logs the CSRF key that it refuses).
    """

    containers: Sequence[str]
    pattern: re.Pattern[str]
    cause: str
    fix: str
    terminal: bool = False
    when_ready: bool = False
    """Look also where the container is ready: it goes on in spite of the fault."""
    after_needs: bool = False
    """Usual until all that the pod needs is ready; only lines from then on count."""
    within: timedelta | None = None
    """Only lines that are not older count; None: all of the runs looked at."""
    least: int = 1
    """As many lines are needed: fewer are usual."""

    def find(self, view: View) -> Iterable[Match]:
        """Pods whose logs show the sign."""
        for name in self.containers:
            for pod in view.logged(name):
                told = next((told for one, told in containers(pod) if one["name"] == name), {})
                if self.when_ready or not told.get("ready"):
                    yield from self._in(view, pod, _recent(view, pod, name, told))

    def _in(self, view: View, pod: Object, lines: Sequence[LogLine]) -> Iterable[Match]:
        if self.within is not None:
            lines = [line for line in lines if view.now - line.time <= self.within]
        found = [(line, hit) for line in lines if (hit := self.pattern.search(line.text))]
        if found and self.after_needs:
            since = needs_ready_since(view, pod)
            found = [(line, hit) for line, hit in found if since and line.time >= since]
        if len(found) >= self.least:
            yield Match(
                obj=pod,
                cause=self.cause.format(*found[-1][1].groups()),
                fix=self.fix,
                evidence=tuple(f"{line.time:%H:%M:%S} {hit[0]}" for line, hit in found[-4:]),
                since=found[0][0].time,
                seen=found[-1][0].time,
                terminal=self.terminal,
            )


def _recent(view: View, pod: Object, container: str, told: Mapping[str, Any]) -> Sequence[LogLine]:
    """What the container wrote, of its last two runs; only of the present one once that goes on
    for a while.
    """
    lines, begun = view.log(pod, container), running_since(told)
    if begun is None or view.now - begun < _NEW_RUN:
        return lines
    return [line for line in lines if line.time >= begun]
