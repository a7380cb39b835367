"""An object to read, to search in and to copy."""

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from screens.dialogs.copyable import Copyable
from screens.widgets.prompt import Prompt


class Described(Copyable):
    """A text whose lines stay as they are; `/` searches, `n` and `N` go from match to match."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="search", tooltip="Search the text"),
        Binding("n", "match(1)", "Next", id="next", tooltip="Next match of the search"),
        Binding("N", "match(-1)", "Before", id="before", tooltip="Match before this one"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title, text)
        self._searched = ""
        self._matches: list[int] = []
        """The lines that match."""
        self._at = -1

    def compose(self) -> ComposeResult:
        """The title above the text, and the line that asks."""
        with Vertical(classes="window"):
            yield Static(self._title, classes="window-title", markup=False)
            with VerticalScroll(classes="-as-is"):
                yield Static(self._text, id="described", markup=False)
            yield Static("", id="found", markup=False)
            yield Prompt()
        yield Footer(compact=True, show_command_palette=False)

    def action_search(self) -> None:
        """Ask what to search for."""
        self.query_one(Prompt).ask("search", "Search ", self._searched)

    @on(Prompt.Answered)
    def _search(self, event: Prompt.Answered) -> None:
        self._searched = event.text
        wanted = re.compile(re.escape(event.text), re.IGNORECASE) if event.text else None
        lines = self._text.splitlines()
        self._matches = [at for at, line in enumerate(lines) if wanted and wanted.search(line)]
        shown = Content(self._text)
        for found in wanted.finditer(self._text) if wanted else ():
            shown = shown.stylize("reverse", *found.span())
        self.query_one("#described", Static).update(shown)
        self._at = -1
        self.action_match(1)

    def action_match(self, by: int) -> None:
        """Go to the next match, or the one before."""
        told = f"nothing has {self._searched!r}" if self._searched else ""
        if self._matches:
            self._at = (self._at + by) % len(self._matches)
            line = self._matches[self._at]
            self.query_one(VerticalScroll).scroll_to(y=line, animate=False)
            told = f"{self._at + 1} of {len(self._matches)} lines with {self._searched!r}"
        self.query_one("#found", Static).update(told)
