"""A live release in five panes: its parts, what is wrong, logs, events and what changed."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from screens.models.picture_rows import (
    ChangeLines,
    EventLines,
    Redact,
    head,
    part_rows,
    problems,
    sources_of,
)
from screens.signs import sign
from screens.widgets.finding_list import FindingList
from screens.widgets.live_panes import LivePanes
from screens.widgets.log_view import LogView
from screens.widgets.logs_pane import LogsPane
from screens.widgets.pane_tabs import PaneTabs
from screens.widgets.step_list import StepList
from wizard.live import Picture
from wizard.run.events import Log


class WatchPanes(LivePanes):
    """Shows pictures of a release, and the lines of its logs."""

    TITLES: ClassVar[Mapping[str, str]] = {
        "parts": "Parts",
        "problems": "Problems",
        "logs": "Logs",
        "events": "Events",
        "changes": "Changes",
    }
    HEAD = f"{sign('asking')} reading objects, events and logs"

    def __init__(self, redact: Redact) -> None:
        super().__init__()
        self._redact = redact
        self.picture: Picture | None = None
        """The newest one."""
        self._events = EventLines()
        self._changes = ChangeLines()
        self.part = ""
        """The part whose logs are shown."""

    def panes(self) -> ComposeResult:
        """See LivePanes."""
        with Vertical(id="parts"):
            yield StepList(id="step-list")
        yield LogsPane(id="logs")
        yield FindingList(id="problems")
        yield LogView(id="events")
        yield LogView(id="changes")

    def tell(self, text: str) -> None:
        """Say, in place of a picture, what keeps one from being shown."""
        shown = self.query_one("#head", Static)
        shown.update(f"{sign('wrong')} {text}")
        shown.add_class("-wrong", "-whole")

    def show(self, picture: Picture) -> None:
        """Show a newer picture."""
        self.picture = picture
        state, text = head(picture)
        shown, found = self.query_one("#head", Static), problems(picture, self._redact)
        shown.update(f"{sign(state)} {text}")
        shown.set_class(state == "wrong" or picture.behind_since is not None, "-wrong")
        self.query_one(StepList).show(part_rows(picture, self._redact))
        self.query_one(FindingList).show(found)
        self.query_one(PaneTabs).count({"problems": len(found)})
        self.query_one("#events", LogView).write(self._events.of(picture, self._redact))
        self.query_one("#changes", LogView).write(self._changes.of(picture, self._redact))

    def add_logs(self, lines: list[Log]) -> None:
        """Take lines of logs; those of a part that is shown come to the screen."""
        logs = self.query_one(LogsPane)
        logs.add(lines)
        self._show_part(logs)

    @property
    def events_text(self) -> str:
        """See LivePanes."""
        return self.query_one("#events", LogView).copy_text()

    def copied(self) -> str | None:
        """See LivePanes."""
        changes = self.query_one("#changes", LogView)
        return changes.copy_text() if changes.has_focus else super().copied()

    def show_logs_of(self, part: str) -> None:
        """Show the logs of a part alone; all where it has none of its own."""
        self.part = part
        self._show_part(self.query_one(LogsPane))

    def _show_part(self, logs: LogsPane) -> None:
        if self.picture is None or not self.part:
            return
        sources = sources_of(self.picture, self.part, logs.sources)
        titles = {state.id: state.title for state in self.picture.states}
        logs.show(sources or None, of=titles.get(self.part, "") if sources else "")
