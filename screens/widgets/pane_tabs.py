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

    def compose(self) -> ComposeResult:
        """A name for each pane."""
        for pane in self._panes:
            yield _Tab(pane)

    def show(self, front: str, counts: Mapping[str, int]) -> None:
        """Mark the pane in front, and say how much is in some."""
        for key, (tab, title) in enumerate(
            zip(self.query(_Tab), self._panes.values(), strict=True), start=1
        ):
            count = f" {counts[tab.pane]}" if counts.get(tab.pane) else ""
            text = f"{key} {title}{count}"
            tab.update(f"[{text}]" if tab.pane == front else f" {text} ")
            tab.set_class(tab.pane == front, "-front")


class _Tab(Static):
    """The name of a pane."""

    def __init__(self, pane: str) -> None:
        super().__init__(markup=False)
        self.pane = pane

    def on_click(self) -> None:
        """Bring it to the front."""
        self.post_message(PaneTabs.Chosen(self.pane))
