"""An immutable view of the world at one moment, made from plain objects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from wizard.diagnose.fields import (
    claim_names,
    condition,
    controller,
    holds,
    is_true,
    labels,
    last_seen,
    moment,
    status,
    uid,
)
from wizard.diagnose.kinds import EVENT, LOG, POD, REPLICA_SET
from wizard.ports import Kind, LogLine, Object, Ref

LogTails = Mapping[tuple[str, str], Sequence[LogLine]]
"""The last lines by UID of the pod and name of the container, oldest first."""

Part = tuple[str, str, str]
"""Namespace, release and component, as the Harbor chart labels objects."""

_NEVER = datetime.min.replace(tzinfo=UTC)


class Collection:
    """The objects of one kind. Indices are made when first asked for and live as long as it,
    so views that share an unchanged collection share its indices. `before` is what the collection
    was made from by changes of a few objects: what was found out about the others still holds.
    """

    def __init__(
        self,
        items: Mapping[Ref, Object],
        before: "Collection | None" = None,
        changed: Iterable[Ref] = (),
    ) -> None:
        self.items = items
        self._settled: dict[int, Object] = before._settled if before else {}
        self._involved: _Groups | None = None
        if before and "by_involved" in before.__dict__:
            both = [(before.items.get(ref), items.get(ref)) for ref in changed]
            self._involved = _regrouped(before.by_involved, both)
        self._ready_since: dict[Part, datetime | None] = {}

    @cached_property
    def by_owner(self) -> Mapping[str, Sequence[Object]]:
        """Objects by the UID of each of their owners."""
        found: dict[str, list[Object]] = {}
        for obj in self.items.values():
            for owner in obj["metadata"].get("ownerReferences") or ():
                found.setdefault(owner["uid"], []).append(obj)
        return found

    @cached_property
    def by_involved(self) -> Mapping[str, Sequence[Object]]:
        """Events by the UID of the object they are about."""
        return self._involved or _grouped(self.items.values())

    @cached_property
    def by_uid(self) -> Mapping[str, Object]:
        """Objects by their UID."""
        return {obj["metadata"].get("uid", ""): obj for obj in self.items.values()}

    @cached_property
    def unsettled(self) -> Sequence[Object]:
        """Pods that are not ready, or were restarted; never those that have done their work or
        are being deleted.
        """
        before, found = self._settled, []
        self._settled = {}
        for pod in self.items.values():
            if before.get(id(pod)) is pod or _settled(pod):
                self._settled[id(pod)] = pod
            else:
                found.append(pod)
        return found

    @cached_property
    def by_component(self) -> Mapping[Part, Sequence[Object]]:
        """Objects by what they are a part of."""
        found: dict[Part, list[Object]] = {}
        for ref, obj in self.items.items():
            told = labels(obj)
            key = (ref.namespace, told.get("release", ""), told.get("component", ""))
            found.setdefault(key, []).append(obj)
        return found

    def ready_since(self, part: Part) -> datetime | None:
        """Since when a part's first pod has been ready; None while none is."""
        if part not in self._ready_since:
            told = (condition(pod, "Ready") for pod in self.by_component.get(part, ()))
            times = [moment(one.get("lastTransitionTime")) for one in told if is_true(one)]
            known = min(filter(None, times), default=_NEVER)
            self._ready_since[part] = known if times else None
        return self._ready_since[part]

    @cached_property
    def by_claim(self) -> Mapping[tuple[str, str], Sequence[Object]]:
        """Pods by namespace and name of each claim that they mount."""
        found: dict[tuple[str, str], list[Object]] = {}
        for ref, pod in self.items.items():
            for claim in claim_names(pod):
                found.setdefault((ref.namespace, claim), []).append(pod)
        return found


_Groups = Mapping[str, Sequence[Object]]
"""Events by the UID of the object they are about."""


def _grouped(events: Iterable[Object]) -> _Groups:
    found: dict[str, list[Object]] = {}
    for event in events:
        found.setdefault(_about(event), []).append(event)
    return found


def _regrouped(groups: _Groups, changes: Iterable[tuple[Object | None, Object | None]]) -> _Groups:
    """The groups after some events became others, which keep their places."""
    found = dict(groups)
    for old, new in changes:
        if old is not None and new is not None and _about(old) == _about(new):
            found[_about(new)] = [new if one is old else one for one in found[_about(new)]]
            continue
        if old is not None:
            found[_about(old)] = [one for one in found[_about(old)] if one is not old]
        if new is not None:
            found[_about(new)] = [*found.get(_about(new), ()), new]
    return found


def _about(event: Object) -> str:
    return str(event["involvedObject"].get("uid", ""))


def _over(pod: Object) -> bool:
    return status(pod).get("phase") == "Succeeded" or "deletionTimestamp" in pod["metadata"]


def _settled(pod: Object) -> bool:
    if _over(pod):
        return True
    told = status(pod)
    restarted = any(item.get("restartCount") for item in told.get("containerStatuses") or ())
    return not restarted and holds(pod, "Ready")


_EMPTY = Collection({})


