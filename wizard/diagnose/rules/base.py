"""What a rule is: a pure function that finds matches in a view, and what is known about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from wizard.diagnose.offer import ActionName
from wizard.diagnose.view import View
from wizard.ports import Kind, Object


class Layer(IntEnum):
    """Where a cause lies; an earlier layer is to blame before a later one."""

    CLUSTER = 0
    STORAGE = 1
    SECRETS = 2
    DEPENDENCY = 3
    WORKLOAD = 4
    ENTRY = 5
    CLIENT = 6


@dataclass(frozen=True, slots=True)
class Match:
    """An object at which a rule saw its signs.

    `since` is when they were first seen; it decides with the rule's `quiet` and `grace` what
    becomes of the match. `seen` is when they were last seen; None where they are there now.
    `terminal`: waiting longer cannot help, whatever the time.
    """

    obj: Object
    cause: str
    fix: str
    evidence: tuple[str, ...] = ()
    since: datetime | None = None
    seen: datetime | None = None
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue. `needs` are the kinds without which it cannot judge; with `either`
    it judges those that were looked at, and the others count as not checked.

    A match younger than `quiet` is not told at all (normal noise), then it is a warning, and one
    older than `grace` is a failure for which no more waiting is worth it; without `grace` only
    what is terminal by itself fails. A `symptom` is suppressed by a cause that explains it; what
    stands `aside` goes on in spite of its fault, so it explains nothing else. `offers` names what
    may help, where that is safe for the object matched (see `wizard.diagnose.offer`).
    """

    id: str
    title: str
    layer: Layer
    needs: tuple[Kind, ...]
    find: Callable[[View], Iterable[Match]]
    quiet: timedelta = timedelta(0)
    grace: timedelta | None = None
    symptom: bool = False
    aside: bool = False
    either: bool = False
    offers: ActionName | None = None
