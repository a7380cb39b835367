"""A live picture of a release, as text: its head, its parts, what is wrong, its events."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from screens.models.log_entry import LogEntry
from screens.models.run_rows import Row
from screens.models.troubles import Trouble
from screens.signs import State
from wizard.diagnose import kinds
from wizard.diagnose.components import ComponentState, dragged_down
from wizard.diagnose.fields import last_seen
from wizard.diagnose.finding import Finding
from wizard.diagnose.recent import TELLING, Recent, recent
from wizard.diagnose.view import Collection
from wizard.diagnose.vitals import Vitals, vitals
from wizard.live import Picture
from wizard.ports import Object
from wizard.text import plain

Redact = Callable[[str], str]

_STATES: Mapping[str, State] = {
    "ok": "ok",
    "waiting": "look",
    "failed": "wrong",
    "unknown": "unknown",
}


MOST_EVENTS = 1_000
"""So many are told of one picture: the screen stands still until they are."""
_AROUND = {"api", "nodes", "dns", "cert-manager", "url", "realm"}
"""What is there without any Harbor."""


def head(picture: Picture) -> tuple[State, str]:
    """Where one looks, how it stands there, and whether what is shown is of now."""
    grave = [one for one in _findings(picture) if one.severity == "fail" and not one.suppressed_by]
    causes, others = len({one.id for one in grave}), len(_findings(picture)) - len(grave)
    failed = [state for state in picture.states if state.state == "failed"]
    state: State = "wrong" if causes or failed else "look" if others else "ok"
    places = f" in {len(grave)} places" if len(grave) > causes else ""
    counted = [_many(causes, "cause") + places, _many(others, "more to look at", "more to look at")]
    told = ", ".join(part for part in counted if part) or "nothing wrong was found"
    if all(one.id in _AROUND for one in picture.states):
        state, told = "look", "there is no Harbor of this name here"
    since = picture.behind_since
    live = f"the API server does not answer since {_clock(since)}" if since else "live"
    return state, f"{picture.target}   {told}   {live}"


def part_rows(picture: Picture, redact: Redact) -> Sequence[Row]:
    """The parts of the release in the order of blame, with what drags one down."""
    above = dragged_down(picture.states)
    rows = (_part(picture, state, above.get(state.id, ())) for state in picture.states)
    return [replace(row, waits=redact(row.waits)) for row in rows]


def _part(picture: Picture, state: ComponentState, above: Sequence[str]) -> Row:
    target = picture.target
    figures = vitals(picture.view, target.namespace, target.release, state.id)
    shown, waits = _STATES[state.state], state.reason
    if above:
        shown, waits = "not yet", f"because of {', '.join(above)}"
    word = _word(state, figures)
    since = f"since {_clock(figures.since, picture.view.now)}" if figures and figures.since else ""
    fullest = str(max(state.volumes, key=lambda fill: fill.percent)) if state.volumes else ""
    if state.state == "ok":
        more = tuple(filter(None, (fullest, since)))
        return Row(state.id, shown, state.title, word, waits, more=more)
    waits = f"{waits} ({since})".strip() if since else waits
    return Row(state.id, shown, state.title, word, "; ".join(filter(None, (waits, fullest))))


def _word(state: ComponentState, figures: Vitals | None) -> str:
    words = {"waiting": "not ready", "failed": "failed", "unknown": "not known"}
    told = [words.get(state.state, "" if figures else "ok")]
    if figures:
        told += [f"{figures.ready}/{figures.wanted} ready", _many(figures.restarts, "restart")]
    return ", ".join(part for part in told if part)


def problems(picture: Picture, redact: Redact) -> Sequence[Trouble]:
    """What was found, causes first; at last what could not be looked at."""
    found = [_trouble(one, redact) for one in _findings(picture)]
    reasons = Counter(one.reason for one in picture.diagnosis.not_checked)
    found += [
        Trouble("unknown", f"{_many(count, 'rule')} could not be asked", (("Why", redact(reason)),))
        for reason, count in reasons.items()
    ]
    return found


def _trouble(finding: Finding, redact: Redact) -> Trouble:
    because = f"{finding.suppressed_by} explains it" if finding.suppressed_by else ""
    pairs = [("Why", because), ("Why", finding.cause)]
    pairs += [("Seen", line) for line in dict.fromkeys(finding.evidence)]
    pairs += [("Fix", finding.fix), ("Do", f"a: {finding.offer}" if finding.offer else "")]
    details = tuple((label, redact(text)) for label, text in pairs if text)
    grave = finding.severity == "fail" and not finding.suppressed_by
    title = redact(f"{finding.object}: {finding.title}")
    return Trouble(
        "wrong" if grave else "look",
        title,
        details,
        finding.component,
        finding.id,
        finding.object,
        finding.offer,
    )


def _findings(picture: Picture) -> Sequence[Finding]:
    return picture.diagnosis.findings


class EventLines:
    """Tells events of the namespace once, and again where one happened again; of many at once the
    newest.
    """

    def __init__(self) -> None:
        self._told: dict[str, Object] = {}

    def of(self, picture: Picture, redact: Redact) -> Sequence[LogEntry]:
        """What is new since the last picture, the oldest first."""
        newest = sorted(self._new(picture), key=lambda one: one[0])[-MOST_EVENTS:]
        return [_entry(event, seen, redact) for seen, event in newest]

    def _new(self, picture: Picture) -> Iterator[tuple[datetime, Object]]:
        before, self._told = self._told, {}
        for event in picture.view.all(kinds.EVENT):
            old = before.get(event["metadata"]["name"])
            self._told[event["metadata"]["name"]] = event
            if old is event:
                continue
            seen = last_seen(event)
            if seen is not None and (old is None or _count(old) != _count(event)):
                yield seen, event


def _count(event: Object) -> int:
    return (event.get("series") or event).get("count") or 1


def _entry(event: Object, seen: datetime, redact: Redact) -> LogEntry:
    about, count = event["involvedObject"], _count(event)
    often = f" ({count} times)" if count > 1 else ""
    text = f"{event.get('type', '')} {event.get('reason', '')}{often}: {event.get('message', '')}"
    source = f"{about.get('kind', '')}/{about.get('name', '')}"
    return LogEntry(seen.astimezone(), source, redact(" ".join(plain(text).split())))


class ChangeLines:
    """Tells each change of the last hour once."""

    def __init__(self) -> None:
        self._told: set[Recent] = set()
        self._seen: Sequence[Collection | None] = ()

    def of(self, picture: Picture, redact: Redact) -> Sequence[LogEntry]:
        """What is new since the last picture, the oldest first."""
        looked_at = [picture.view.collections.get(kind) for kind in TELLING]
        if looked_at == self._seen:
            return []
        found = recent(picture.view)
        new = [one for one in found if one not in self._told]
        self._seen, self._told = looked_at, {*found}
        return [
            LogEntry(one.time.astimezone(), plain(one.object), redact(plain(one.text)))
            for one in new
        ]


def sources_of(picture: Picture, component: str, sources: Sequence[str]) -> Sequence[str]:
    """Those of the log's sources (`pod/container`) that belong to a component."""
    target = picture.target
    pods = picture.view.of_component(kinds.POD, target.namespace, target.release, component)
    names = {pod["metadata"]["name"] for pod in pods}
    return [one for one in sources if one.partition("/")[0] in names]


def _clock(time: datetime, now: datetime | None = None) -> str:
    """The time of the day; the day where that is another one than that of `now`."""
    here = time.astimezone()
    other_day = now is not None and now.astimezone().date() != here.date()
    return here.strftime("%Y-%m-%d" if other_day else "%H:%M:%S")


def _many(count: int, word: str, words: str = "") -> str:
    if not count:
        return ""
    return f"{count} {word if count == 1 else words or f'{word}s'}"
