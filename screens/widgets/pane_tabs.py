"""The names of the panes in a line, each with the key that brings it to the front."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static


class PaneTabs(Horizontal):
    """Says which pane is in front; a click brings another there."""

    @dataclass
    class Chosen(Message):
        """The person wants to see a pane."""

        pane: str

    def __init__(self, panes: Mapping[str, str]) -> None:
        super().__init__(id="tabs")
        self._panes = panes
        """Titles by the ids of panes, in the order of their keys."""
        self._front = ""
        self._counts: Mapping[str, int] = {}

    def compose(self) -> ComposeResult:
        """A name for each pane."""
        for pane in self._panes:
            yield _Tab(pane)

    def front(self, pane: str) -> None:
        """Mark another pane as the one in front."""
        self._front = pane
        self._show()

    def count(self, counts: Mapping[str, int]) -> None:
        """Say how much is in some of them."""
        if counts != self._counts:
            self._counts = counts
            self._show()

    def _show(self) -> None:
        for key, (tab, title) in enumerate(
            zip(self.query(_Tab), self._panes.values(), strict=True), start=1
        ):
            count = f" {self._counts[tab.pane]}" if self._counts.get(tab.pane) else ""
            text = f"{key} {title}{count}"
            tab.update(f"[{text}]" if tab.pane == self._front else f" {text} ")
            tab.set_class(tab.pane == self._front, "-front")


class _Tab(Static):
    """The name of a pane."""

    def __init__(self, pane: str) -> None:
        super().__init__(markup=False)
        self.pane = pane

    def on_click(self) -> None:
        """Bring it to the front."""
        self.post_message(PaneTabs.Chosen(self.pane))
