"""Keeps a view of a release's namespace up to date, by watches and followed logs alone."""

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from wizard.diagnose import kinds
from wizard.diagnose.fields import labels, uid
from wizard.diagnose.follow import Follower
from wizard.diagnose.view import Collection, View
from wizard.diagnose.volumes import Known, VolumeReader, mounted
from wizard.errors import Forbidden, KindUnknown
from wizard.ports import Change, Kind, LogLine, Object, Objects, Pods, Ref

WATCHED = (
    kinds.POD,
    kinds.EVENT,
    kinds.CLAIM,
    kinds.SERVICE,
    *kinds.WORKLOADS,
    kinds.REPLICA_SET,
    kinds.JOB,
    *kinds.ENTRIES,
)
"""What is watched, one list and watch a kind: the rights are `list` and `watch` on each of them
in the namespace, and `get` on `pods/log`.
"""
_BEYOND = (
    *kinds.ISSUING,
    *sorted(kinds.OF_THE_CLUSTER),
    *sorted(kinds.BRIEF),
    *sorted(kinds.ELSEWHERE),
    kinds.VOLUME_USE,
)
EVERYTHING = (*dict.fromkeys((*WATCHED, *_BEYOND)),)
"""What a look at an installed Harbor watches, as far as it may."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: kinds that are watched (for VOLUME_USE kubelets are asked), and others
    that it is known of before that they may not be read (`unread`, with the reason) or are not
    served. Without `follow` all is read once, logs as far as they have come.
    """

    watched: Sequence[Kind] = WATCHED
    unread: Mapping[Kind, str] = field(default_factory=dict)
    unserved: frozenset[Kind] = frozenset()
    follow: bool = True


_COALESCE = 0.1
_ASK_AGAIN = 30.0
"""Seconds after which what may not be read is asked for again."""
_AFTER_THE_FIRST_PICTURE = 0.5
"""Seconds after everything was read: the first picture is shown by then."""
_UNREAD = "not read yet"
_OF_A_NAMESPACE = Scope()


