"""The lines that prove a finding."""

from collections.abc import Iterable

from wizard.diagnose.fields import last_seen, one_line
from wizard.ports import Object


def event_line(event: Object) -> str:
    """An event as one line: `21:30:05 FailedMount (3 times): MountVolume.SetUp failed …`."""
    seen = last_seen(event)
    clock = f"{seen:%H:%M:%S} " if seen else ""
    count = (event.get("series") or {}).get("count") or event.get("count") or 1
    often = f" ({count} times)" if count > 1 else ""
    return f"{clock}{event.get('reason', '')}{often}: {one_line(event.get('message'))}"


def event_lines(events: Iterable[Object]) -> tuple[str, ...]:
    """Events as lines, in their order."""
    return tuple(event_line(event) for event in events)
