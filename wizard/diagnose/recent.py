"""What changed lately, as far as the objects that are watched tell; never what is in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wizard.diagnose import kinds
from wizard.diagnose.fields import condition, controller, created, labels, moment, spec
from wizard.diagnose.view import View
from wizard.ports import Object, Ref

LATELY = timedelta(hours=1)
_REVISION = "deployment.kubernetes.io/revision"
_MADE = (
    *kinds.WORKLOADS,
    kinds.CLAIM,
    kinds.SERVICE,
    *kinds.ENTRIES,
    kinds.ISSUER,
    kinds.CLUSTER_ISSUER,
    kinds.CERTIFICATE,
    kinds.STORAGE_CLASS,
    kinds.NODE,
)
"""Kinds of which it matters when an object was made."""
TELLING = (*_MADE, kinds.REPLICA_SET, kinds.CERTIFICATE_REQUEST, *sorted(kinds.BRIEF))
"""All kinds that tell of changes."""


@dataclass(frozen=True, slots=True, order=True)
class Recent:
    """A change: when, of which object, and what in words."""

    time: datetime
    object: str
    text: str


def recent(view: View, within: timedelta = LATELY) -> Sequence[Recent]:
    """What changed within that time before the view's moment, the oldest first."""
    found = (*_made(view), *_rolled_out(view), *_issued(view), *_nodes(view), *_kept(view))
    return sorted({one for one in found if view.now - one.time <= within})


def _told(obj: Object, time: datetime | None, text: str) -> Iterator[Recent]:
    if time is not None:
        yield Recent(time, str(Ref.of(obj)), text)


def _made(view: View) -> Iterator[Recent]:
    for kind in _MADE:
        for obj in view.all(kind):
            yield from _told(obj, created(obj), "made")


def _rolled_out(view: View) -> Iterator[Recent]:
    """New revisions of Deployments, with the images that are others than before."""
    for deployment in view.all(kinds.DEPLOYMENT):
        before: Object | None = None
        for replicas in sorted(view.owned(deployment, kinds.REPLICA_SET), key=_revision):
            images = "; ".join(_images(before, replicas))
            revision = f"revision {_revision(replicas) or ''}".strip()
            text = f"new {revision}" + (f": {images}" if images else "")
            yield from _told(deployment, created(replicas), text)
            before = replicas


def _revision(replicas: Object) -> int:
    noted = (replicas["metadata"].get("annotations") or {}).get(_REVISION, "")
    return int(noted) if noted.isdecimal() else 0


def _images(before: Object | None, after: Object) -> Iterator[str]:
    if before is None:
        return
    old, new = _by_container(before), _by_container(after)
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {old.get(name, '(none)')} → {new.get(name, '(none)')}"


def _by_container(replicas: Object) -> Mapping[str, str]:
    template = spec(spec(replicas).get("template") or {})
    return {one["name"]: one.get("image", "") for one in template.get("containers") or ()}


def _issued(view: View) -> Iterator[Recent]:
    for request in view.all(kinds.CERTIFICATE_REQUEST):
        owner = controller(request).get("name") or request["metadata"]["name"]
        yield from _told(request, created(request), f"Certificate {owner} was requested")
        told = condition(request, "Ready")
        words = {"Issued": "was issued", "Failed": "was refused", "Denied": "was denied"}
        if outcome := words.get(told.get("reason", "")):
            time = moment(told.get("lastTransitionTime"))
            yield from _told(request, time, f"Certificate {owner} {outcome}")


def _nodes(view: View) -> Iterator[Recent]:
    for node in view.all(kinds.NODE):
        ready = condition(node, "Ready")
        text = "became ready" if ready.get("status") == "True" else "is not ready any more"
        yield from _told(node, moment(ready.get("lastTransitionTime")), text)


def _kept(view: View) -> Iterator[Recent]:
    """ConfigMaps and Secrets by who wrote them last; revisions of Helm by what they say."""
    for kind in sorted(kinds.BRIEF):
        for obj in view.all(kind):
            if labels(obj).get("owner") == "helm":
                yield from _helm(obj)
                continue
            made = created(obj)
            for time, manager in _writes(obj["metadata"].get("managedFields") or ()):
                text = "made" if time == made else "changed"
                yield from _told(obj, time, f"{text} by {manager}")


def _helm(secret: Object) -> Iterator[Recent]:
    told = labels(secret)
    text = f"Helm revision {told.get('version')} of {told.get('name')}: {told.get('status')}"
    yield from _told(secret, created(secret), text)


def _writes(managed: Iterable[Object]) -> Iterator[tuple[datetime, str]]:
    for one in managed:
        if time := moment(one.get("time")):
            yield time, str(one.get("manager") or "somebody")
