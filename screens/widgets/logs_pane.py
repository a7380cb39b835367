"""The logs behind a run: which sources, what is filtered and found, whether the end is followed."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from screens.models.log_entry import LogEntry, Severity
from screens.widgets.log_view import LogView
from wizard.run.events import Log

_SEVERITIES: dict[Severity, str] = {
    "": "",
    "info": "info and graver",
    "warn": "warnings and errors",
    "error": "errors only",
}


_HASH = re.compile(r"-[0-9a-z]{8,10}(-[0-9a-z]{5}/)")
"""What a Deployment puts between its own name and the end of a pod's name."""


def short_source(source: str) -> str:
    """A source without the hash in the names of a Deployment's pods, to leave room for the text."""
    return _HASH.sub(r"\1", source)


@dataclass(slots=True)
class _Shown:
    """What is chosen of the log, in words of the screen."""

    sources: frozenset[str] | None = None
    """None: all."""
    of: str = ""
    """The title of the step whose sources these are."""
    text: str = ""
    severity: Severity = ""
    search: str = ""
    match: tuple[int, int] = field(default=(0, 0))


class LogsPane(Vertical):
    """A log view with a line above that says what is shown, and one below: where all is kept."""

    def compose(self) -> ComposeResult:
        """The view between its two lines."""
        self._shown = _Shown()
        self._sources: dict[str, str] = {}  # with what they are called in the view
        yield Static("", id="log-head", markup=False)
        yield LogView(id="log")
        yield Static("", id="log-place", markup=False)

    def on_mount(self) -> None:
        """Say that there is nothing yet."""
        self._tell()

    @property
    def view(self) -> LogView:
        """The log view in it."""
        return self.query_one(LogView)

    @property
    def sources(self) -> Sequence[str]:
        """Where lines came from so far."""
        return sorted(self._sources)

    @property
    def shown_sources(self) -> Collection[str]:
        """Those of them that are shown."""
        only = self._shown.sources
        return self.sources if only is None else only

    def start_anew(self, place: str) -> None:
        """Forget all lines; `place` says where the lines of a run are kept."""
        self._sources = {}
        self._shown.sources, self._shown.of = None, ""
        self.view.clear()
        self.view.show(None)
        self.query_one("#log-place", Static).update(place)
        self._tell()

    def kept_at(self, place: str) -> None:
        """Say where all lines are kept."""
        self.query_one("#log-place", Static).update(place)

    def add(self, lines: Iterable[Log]) -> None:
        """Add lines at the end."""
        before = len(self._sources)
        told = []
        for one in lines:
            short = self._sources.setdefault(one.source, short_source(one.source))
            told.append(LogEntry(one.time.astimezone(), short, one.text))
        self.view.write(told)
        if len(self._sources) != before:
            self._tell()

    def show(self, sources: Collection[str] | None, of: str = "") -> None:
        """Show only these sources; None: all. `of` names whose they are."""
        wanted = None if sources is None else frozenset(sources)
        if (wanted, of) != (self._shown.sources, self._shown.of):
            self._shown.sources, self._shown.of = wanted, of
            self.view.show(None if wanted is None else [short_source(one) for one in wanted])
            self._tell()

    def search(self, text: str) -> None:
        """Mark what has a text, and go to the nearest."""
        self._shown.search = text
        self._shown.match = (0, self.view.search(text))
        self._tell()

    def filter_text(self, text: str) -> None:
        """Show only lines that have a text; empty: all."""
        self._shown.text = text
        self._filter()

    def next_severity(self) -> None:
        """Show only graver lines, at last all again."""
        steps = list(_SEVERITIES)
        self._shown.severity = steps[(steps.index(self._shown.severity) + 1) % len(steps)]
        self._filter()

    @property
    def filtered_by(self) -> str:
        """The text that lines must have to be shown."""
        return self._shown.text

    @property
    def searched(self) -> str:
        """The text that was searched for last."""
        return self._shown.search

    def _filter(self) -> None:
        self.view.set_filter(self._shown.text, self._shown.severity)
        self._tell()

    @on(LogView.FollowChanged)
    def _followed(self) -> None:
        self._tell()

    @on(LogView.Matched)
    def _matched(self, event: LogView.Matched) -> None:
        self._shown.match = (event.index, event.total)
        self._tell()

    def _tell(self) -> None:
        """Say what is shown, and how."""
        shown = self._shown
        parts = [
            self._told_sources(),
            _SEVERITIES[shown.severity],
            f"with {shown.text!r}" if shown.text else "",
            self._told_matches(),
            "following" if self.view.follow else "not following: f",
        ]
        head = "   ".join(part for part in parts if part)
        self.query_one("#log-head", Static).update(f"Logs  {head}")

    def _told_sources(self) -> str:
        shown = self._shown
        if not self._sources:
            return "none yet"
        if shown.sources is None:
            return f"all {len(self._sources)} sources"
        if shown.of:
            return f"of {shown.of}" if shown.sources else f"{shown.of} writes none"
        if len(shown.sources) == 1:
            return next(iter(shown.sources))
        return f"{len(shown.sources)} of {len(self._sources)} sources"

    def _told_matches(self) -> str:
        at, total = self._shown.match
        return f"{self._shown.search!r} {at}/{total}" if self._shown.search else ""
