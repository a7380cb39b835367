"""What a rule finds, and the nearest thing that it must not find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.unit.diagnose import world
from wizard.diagnose.view import View


@dataclass(frozen=True)
class Said:
    """What a component's container says; it is ready, or ends again and again."""

    component: str
    text: str
    ready: bool


@dataclass(frozen=True)
class Case:
    """A rule by its id, a view in which it has something to say, and one in which it has not."""

    rule: str
    wrong: Callable[[], View]
    fine: Callable[[], View]
    said: Said | None = None
    """The line in a log that the rule is about, where that is all."""


def crashing(component: str) -> Any:
    """A pod whose container ended twice."""
    return world.pod(component, world.waits("CrashLoopBackOff", restarts=2, **world.LOOP))


def told(rule: str, component: str, text: str, near: str, *, ready: bool = False) -> Case:
    """A rule about a line in a log: the container is ready, or ends again and again."""

    def said(line: str) -> View:
        pod = world.pod(component) if ready else crashing(component)
        return world.view(pod, logs=((pod, world.line(line, 16, component)),))

    return Case(rule, lambda: said(text), lambda: said(near), Said(component, text, ready))


def forgotten(rule: str, component: str, text: str) -> Case:
    """A rule about a line of a container that goes on: two hours later it does not count."""

    def said(seconds: float) -> View:
        pod = world.pod(component, age=9000)
        lines = [(pod, world.line(text, seconds + n, component)) for n in range(3)]
        return world.view(pod, logs=tuple(reversed(lines)))

    return Case(rule, lambda: said(60), lambda: said(7200), Said(component, text, ready=True))
