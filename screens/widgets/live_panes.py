"""Panes that go on changing: one is in front; where there is room, all are in sight."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from screens.widgets.pane_tabs import PaneTabs
from screens.widgets.problem_list import ProblemList


def pane_keys(titles: Mapping[str, str], of: str) -> Iterable[Binding]:
    """`1` and so on bring a pane to the front; `of` begins the ids of these bindings."""
    return (
        Binding(
            str(key),
            f"pane('{pane}')",
            title,
            show=False,
            id=f"{of}.{pane}",
            tooltip=f"Bring {title.lower()} to the front",
        )
        for key, (pane, title) in enumerate(titles.items(), start=1)
    )


class LivePanes(Vertical):
    """Subclasses name their panes, with one called `events` and a ProblemList among them."""

    TITLES: ClassVar[Mapping[str, str]]
    """Titles by the ids of the panes, in the order of their keys; the first one comes first."""
    HEAD: ClassVar[str] = ""
    """What stands in the head before anything is known."""

    def panes(self) -> ComposeResult:
        """The panes, each with its id."""
        raise NotImplementedError

    @property
    def events_text(self) -> str:
        """The events as plain text."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The head, the names of the panes, and the panes."""
        yield Static(self.HEAD, id="head", markup=False)
        yield PaneTabs(self.TITLES)
        with Container(id="panes"):
            yield from self.panes()

    def on_mount(self) -> None:
        """Name the panes, and begin with the first."""
        for key, (pane, title) in enumerate(self.TITLES.items(), start=1):
            self.query_one(f"#{pane}").border_title = f"{key} {title}"
        self.bring(next(iter(self.TITLES)))

    def bring(self, pane: str) -> None:
        """Bring a pane to the front, and the keyboard to it or to what stands in it."""
        self.query_one(PaneTabs).front(pane)
        for one in self.TITLES:
            self.query_one(f"#{one}").set_class(one == pane, "-front")
        front = self.query_one(f"#{pane}")
        inner = (one for one in front.query("*").results(Widget) if one.can_focus)
        (front if front.can_focus else next(inner, front)).focus()

    def copied(self) -> str | None:
        """The text of the pane that has the keyboard; None: the logs', or none has it."""
        problems = self.query_one(ProblemList)
        if self.query_one("#events").has_focus:
            return self.events_text
        return problems.text if problems.has_focus else None

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.bring(event.pane)
