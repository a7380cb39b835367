"""Gathers what a support bundle holds, all at once, as far as the rights go."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Self, TypeVar

from wizard.diagnose.bundle.lines import hidden_log
from wizard.diagnose.bundle.logs import add_logs
from wizard.diagnose.bundle.parts import TAILS, Parts
from wizard.diagnose.bundle.related import Related, add_objects
from wizard.diagnose.bundle.shown import SECRET, conceal_values
from wizard.diagnose.fields import containers, labels
from wizard.diagnose.kinds import BRIEF, LOG, NAMESPACE, OWN, POD, VOLUME_USE, place_of
from wizard.diagnose.view import LogTails, View
from wizard.errors import WizardError
from wizard.ports import Kind, Object, Ref, Release, World

_T = TypeVar("_T")


class Gathering:
    """Gathers one namespace with the release in it into parts, and notes how long each took.

    It reads as soon as its context is open; what was not gathered when that ends is given up.
    """

    def __init__(self, world: World, namespace: str, release: str, parts: Parts) -> None:
        self._world = world
        self._namespace = namespace
        self._release = release
        self._parts = parts
        self._related = Related(world.objects, namespace, parts)
        self._tasks: list[asyncio.Task[Any]] = []
        self.timings: dict[str, float] = {}
        self.helm_version = ""

    async def __aenter__(self) -> Self:
        start, related, place = self._start, self._related, self._namespace
        self._helm = start("helm", self._ask_helm())  # first: its program takes longest
        self._secrets = start("secrets", related.all(SECRET, place))
        self._pods = start("pods", related.all(POD, place))
        self._others = start("objects", related.read())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, what: str, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.create_task(self._timed(what, work))
        self._tasks.append(task)
        return task

    async def gather(self, look: Callable[[], Coroutine[Any, Any, View]]) -> View:
        """Add objects and logs, and return the view that `look` gives.

        What may not be read is noted. Raises what `look` raises, Unauthorized for instance.
        """
        secrets, pods = await self._secrets, await self._pods
        self._conceal(secrets, pods)
        logs = add_logs(self._world.pods, pods, self._release, self._parts)
        view, _ = await asyncio.gather(self._start("view", look()), self._start("logs", logs))
        release = await self._helm
        if release is not None:
            self._parts.document("helm/release.json", asdict(release))
        unseen = await self._timed("unseen", self._unseen(view))
        begun = time.monotonic()
        more = {**unseen, **await self._others, SECRET: secrets}
        self._add_view(view, more)
        for kind, objects in more.items():
            if objects and kind not in view.collections:
                add_objects(self._parts, kind, objects)
        self.timings["writing"] = time.monotonic() - begun
        return view

    async def _timed(self, what: str, work: Coroutine[Any, Any, _T]) -> _T:
        begun = time.monotonic()
        try:
            return await work
        finally:
            self.timings[what] = time.monotonic() - begun

    async def _unseen(self, view: View) -> Mapping[Kind, Sequence[Object]]:
        """The objects of kinds that may be listed though not watched; what else is missing is
        noted, but kinds that the cluster does not have are nothing that is missing.
        """
        known = {LOG, NAMESPACE, VOLUME_USE, *OWN, *view.unserved}
        kinds = [kind for kind in view.not_checked if kind not in known]
        places = [place_of(kind, self._namespace) for kind in kinds]
        found = await asyncio.gather(*map(self._related.at, kinds, places))
        return dict(zip(kinds, found, strict=True))

    def _conceal(self, secrets: Sequence[Object], pods: Sequence[Object]) -> None:
        names = {self._namespace, self._release}
        for obj in (*secrets, *pods):
            names.add(obj["metadata"]["name"])
            names.update(labels(obj).values())
            names.update(declared["name"] for declared, _ in containers(obj))
        for secret in secrets:
            conceal_values(secret, self._parts.hider, names)

    async def _ask_helm(self) -> Release | None:
        """Helm's own word about the release: never its values or its manifest."""
        charts = self._world.charts
        try:
            return await charts.release(self._release, self._namespace)
        except WizardError as error:
            self._parts.missing["the Helm release"] = error.what
            return None
        finally:
            with suppress(WizardError):
                self.helm_version = await charts.version()

    def _add_view(self, view: View, more: Mapping[Kind, Sequence[Object]]) -> None:
        """The view's objects; of kinds of which it sees little, all that was read."""
        for kind in view.collections:
            read = more.get(kind) if kind in BRIEF else None
            objects = [_with_writes(view, obj) for obj in read] if read else view.all(kind)
            add_objects(self._parts, kind, objects)
        for kind in sorted({LOG, VOLUME_USE, *OWN} & view.not_checked.keys()):
            self._parts.miss(kind, view.not_checked[kind])
        self._parts.lines(TAILS, self._tails(view.logs))

    def _tails(self, logs: LogTails) -> Iterator[str]:
        """The last lines as the view has them, one container a line."""
        for (uid, container), lines in logs.items():
            told = [
                {"pod": line.pod, "time": line.time.isoformat(), "text": line.text}
                for line in hidden_log(lines, self._parts.hider, TAILS)
            ]
            yield json.dumps(
                {"uid": uid, "container": container, "lines": told}, ensure_ascii=False
            )


def _with_writes(view: View, obj: Object) -> Object:
    """The object with who wrote it, which only the view knows."""
    seen = view.get(Ref.of(obj))
    told = seen["metadata"].get("managedFields") if seen else None
    return obj | {"metadata": obj["metadata"] | ({"managedFields": told} if told else {})}


def view_document(view: View) -> Mapping[str, Any]:
    """What a view is besides its objects and lines, so that it can be made again."""
    return {
        "now": view.now.isoformat(),
        "kinds": [kind.head for kind in view.collections],
        "notChecked": [
            {**kind.head, "reason": reason} for kind, reason in view.not_checked.items()
        ],
        "notServed": [kind.head for kind in sorted(view.unserved)],
    }