@dataclass(frozen=True)
class View:
    """What is known at `now`: objects by kind, log tails, and what could not be looked at.

    `not_checked` gives the reason for each kind that is unknown (a missing right, a kind the
    cluster does not serve). A kind that is neither there nor in `collections` was not asked for.
    """

    collections: Mapping[Kind, Collection]
    now: datetime
    logs: LogTails = field(default_factory=dict)
    not_checked: Mapping[Kind, str] = field(default_factory=dict)
    unserved: frozenset[Kind] = frozenset()
    """Kinds that the cluster does not serve: there is nothing of them."""

    @classmethod
    def of(
        cls,
        objects: Iterable[Object],
        *,
        now: datetime,
        logs: LogTails | None = None,
        not_checked: Mapping[Kind, str] | None = None,
        asked: Iterable[Kind] = (),
    ) -> "View":
        """A view of plain objects, as tests and saved bundles have them; `asked` are the kinds
        that were looked for, whether there are objects of them or not.
        """
        unread = not_checked or {}
        kinds: dict[Kind, dict[Ref, Object]] = {kind: {} for kind in asked if kind not in unread}
        for obj in objects:
            ref = Ref.of(obj)
            kinds.setdefault(ref.kind, {})[ref] = obj
        collections = {kind: Collection(items) for kind, items in kinds.items()}
        return cls(collections, now, logs or {}, unread)

    def unknown(self, kind: Kind) -> str:
        """Why nothing is known about a kind; empty where it was looked at."""
        if kind in self.unserved:
            return ""
        looked_at = kind in self.collections or kind == LOG
        return self.not_checked.get(kind, "" if looked_at else f"{kind.name}: not looked at")

    def all(self, kind: Kind) -> Iterable[Object]:
        """All objects of a kind."""
        return self._collection(kind).items.values()

    def get(self, ref: Ref) -> Object | None:
        """The object, or None where it does not exist or is not known."""
        return self._collection(ref.kind).items.get(ref)

    def owned(self, owner: Object, kind: Kind) -> Sequence[Object]:
        """The objects of a kind that name the owner among theirs."""
        return self._collection(kind).by_owner.get(uid(owner), ())

    def pods_of(self, workload: Object) -> Sequence[Object]:
        """The pods of a workload, also through its replica sets; a pod is its own."""
        if workload["kind"] == POD.name:
            return (workload,)
        direct = list(self.owned(workload, POD))
        for replicas in self.owned(workload, REPLICA_SET):
            direct.extend(self.owned(replicas, POD))
        return direct

    def pods_with_claim(self, claim: Object) -> Sequence[Object]:
        """The pods that mount a claim."""
        metadata = claim["metadata"]
        key = (metadata.get("namespace", ""), metadata["name"])
        return self._collection(POD).by_claim.get(key, ())

    def of_component(
        self, kind: Kind, namespace: str, release: str, component: str
    ) -> Sequence[Object]:
        """The objects of a kind that carry the labels of a release's component."""
        return self._collection(kind).by_component.get((namespace, release, component), ())

    def ready_since(self, namespace: str, release: str, component: str) -> datetime | None:
        """Since when the first pod of a release's component has been ready; None while none is."""
        return self._collection(POD).ready_since((namespace, release, component))

    @cached_property
    def unsettled_pods(self) -> Sequence[Object]:
        """Pods that are not ready or were restarted, and whose owner still exists.

        Pods that succeeded, are being deleted, or outlived their owner are no failures.
        """
        return [pod for pod in self._collection(POD).unsettled if not self.orphaned(pod)]

    def orphaned(self, obj: Object) -> bool:
        """Whether the one that managed the object is known to be gone."""
        owner = controller(obj)
        if not owner:
            return False
        kind = Kind(owner["apiVersion"], owner["kind"])
        if kind not in self.collections:
            return False
        found = self.get(Ref(kind, obj["metadata"].get("namespace", ""), owner["name"]))
        return found is None or uid(found) != owner["uid"]

    def events(self, obj: Object) -> Sequence[Object]:
        """All events about this very object, the most recent last."""
        found = self._collection(EVENT).by_involved.get(uid(obj), ()) if uid(obj) else ()
        return sorted(found, key=lambda event: last_seen(event) or _NEVER)

    def warnings(self, obj: Object) -> Sequence[Object]:
        """All warning events about this very object, the most recent last."""
        return [event for event in self.events(obj) if event.get("type") == "Warning"]

    def logged(self, container: str) -> Iterable[Object]:
        """The pods of which a container of that name has lines; as far as they still count
        (see `unsettled_pods`), ready ones included.
        """
        by_uid = self._collection(POD).by_uid
        for owner, name in self.logs:
            pod = by_uid.get(owner) if name == container else None
            if pod is not None and not _over(pod) and not self.orphaned(pod):
                yield pod

    def log(self, pod: Object, container: str) -> Sequence[LogLine]:
        """The last lines of a container, those of the run before its last restart included."""
        return self.logs.get((uid(pod), container), ())

    def _collection(self, kind: Kind) -> Collection:
        return self.collections.get(kind, _EMPTY)
