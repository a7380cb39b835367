"""How far a look at the cluster has come: which checks are still open, and since when."""

import time
from collections.abc import Callable, Sequence

from wizard.checks.base import Check
from wizard.run.events import CheckFinished, Event
from wizard.text import first_of

_NAMED = 2
"""Open checks that are named; the others are counted."""


class Looking:
    """A look that goes on. `checks` are those that will be asked."""

    def __init__(
        self, checks: Sequence[Check], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._since = clock()
        self._open = {check.id: check.title for check in checks}
        self._total = len(checks)

    def took(self, event: Event) -> None:
        """Something was told."""
        if isinstance(event, CheckFinished):
            self._open.pop(event.check, None)

    @property
    def text(self) -> str:
        """What is waited for, since when, and what comes next."""
        since = f"for {self._clock() - self._since:.0f} s"
        answered = self._total - len(self._open)
        if not answered:
            return f"reaching the cluster and reading the chart, {since}; then the checks"
        if not self._open:
            return f"comparing every step with the cluster to make the plan, {since}"
        names = list(self._open.values())
        told = first_of(names, _NAMED)
        return f"{answered} of {self._total} checks answered, {since}; open: {told}"