class Observer:
    """Sees a namespace for as long as its context is open.

    All objects of the watched kinds are in the view; logs are followed of the pods that carry
    the labels of `selector` (`{"release": "harbor"}` for Harbor's chart) and told line by line
    to `on_log`. `clock_skew` is `wizard.ports.Server.clock_skew`: the view's `now` is the cluster's
    time. A kind that may not be read, or that the cluster does not serve, is in the
    view's `not_checked`; the others go on. `scope` says what is looked at.
    """

    def __init__(
        self,
        objects: Objects,
        pods: Pods,
        namespace: str,
        selector: Mapping[str, str],
        on_log: Callable[[LogLine], None] | None = None,
        *,
        clock_skew: float = 0.0,
        scope: Scope = _OF_A_NAMESPACE,
    ) -> None:
        self._scope = scope
        self._watched = watched = [kind for kind in scope.watched if kind != kinds.VOLUME_USE]
        self._objects = objects
        self._namespace = namespace
        self._selector = selector
        self._on_log = on_log
        self._clock_skew = timedelta(seconds=clock_skew)
        self._items: dict[Kind, dict[Ref, Object]] = {kind: {} for kind in watched}
        self._collections: dict[Kind, Collection] = {}
        self._changed: dict[Kind, set[Ref]] = {}
        """What changed since the last view."""
        self._not_checked = {**dict.fromkeys(scope.watched, _UNREAD), **scope.unread}
        self._unserved = set(scope.unserved)
        self._follower = Follower(
            pods, self._line, self._failed, self._not_checked, follow=scope.follow
        )
        self._change = asyncio.Event()
        known = Known(self._collections, self._not_checked, self._change)
        self._volumes = VolumeReader(pods, self._mounted, known)
        self._synced = asyncio.Event()
        self._failure: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._watch(kind)) for kind in self._scope.watched]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._follower.close()

    @property
    def view(self) -> View:
        """What is known now. Kinds that did not change share their indices with earlier views."""
        for kind in self._watched:
            if kind in self._changed and kind not in self._not_checked:
                changed, items = self._changed.pop(kind), dict(self._items[kind])
                before = self._collections.get(kind)
                self._collections[kind] = Collection(items, before, changed)
        return View(
            dict(self._collections),
            datetime.now(UTC) - self._clock_skew,
            self._follower.tails,
            dict(self._not_checked),
            frozenset(self._unserved),
        )

    @property
    def unread(self) -> Sequence[str]:
        """The kinds that were not read yet."""
        return [kind.name for kind in self._watched if self._not_checked.get(kind) == _UNREAD]

    async def synced(self) -> None:
        """Wait until every kind was read once or is known to be unreadable.

        Raises what ended a watch for good (Unauthorized, for instance).
        """
        await self._synced.wait()
        self._raise()

    async def logs_read(self) -> None:
        """Wait until all logs were read as far as they had come; only where none is followed.

        Raises what ended a watch for good.
        """
        await self._follower.read()
        self._raise()

    def wake(self) -> None:
        """Let `changed` return: something is known that is not in the cluster."""
        self._change.set()

    async def volumes_read(self) -> None:
        """Wait until kubelets were asked how full volumes are; raises as `synced` does."""
        if kinds.VOLUME_USE in self._scope.watched:
            await self._volumes.looked.wait()
        self._raise()

    async def changed(self, timeout: float, pause: float = _COALESCE) -> bool:  # noqa: ASYNC109 - no change is no error
        """Wait for the next change of an object or log line, and `pause` for what comes with it.

        False when none came within `timeout` seconds. Raises what ended a watch for good.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._change.wait()
        except TimeoutError:
            return False
        await asyncio.sleep(pause)
        self._change.clear()
        self._raise()
        return True

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def _watch(self, kind: Kind) -> None:
        """Follow a kind for as long as it is served; rights may be given while somebody looks."""
        place = kinds.place_of(kind, self._namespace)
        where = (place.kind, place.namespace, place.labels)
        try:
            if kind == kinds.VOLUME_USE:
                await self._measure()
            while True:
                try:
                    changes = self._objects.watch(*where, brief=kind in kinds.BRIEF)
                    async for change in changes:
                        self._take(kind, change)
                        if change.type == "SYNCED" and not self._scope.follow:
                            return
                except Forbidden as error:
                    self._lose(kind, error.what)
                    await asyncio.sleep(_ASK_AGAIN)
        except KindUnknown as error:
            self._unserved.add(kind)
            self._lose(kind, error.what)
        except Exception as error:
            self._failed(error)

    async def _measure(self) -> None:
        """Ask how full volumes are, once what is watched has made the first picture."""
        await self._synced.wait()
        await asyncio.sleep(_AFTER_THE_FIRST_PICTURE if self._scope.follow else 0.0)
        await self._volumes.run()

    def _mounted(self) -> Mapping[str, Set[Ref]]:
        return mounted(self._items[kinds.POD].values(), self._selector)

    def _lose(self, kind: Kind, reason: str) -> None:
        """Nothing is known of a kind any more."""
        self._not_checked[kind] = reason
        self._items[kind] = {}
        self._collections.pop(kind, None)
        self._read()

    def _failed(self, error: BaseException) -> None:
        self._failure = error
        self._synced.set()
        self._change.set()

    def _take(self, kind: Kind, change: Change) -> None:
        changed = self._changed.setdefault(kind, set())
        if change.type == "SYNCED":
            self._not_checked.pop(kind, None)
            self._read()
        else:
            ref = Ref.of(change.object)
            changed.add(ref)
            before = self._items[kind].get(ref)
            if change.type == "DELETED":
                self._items[kind].pop(ref, None)
            else:
                self._items[kind][ref] = change.object
            if kind == kinds.POD:
                self._pod(before, change)
        self._change.set()

    def _pod(self, before: Object | None, change: Change) -> None:
        """Let the logs follow; a pod of the same name may be another one."""
        pod = change.object
        if before is not None and (change.type == "DELETED" or uid(before) != uid(pod)):
            self._follower.forget(before)
        if change.type != "DELETED" and self._selector.items() <= labels(pod).items():
            self._follower.show(pod, old=kinds.POD in self._not_checked)
            self._volumes.see(before, pod)

    def _line(self, line: LogLine) -> None:
        if self._on_log is not None:
            self._on_log(line)
        self._change.set()

    def _read(self) -> None:
        """A kind was read, or cannot be."""
        if not self.unread:
            self._synced.set()
        self._change.set()
