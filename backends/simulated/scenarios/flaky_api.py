"""The API server fails writes now and then, and is slow; it recovers."""

from backends.simulated.faults import Fault
from backends.simulated.scenarios.scenario import Scenario
from wizard.errors import Throttled, Unreachable


def _unreachable() -> Unreachable:
    return Unreachable(
        "The API server did not answer",
        why="the connection was reset",
        fix="try again",
        where="https://kubernetes.simulated:6443",
    )


def _throttled() -> Throttled:
    return Throttled("The API server asks to slow down", after=0.1, why="429 Too Many Requests")


def _faults() -> list[Fault]:
    return [
        Fault(_unreachable, verb="apply", every=3, times=2),
        Fault(_throttled, verb="create", every=3, times=2),
        Fault(verb="list", every=4, times=3, seconds=0.5),
    ]


SCENARIO = Scenario(
    "flaky-api",
    "the API server is slow, throttles or resets connections now and then, and recovers",
    faults=_faults,
)
