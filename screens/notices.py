"""What a login program of the kubeconfig says while screens are shown: open this page, say."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

SECONDS = 120
"""How long such a line stands: somebody has to type it elsewhere."""


class Notices:
    """Takes lines, and keeps them until something shows them."""

    def __init__(self) -> None:
        self._show: Callable[[str], None] | None = None
        self._waiting: list[str] = []

    def __call__(self, line: str) -> None:
        """A line that a person has to see."""
        if self._show is None:
            self._waiting.append(line)
        else:
            self._show(line)

    def show_by(self, show: Callable[[str], None]) -> None:
        """Show lines in this way, also those that came before."""
        self._show, waiting, self._waiting = show, self._waiting, []
        for line in waiting:
            show(line)


def show_notice(app: "App[int]", line: str) -> None:
    """Show a line of others on whatever screen is there; secrets in it are hidden."""
    from wizard.run.patterns import redact_patterns

    app.notify(redact_patterns(line), title="The login says", timeout=SECONDS, markup=False)
