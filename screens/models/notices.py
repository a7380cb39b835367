"""What a login program of the kubeconfig says while screens are shown: open this page, say."""

from collections.abc import Callable


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
