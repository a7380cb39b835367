"""Reading Kubernetes objects, which may lack any field."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from wizard.ports import Object


@lru_cache(maxsize=16384)  # the same few times are asked for at every change
def moment(text: str | None) -> datetime | None:
    """A time as the API writes it (RFC 3339); None where there is none."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def created(obj: Object) -> datetime | None:
    """When the API server accepted the object."""
    return moment(obj["metadata"].get("creationTimestamp"))


def uid(obj: Object) -> str:
    """The object's own identity, which a successor of the same name does not share."""
    return str(obj["metadata"].get("uid", ""))


def labels(obj: Object) -> Mapping[str, str]:
    """The object's labels."""
    return obj["metadata"].get("labels") or {}


def spec(obj: Object) -> dict[str, Any]:
    """What is wanted; empty where the object has no such part."""
    return obj.get("spec") or {}


def status(obj: Object) -> dict[str, Any]:
    """What is observed; empty where nobody has looked yet."""
    return obj.get("status") or {}


def condition(obj: Object, type_: str) -> dict[str, Any]:
    """The condition of that type; empty where it is not set."""
    for item in status(obj).get("conditions") or ():
        if item.get("type") == type_:
            return dict(item)
    return {}


def holds(obj: Object, type_: str) -> bool:
    """Whether the condition of that type is set and true."""
    return is_true(condition(obj, type_))


def is_true(told: Mapping[str, Any]) -> bool:
    """Whether a condition is set and true."""
    return told.get("status") == "True"


def containers(pod: Object) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every container of a pod as (declaration, status), init containers first.

    The status is empty while the kubelet has not told one.
    """
    for declared, told in (
        ("initContainers", "initContainerStatuses"),
        ("containers", "containerStatuses"),
    ):
        known = {item["name"]: item for item in status(pod).get(told) or ()}
        for container in spec(pod).get(declared) or ():
            yield container, known.get(container["name"], {})


def waiting(told: Mapping[str, Any]) -> tuple[str, str]:
    """Reason and message of a container that waits; empty where it does not."""
    state = (told.get("state") or {}).get("waiting") or {}
    return state.get("reason") or "", state.get("message") or ""


def last_end(told: Mapping[str, Any]) -> dict[str, Any]:
    """How the container ended last: `terminated` of its state, else of the state before."""
    for name in ("state", "lastState"):
        ended = (told.get(name) or {}).get("terminated")
        if ended:
            return dict(ended)
    return {}


def running_since(told: Mapping[str, Any]) -> datetime | None:
    """Since when the container runs; None while it does not."""
    return moment(((told.get("state") or {}).get("running") or {}).get("startedAt"))


def claim_names(pod: Object) -> Iterator[str]:
    """The names of the claims that a pod mounts."""
    for volume in spec(pod).get("volumes") or ():
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if name:
            yield name


def controller(obj: Object) -> dict[str, Any]:
    """The owner reference of the one owner that manages the object; empty where none does."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            return dict(owner)
    return {}


def first_seen(event: Object) -> datetime | None:
    """When the event happened for the first time."""
    return moment(event.get("firstTimestamp") or event.get("eventTime")) or created(event)


def last_seen(event: Object) -> datetime | None:
    """When the event happened last; the scheduler counts repetitions in `series`."""
    series = event.get("series") or {}
    told = event.get("lastTimestamp") or series.get("lastObservedTime")
    return moment(told) or first_seen(event)


def one_line(text: str | None) -> str:
    """A message without its line breaks."""
    return " ".join((text or "").split())
