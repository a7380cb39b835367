"""A line whose text is not shown."""

from textual.events import Paste
from textual.widgets import Input


class HiddenInput(Input):
    """Takes one secret of a single line."""

    def __init__(self, placeholder: str = "", *, classes: str | None = None) -> None:
        super().__init__(password=True, placeholder=placeholder, classes=classes)

    def _on_paste(self, event: Paste) -> None:
        """Take a single line only: of several, the rest would be lost unseen."""
        if len(event.text.strip("\r\n").splitlines()) > 1:
            event.prevent_default()
            event.stop()
            self.notify(
                "That has several lines: put it into a file, and choose a file as its source.",
                severity="error",
            )
