"""A live release in four panes: its parts, what is wrong, logs and events."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from screens.models.picture_rows import (
    EventLines,
    Redact,
    head,
    part_rows,
    problems,
    sources_of,
)
from screens.signs import sign
from screens.widgets.log_view import LogView
from screens.widgets.logs_pane import LogsPane
from screens.widgets.pane_tabs import PaneTabs
from screens.widgets.problem_list import ProblemList
from screens.widgets.step_list import StepList
from wizard.live import Picture
from wizard.run.events import Log

PANES = {"parts": "Parts", "problems": "Problems", "logs": "Logs", "events": "Events"}


class WatchPanes(Vertical):
    """One pane is in front; where there is room, all are in sight."""

    def __init__(self, redact: Redact) -> None:
        super().__init__()
        self._redact = redact
        self._picture: Picture | None = None
        self._events = EventLines()
        self._part = ""
        """The part whose logs are shown."""

    def compose(self) -> ComposeResult:
        """The head, the names of the panes, and the panes."""
        yield Static(f"{sign('asking')} reading objects, events and logs", id="head", markup=False)
        yield PaneTabs(PANES)
        with Container(id="panes"):
            with Vertical(id="parts"):
                yield StepList(id="step-list")
            yield LogsPane(id="logs")
            yield ProblemList(id="problems")
            yield LogView(id="events")

    def on_mount(self) -> None:
        """Name the panes, and begin with the parts."""
        for key, (pane, title) in enumerate(PANES.items(), start=1):
            self.query_one(f"#{pane}").border_title = f"{key} {title}"
        self.bring("parts")

    def tell(self, text: str) -> None:
        """Say, in place of a picture, what keeps one from being shown."""
        shown = self.query_one("#head", Static)
        shown.update(f"{sign('wrong')} {text}")
        shown.add_class("-wrong", "-whole")

    def show(self, picture: Picture) -> None:
        """Show a newer picture."""
        self._picture = picture
        state, text = head(picture)
        shown, found = self.query_one("#head", Static), problems(picture, self._redact)
        shown.update(f"{sign(state)} {text}")
        shown.set_class(state == "wrong" or picture.behind_since is not None, "-wrong")
        self.query_one(StepList).show(part_rows(picture))
        self.query_one(ProblemList).show(found)
        self.query_one(PaneTabs).count({"problems": len(found)})
        self.query_one("#events", LogView).write(self._events.of(picture, self._redact))

    def add_logs(self, lines: list[Log]) -> None:
        """Take lines of logs; those of a part that is shown come to the screen."""
        logs = self.query_one(LogsPane)
        logs.add(lines)
        self._show_part(logs)

    def bring(self, pane: str) -> None:
        """Bring a pane to the front, and the keyboard to it."""
        self.query_one(PaneTabs).front(pane)
        for one in PANES:
            self.query_one(f"#{one}").set_class(one == pane, "-front")
        inner = {"parts": "#step-list", "logs": "#log"}
        self.query_one(inner.get(pane, f"#{pane}")).focus()

    def copied(self) -> str | None:
        """The text of the pane that has the keyboard; None: the logs', or none has it."""
        events, found = self.query_one("#events", LogView), self.query_one(ProblemList)
        if events.has_focus:
            return events.copy_text()
        return found.text if found.has_focus else None

    def show_logs_of(self, part: str) -> None:
        """Show the logs of a part alone; all where it has none of its own."""
        self._part = part
        self._show_part(self.query_one(LogsPane))

    def _show_part(self, logs: LogsPane) -> None:
        if self._picture is None or not self._part:
            return
        sources = sources_of(self._picture, self._part, logs.sources)
        titles = {state.id: state.title for state in self._picture.states}
        logs.show(sources or None, of=titles.get(self._part, "") if sources else "")

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.bring(event.pane)
