"""A Helm release: its chart rendered, compared with the cluster, installed, awaited."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from wizard.charts.manifest import owned
from wizard.charts.manifest import rights as release_rights
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import CLAIM
from wizard.diagnose.rules.helm import is_stuck
from wizard.errors import CheckFailed
from wizard.ports import (
    Charts,
    ChartSource,
    Kind,
    NeededRight,
    Object,
    Ref,
    Release,
    ReleaseRequest,
    Server,
    World,
)
from wizard.steps.base import FieldChange, ObjectChange, PlanMoved, Reporter, Step
from wizard.steps.changes import changes_to, remove
from wizard.steps.gate import Wait, gate_rights, wait_until_ready
from wizard.steps.inputs import SECRET, Inputs
from wizard.steps.removals import removals

HELM_MANAGER = "helm"
"""The field manager under which Helm 4 applies a release's objects."""

RELEASE = Kind("helm.sh/v4", "Release")
"""Stands for a Helm release among the objects of a plan; the API server knows no such kind."""

Values = Mapping[str, Any]


class HelmRelease(Step):
    """A release's objects are as its chart makes them from `values`, and all are ready.

    A subclass gives the values, and may wait for more than ready objects (`wait.meaning`).
    """

    lookups = False
    """Whether the chart's templates depend on what they look up in the cluster."""

    def __init__(self, inputs: Inputs, chart: ChartSource, ref: Ref, wait: Wait) -> None:
        """`ref` is the release (see RELEASE)."""
        self._inputs, self._chart, self._ref = inputs, chart, ref
        self._wait = wait
        self._offline: list[Object] = []
        self._rendered: tuple[Values, list[Object]] | None = None

    @abstractmethod
    async def values(self, world: World | None) -> Values:
        """The chart's values; without a world, with stand-ins for what is read from it."""

    async def unseen(self, world: World) -> str:
        """Why what the chart makes cannot be known before earlier steps; empty: it can."""
        return ""

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step: what Helm needs for the kinds in the chart, and what the waiting reads."""
        manifest = await self.offline_manifest(charts)
        installing = release_rights(manifest, self._ref.namespace)
        return [*installing, *gate_rights(self._inputs, manifest, self._ref.namespace)]

    async def offline_manifest(self, charts: Charts) -> list[Object]:
        """The release's objects as far as they are known without a cluster."""
        if not self._offline:
            request = await self._request(await self.values(None))
            self._offline = self._owned(await charts.render(request, None))
        return self._offline

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. The release itself is among the changes, with its revision, if any other is.

        Raises CheckFailed where a claim would have to be made anew.
        """
        server, release = await asyncio.gather(
            world.access.server(), world.charts.release(self._ref.name, self._ref.namespace)
        )
        manifest = await self._manifest(world, server)
        changes = await changes_to(world.objects, manifest, HELM_MANAGER)
        _keep_claims(changes)
        changes += await removals(world, await self._stored(world, release), manifest)
        if reason := await self.unseen(world):
            unseen = replace(self._release_change(release), validated=False, reason=reason)
            return [unseen, *changes]
        if changes or release is None or release.status != "deployed":
            return [self._release_change(release), *changes]
        return ()

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises PlanMoved where the release has another revision than the plan saw."""
        release = await world.charts.release(self._ref.name, self._ref.namespace)
        if self._release_change(release).fields != changes[0].fields:
            raise PlanMoved(
                f"{self._ref} changed since it was planned",
                why="someone else upgraded or removed it in the meantime",
                fix="run the same command again: it plans anew",
            )
        ours = {"replace"} if _finished(release) else {"replace", "delete"}
        for change in changes:
            if change.action in ours:
                await remove(world.objects, change.ref)
        await self._free(world, release, report)
        server = await world.access.server()
        request = await self._request(await self.values(world))
        take = any(change.taken for change in changes)
        told = partial(report.log, source="helm")
        installed = await world.charts.upgrade(request, take_fields=take, log=told)
        await self._compare(world, server, installed, report)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: every object of the release is ready, as kstatus has it."""
        server = await world.access.server()
        refs = [Ref.of(obj) for obj in await self._manifest(world, server)]
        await wait_until_ready(world, self._inputs, refs, report, self._wait)

    async def _manifest(self, world: World, server: Server) -> list[Object]:
        values = await self.values(world)
        if self.lookups or self._rendered is None or self._rendered[0] != values:
            request = await self._request(values)
            objects = await world.charts.render(request, server, lookups=self.lookups)
            self._rendered = (values, self._owned(objects))
        return self._rendered[1]

    def _owned(self, rendered: Sequence[Object]) -> list[Object]:
        return owned(rendered, self._ref.name, self._ref.namespace)

    async def _request(self, values: Values) -> ReleaseRequest:
        package = await self._inputs.packages.get(self._chart)
        return ReleaseRequest(self._ref.name, self._ref.namespace, package.path, values)

    async def _stored(self, world: World, release: Release | None) -> list[Object]:
        """The objects of the last revision that was deployed, and of a later one that was not."""
        if release is None:
            return []
        revisions = {release.revision, release.deployed_revision or release.revision}
        manifests = [
            await world.charts.manifest(release.name, release.namespace, revision)
            for revision in sorted(revisions)
        ]
        objects = {Ref.of(obj): obj for manifest in manifests for obj in self._owned(manifest)}
        return list(objects.values())

    def _release_change(self, release: Release | None) -> ObjectChange:
        wanted = f"{self._chart.name} {self._chart.version}"
        if release is None:
            return ObjectChange("create", self._ref, (FieldChange("chart", "(absent)", wanted),))
        coming = release.revision + (0 if is_stuck(release.status) else 1)
        fields = [
            FieldChange("revision", str(release.revision), str(coming)),
            FieldChange("chart", f"{release.chart} {release.chart_version}", wanted),
            FieldChange("status", release.status, "deployed"),
        ]
        changed = tuple(field for field in fields if field.before != field.after)
        return ObjectChange("update", self._ref, changed, content=wanted)

    async def _free(self, world: World, release: Release | None, report: Reporter) -> None:
        """Forget a revision that a killed Helm left half done: Helm refuses to touch it.

        Only its record goes. Helm adopts what is there, as it is marked with the release; rolling
        back would start an older program on data that may have been migrated, uninstalling would
        take away what runs. Helm keeps a revision in the Secret of that name
        (https://helm.sh/docs/topics/advanced/#storage-backends).
        """
        if release is None or not is_stuck(release.status):
            return
        report.log(
            f"{self._ref} is {release.status} since an earlier run was stopped: "
            f"forgetting its revision {release.revision}"
        )
        name = f"sh.helm.release.v1.{release.name}.v{release.revision}"
        await world.objects.delete(Ref(SECRET, release.namespace, name))

    async def _compare(
        self, world: World, server: Server, installed: Release, report: Reporter
    ) -> None:
        """What Helm stored must be what was planned; else it is told as a finding."""
        manifest = await world.charts.manifest(
            installed.name, installed.namespace, installed.revision
        )
        stored = {Ref.of(obj): obj for obj in self._owned(manifest)}
        planned = {Ref.of(obj): obj for obj in await self._manifest(world, server)}
        odd = [ref for ref in {**stored, **planned} if stored.get(ref) != planned.get(ref)]
        for ref in odd:
            report.finding(
                Finding(
                    "HW-205",
                    "warn",
                    str(ref),
                    "Helm installed something else than was planned",
                    "the chart renders differently each time, or was given other values",
                    "look at what `wizard --preset FILE --plan` still wants to change",
                )
            )


def _finished(release: Release | None) -> bool:
    """Whether Helm knows all that is there: of a revision that it never finished, or that failed,
    it deletes nothing later.
    """
    return release is None or release.revision == release.deployed_revision


def _keep_claims(changes: Sequence[ObjectChange]) -> None:
    """Replacing a claim would delete what it holds, and not before its pods let go of it."""
    for change in changes:
        if change.action == "replace" and change.ref.kind == CLAIM:
            fields = ", ".join(field.path for field in change.fields)
            raise CheckFailed(
                f"{change.ref} cannot be changed any more ({fields})",
                why="the only way would be to delete it with all that it holds",
                where=str(change.ref),
                fix="give the former answer in `storage`; or copy its content to a claim that you "
                "make, and name that one in `existingClaim`",
            )
