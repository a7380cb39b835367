"""Harbor's Helm release: the chart rendered, compared with the cluster, installed, awaited."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from wizard.answers.services import ExternalRedis, InternalDatabase
from wizard.charts.catalogue import harbor_chart
from wizard.charts.manifest import owned
from wizard.charts.manifest import rights as release_rights
from wizard.charts.values import Pins, harbor_values
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import CLAIM
from wizard.errors import CheckFailed
from wizard.ports import (
    Charts,
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
from wizard.steps.network import cluster_ranges
from wizard.steps.removals import removals

HELM_MANAGER = "helm"
"""The field manager under which Helm 4 applies a release's objects."""

RELEASE = Kind("helm.sh/v4", "Release")
"""Stands for a Helm release among the objects of a plan; the API server knows no such kind."""

_UNKNOWN_PASSWORD = "to-be-generated"  # noqa: S105 - stands for one that does not exist yet


class HarborRelease(Step):
    """Harbor's objects are as the chart makes them from the answers, and all are ready."""

    id = "harbor.release"
    title = "Harbor"

    def __init__(self, inputs: Inputs, needs: Sequence[str], logins: Step | None = None) -> None:
        self.needs = tuple(needs)
        self._inputs = inputs
        self._logins = logins
        self._chart = harbor_chart(inputs.preset.versions.harbor)
        self._ref = Ref(RELEASE, inputs.namespace, inputs.preset.target.release)
        self._offline: list[Object] = []
        self._wait = Wait(inputs)
        self._rendered: tuple[Pins, list[Object]] | None = None

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step: what Helm needs for the kinds in the chart, and what the waiting reads."""
        manifest = await self.offline_manifest(charts)
        installing = release_rights(manifest, self._inputs.namespace)
        return [*installing, *gate_rights(self._inputs, manifest)]

    async def offline_manifest(self, charts: Charts) -> list[Object]:
        """The release's objects as far as they are known without a cluster."""
        if not self._offline:
            request = await self._request(Pins(database_password=_UNKNOWN_PASSWORD))
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
        if moving := await self._looked_up(world):
            reason = f"the chart reads the {moving}, which an earlier step changes"
            unseen = replace(self._release_change(release), validated=False, reason=reason)
            return [unseen, *changes]
        if changes or release is None or release.status != "deployed":
            return [self._release_change(release), *changes]
        return ()

    async def _looked_up(self, world: World) -> Ref | None:
        """The Secret that the chart looks up in the cluster, if an earlier step will change it."""
        if self._logins is None:
            return None
        secret = self._inputs.secret(self._inputs.names.external_redis)
        moving = [change.ref for change in await self._logins.check(world)]
        return secret if secret in moving else None

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
        request = await self._request(await self._pins(world))
        take = any(change.taken for change in changes)
        installed = await world.charts.upgrade(request, take_fields=take, log=report.log)
        await self._compare(world, server, installed, report)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: every object of the release is ready, as kstatus has it."""
        server = await world.access.server()
        refs = [Ref.of(obj) for obj in await self._manifest(world, server)]
        await wait_until_ready(world, self._inputs, refs, report, self._wait)

    async def _manifest(self, world: World, server: Server) -> list[Object]:
        pins = await self._pins(world)
        lookups = isinstance(self._inputs.preset.harbor.redis, ExternalRedis)
        if lookups or self._rendered is None or self._rendered[0] != pins:
            request = await self._request(pins)
            objects = await world.charts.render(request, server, lookups=lookups)
            self._rendered = (pins, self._owned(objects))
        return self._rendered[1]

    def _owned(self, rendered: Sequence[Object]) -> list[Object]:
        return owned(rendered, self._ref.name, self._ref.namespace)

    async def _request(self, pins: Pins) -> ReleaseRequest:
        package = await self._inputs.packages.get(self._chart)
        values = harbor_values(self._inputs.preset, pins)
        return ReleaseRequest(self._ref.name, self._ref.namespace, package.path, values)

    async def _pins(self, world: World) -> Pins:
        ranges = await cluster_ranges(world, self._inputs.preset.network)
        if not isinstance(self._inputs.preset.harbor.database, InternalDatabase):
            return Pins(cluster_ranges=ranges)
        password = await self._inputs.text(world, self._inputs.names.database, "password")
        return Pins(password or _UNKNOWN_PASSWORD, ranges)

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
        coming = release.revision + (0 if _stuck(release) else 1)
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
        back would start an older Harbor on a database that may have been migrated, uninstalling
        would take away what runs. Helm keeps a revision in the Secret of that name
        (https://helm.sh/docs/topics/advanced/#storage-backends).
        """
        if release is None or not _stuck(release):
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


def _stuck(release: Release) -> bool:
    """Whether a killed Helm left the release in the middle of something."""
    return release.status.startswith("pending-") or release.status == "uninstalling"


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
