"""The least Textual application: what every other one is measured against."""

from textual.app import App, ComposeResult
from textual.widgets import Static

TEXT = "one widget"


class Bare(App[None]):
    """One widget."""

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Static(TEXT)


if __name__ == "__main__":
    Bare().run()
