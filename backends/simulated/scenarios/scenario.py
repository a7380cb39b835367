"""What a scenario is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from backends.simulated.access import Granted, everything
from backends.simulated.cluster import cluster
from backends.simulated.entrances import ORDINARY, Entrances
from backends.simulated.faults import Fault
from backends.simulated.script import Casting, ordinary
from backends.simulated.stage import Stage
from wizard.ports import Object


async def _nothing(_: Stage) -> bool:
    """Nobody else does anything."""
    return True


def _any_image(_: str) -> str:
    """Every image can be pulled."""
    return ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to rehearse in, by name; `summary` tells it in one line.

    `casting` gives the script of each component's pods, `cluster` what exists at first, `faults`
    are what goes wrong with the API server, and `granted` decides what the identity may do.
    `pull` gives the container runtime's error for an image; empty where the nodes can pull it.
    `meanwhile` is what somebody else does between two commands; it is asked before each, until
    it says that it has happened.
    """

    name: str
    summary: str
    casting: Casting = ordinary
    cluster: Callable[[], list[Object]] = cluster
    faults: Callable[[], list[Fault]] = list
    granted: Granted = everything
    entrances: Entrances = ORDINARY
    pull: Callable[[str], str] = _any_image
    meanwhile: Callable[[Stage], Awaitable[bool]] = _nothing
