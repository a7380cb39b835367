"""What goes wrong between the wizard and the API server, as a scenario scripts it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wizard.errors import WorldError
from wizard.ports import Kind


@dataclass(slots=True)
class Fault:
    """The next calls that fit fail or are slow.

    `verb` (get, list, watch, apply, dry-run, create, delete) and `kind` (its name) may be `*`.
    The first `skip` fitting calls pass, the next `times` are hit; with `every` only each
    so-many-th of them. `seconds` is the delay of such a call; without an `error` it then succeeds.
    """

    error: Callable[[], WorldError] | None = None
    verb: str = "*"
    kind: str = "*"
    times: int = 1
    skip: int = 0
    every: int = 1
    seconds: float = 0.0
    _seen: int = 0

    def hits(self, verb: str, kind: Kind) -> bool:
        """Whether this very call is hit; counts it where it fits."""
        if self.verb not in ("*", verb) or self.kind not in ("*", kind.name):
            return False
        self._seen += 1
        place = self._seen - self.skip
        return place > 0 and place % self.every == 0 and place // self.every <= self.times


class Faults:
    """All faults of a world; tests may add to them at any time."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = list(faults)

    def add(self, fault: Fault) -> None:
        """From now on, also this."""
        self._faults.append(fault)

    def hit(self, verb: str, kind: Kind) -> tuple[float, WorldError | None]:
        """What happens to a call: its delay in seconds, and its error if it fails."""
        hits = [fault for fault in self._faults if fault.hits(verb, kind)]
        delay = sum(fault.seconds for fault in hits)
        errors = (fault.error() for fault in hits if fault.error)
        return delay, next(errors, None)
