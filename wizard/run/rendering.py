"""Events as lines for people: the same words on a terminal and in the plain log of a run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from wizard.diagnose.finding import Finding
from wizard.run.events import (
    CheckFinished,
    Event,
    FindingSeen,
    Log,
    RunFinished,
    RunStarted,
    StepFinished,
    StepProgress,
    StepStarted,
    StepWaiting,
)

_SIGNS = {
    "ok": ("✓", "+", "32"),
    "warn": ("!", "!", "33"),
    "fail": ("✗", "x", "31"),
    "waiting": ("…", ".", "2"),
    "skipped": ("·", "-", "2"),
    "here": ("▸", ">", "36"),
    "log": ("│", "|", "2"),
}
"""Each sign with its ASCII twin and its colour (SGR parameter, ECMA-48)."""

_STEP_SIGNS = {
    "done": "ok",
    "unchanged": "ok",
    "failed": "fail",
    "waiting": "waiting",
    "blocked": "skipped",
    "cancelled": "fail",
}


@dataclass(frozen=True, slots=True)
class Style:
    """What the reader's side can show: signs beyond ASCII, colours."""

    unicode: bool = True
    colour: bool = False

    def sign(self, name: str) -> str:
        """The sign of a state; its word always stands beside it, the colour only adds."""
        sign, twin, colour = _SIGNS[name]
        return self.paint(sign if self.unicode else twin, colour)

    def shown(self, text: str) -> str:
        """The text with arrows that the reader's side can show."""
        return text if self.unicode else text.replace("→", "->")

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour, where colours are shown."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour and colour else text


def labelled(*pairs: tuple[str, str]) -> list[str]:
    """`label: text` for every text there is; lines after a text's first are indented below it."""
    return [
        line
        for label, text in pairs
        if text
        for line in f"{label}: {text}".replace("\n", f"\n{' ' * (len(label) + 2)}").split("\n")
    ]


def duration(seconds: float) -> str:
    """A duration for people: `0.4 s`, `42 s`, `3 min 05 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class EventLines:
    """Makes lines of events, one after another: it knows since when each step works."""

    def __init__(self, stamp: Callable[[datetime], str], style: Style = Style()) -> None:
        self._stamp = stamp
        self._style = style
        self._started: dict[str, datetime] = {}
        self._titles: dict[str, str] = {}

    def of(self, event: Event) -> list[str]:
        """The lines of an event: its time, a sign and a text; details indented below."""
        sign, text, details = self._parts(event)
        time = self._stamp(event.time)
        first, *rest = text.split("\n")
        margin = " " * (len(time) + 3)
        return [
            f"{time} {self._style.sign(sign)} {first}",
            *(margin + d for d in (*rest, *details)),
        ]

    def _parts(self, event: Event) -> tuple[str, str, Iterable[str]]:
        """Sign, text and details of an event."""
        details: Iterable[str] = ()
        match event:
            case RunStarted():
                steps = f"{len(event.steps)} steps, plan {event.plan}"
                sign, text = "here", f"{event.preset} on {event.target}: {steps}"
            case CheckFinished():
                sign, text = event.state, f"{event.title}: {event.fact}"
                if event.state != "ok":
                    details = labelled(("why", event.why), ("fix", event.fix))
            case StepStarted():
                sign, text = "here", self._begun(event)
            case StepWaiting():
                since = f"{event.step} ({self._elapsed(event)}): " if event.step else ""
                sign, text = "waiting", f"{since}{event.text}"
            case StepProgress():
                come = f"{event.done} of {event.total} ready"
                sign, text = "waiting", f"{event.step} ({self._elapsed(event)}): {come}"
            case Log():
                sign, text = "log", f"{event.source}: {event.text}"
            case FindingSeen():
                sign, text, details = finding_parts(event.finding)
            case StepFinished():
                sign, text = _STEP_SIGNS[event.state], self._ended(event)
                details = labelled(("what", event.what), ("why", event.why), ("fix", event.fix))
            case RunFinished():
                sign = "fail" if event.exit else "ok"
                text = f"{event.summary} (exit {event.exit}, {duration(event.seconds)})"
            case _:
                raise TypeError(f"no words for the event {event.name}")
        return sign, text, details

    def _begun(self, event: StepStarted) -> str:
        self._started[event.step] = event.time
        self._titles[event.step] = event.title
        changes = f"{event.changes} to change" if event.changes else "nothing to change"
        return f"{event.step}: {event.title}, {changes}"

    def _elapsed(self, event: Event) -> str:
        since = self._started.get(event.step, event.time)
        return duration((event.time - since).total_seconds())

    def _ended(self, event: StepFinished) -> str:
        if event.state == "blocked":
            return f"{event.step}: not begun, since a step that it needs did not end well"
        words = {"done": "done", "unchanged": "as wanted", "failed": "failed"}
        words["waiting"] = "waits for somebody outside,"
        state = words.get(event.state, "stopped")
        title = self._titles.get(event.step, "")
        return f"{event.step}: {title}, {state} after {duration(event.seconds)}"


def finding_parts(finding: Finding) -> tuple[str, str, list[str]]:
    """The sign, the first line and the details of a finding."""
    details = [
        *labelled(("cause", finding.cause)),
        *labelled(*(("seen", line) for line in dict.fromkeys(finding.evidence))),
        *labelled(("fix", finding.fix)),
    ]
    return finding.severity, f"{finding.id} {finding.object}: {finding.title}", details
