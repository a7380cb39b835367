"""The port `Charts` without Helm: releases of the charts that are simulated."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from backends.simulated import cert_manager_chart, csi_nfs_chart, nfs_subdir_chart, vault_charts
from backends.simulated.clock import Clock
from backends.simulated.harbor import package as harbor_package
from backends.simulated.harbor import render as harbor_render
from backends.simulated.history import History, Revision
from backends.simulated.objects import SimulatedObjects
from backends.simulated.packages import Chart, read_package
from wizard.errors import Conflict, HelmFailed, WorldError
from wizard.ports import ChartSource, Object, Ref, Release, ReleaseRequest, Server

MANAGER = "helm"
_NAME = "meta.helm.sh/release-name"
_NAMESPACE = "meta.helm.sh/release-namespace"
_MAKERS: Mapping[str, Callable[[ChartSource, Path], Path]] = {
    "harbor": harbor_package.make_package,
    "cert-manager": cert_manager_chart.make_package,
    "csi-driver-nfs": csi_nfs_chart.make_package,
    "nfs-subdir-external-provisioner": nfs_subdir_chart.make_package,
    "openbao": vault_charts.make_package,
    "vault": vault_charts.make_package,
}
_RENDERED: Mapping[str, Callable[[str, str, Chart, Mapping[str, Any]], list[Object]]] = {
    "harbor": harbor_render.render,
    "cert-manager": cert_manager_chart.render,
    "csi-driver-nfs": csi_nfs_chart.render,
    "nfs-subdir-external-provisioner": nfs_subdir_chart.render,
    "openbao": vault_charts.render,
    "vault": vault_charts.render,
}
_MANAGED = {"app.kubernetes.io/managed-by": "Helm"}
_PENDING = "another operation (install/upgrade/rollback) is in progress"


class SimulatedCharts:
    """Renders, applies and records as Helm does, seen from outside.

    `objects` reaches the API server as the same identity as the wizard's.
    """

    def __init__(self, objects: SimulatedObjects, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock
        self._history = History(objects)

    async def version(self) -> str:
        """The Helm whose manners are imitated."""
        return "4.3.1"

    async def fetch(self, source: ChartSource, folder: Path) -> Path:
        """Write the package of a simulated chart. Raises HelmFailed for any other chart."""
        if source.name not in _MAKERS:
            raise HelmFailed(
                f"There is no chart {source.name} in the simulated repository", kind="no-chart"
            )
        return _MAKERS[source.name](source, folder)

    async def render(
        self, request: ReleaseRequest, server: Server | None, *, lookups: bool = False
    ) -> list[Object]:
        """The objects of the chart, the same for the same values; it looks nothing up."""
        return _rendered(request, read_package(request.chart))

    async def release(self, name: str, namespace: str) -> Release | None:
        """The newest revision of a release, or None."""
        history = await self._history.of(name, namespace)
        if not history:
            return None
        newest = history[-1]
        once = [r.number for r in history if r.status in ("deployed", "superseded")]
        return Release(
            name=name,
            namespace=namespace,
            revision=newest.number,
            status=newest.status,
            chart=newest.chart,
            chart_version=newest.chart_version,
            app_version=newest.app_version,
            deployed_revision=max(once, default=None),
        )

    async def manifest(self, name: str, namespace: str, revision: int) -> list[Object]:
        """The objects as a revision stored them. Raises HelmFailed where there is none."""
        return (await self._revision(name, namespace, revision)).manifest

    async def upgrade(
        self, request: ReleaseRequest, *, take_fields: bool, log: Callable[[str], None]
    ) -> Release:
        """Install or upgrade, without waiting for readiness; cancelling it fails the release."""
        chart = read_package(request.chart)
        manifest = _rendered(request, chart)
        history = await self._history.of(request.name, request.namespace)
        if history and history[-1].status.startswith("pending"):
            raise HelmFailed("Helm refuses to upgrade the release", kind="pending", why=_PENDING)
        if not history:
            log(f'Release "{request.name}" does not exist. Installing it now.')
        revision = _new_revision(request, chart, manifest, history)
        old = history[-1].manifest if history else []
        await self._perform(revision, old, take_fields)
        if history:
            log(f'Release "{request.name}" has been upgraded. Happy Helming!')
        log(f"STATUS: deployed, REVISION: {revision.number}")
        found = await self.release(request.name, request.namespace)
        assert found is not None
        return found

    async def rollback(
        self, name: str, namespace: str, revision: int, log: Callable[[str], None]
    ) -> None:
        """Make an older revision the newest one, whatever state the newest is in."""
        history = await self._history.of(name, namespace)
        target = await self._revision(name, namespace, revision)
        newest = history[-1]
        again = target.again(newest.number + 1, "pending-rollback")
        await self._perform(again, newest.manifest, True)
        log("Rollback was a success! Happy Helming!")

    async def uninstall(self, name: str, namespace: str, log: Callable[[str], None]) -> None:
        """Remove a release and its history; claims that the chart keeps stay."""
        history = await self._history.of(name, namespace)
        if not history:
            raise HelmFailed(f"Release {name} was not found", kind="not-found")
        await self._delete(history[-1].manifest)
        for revision in history:
            await self._history.forget(revision)
        log(f'release "{name}" uninstalled')

    async def leave_pending(self, name: str, namespace: str) -> None:
        """Leave a release as a Helm does that was killed before it upgraded anything."""
        newest = (await self._history.of(name, namespace))[-1]
        await self._history.keep(newest.again(newest.number + 1, "pending-upgrade"))

    async def _revision(self, name: str, namespace: str, number: int) -> Revision:
        for revision in await self._history.of(name, namespace):
            if revision.number == number:
                return revision
        raise HelmFailed(f"Release {name} has no revision {number}", kind="not-found")

    async def _perform(self, revision: Revision, old: list[Object], force: bool) -> None:
        """Carry a revision out and record how it ended."""
        try:
            await self._history.keep(revision)
        except WorldError as problem:
            raise _failed(problem) from None
        try:
            await self._clock.sleep(0.3)
            await self._apply(revision, force)
            await self._delete(_gone(old, revision.manifest))
        except (asyncio.CancelledError, HelmFailed):
            await self._history.keep(revision.ended("failed"))
            raise
        except WorldError as problem:
            await self._history.keep(revision.ended("failed"))
            raise _failed(problem) from None
        await self._history.supersede(revision)
        await self._history.keep(revision.ended("deployed"))

    async def _apply(self, revision: Revision, force: bool) -> None:
        for obj in revision.manifest:
            await self._refuse_foreign(obj, revision)
        for obj in revision.manifest:
            marks = {_NAME: revision.name, _NAMESPACE: revision.namespace}
            annotations = obj["metadata"].get("annotations", {}) | marks
            labels = obj["metadata"].get("labels", {}) | _MANAGED
            more = {"annotations": annotations, "labels": labels}
            marked = obj | {"metadata": obj["metadata"] | more}
            await self._objects.apply(marked, manager=MANAGER, force=force)

    async def _refuse_foreign(self, obj: Object, revision: Revision) -> None:
        """Helm takes over no object that does not carry its marks."""
        ref = Ref.of(obj)
        live = await self._objects.get(ref)
        if live is None:
            return
        annotations = live["metadata"].get("annotations", {})
        if (annotations.get(_NAME), annotations.get(_NAMESPACE)) != (
            revision.name,
            revision.namespace,
        ):
            raise HelmFailed(
                "Helm refuses to take over an object",
                kind="ownership",
                why=f"{ref} exists and cannot be imported into the current release: "
                "invalid ownership metadata",
            )

    async def _delete(self, manifest: Iterable[Object]) -> None:
        for obj in manifest:
            annotations = obj["metadata"].get("annotations", {})
            if annotations.get("helm.sh/resource-policy") != "keep":
                await self._objects.delete(Ref.of(obj))


def _rendered(request: ReleaseRequest, chart: Chart) -> list[Object]:
    """Raises HelmFailed for a package of a chart that is not simulated."""
    if chart.name not in _RENDERED:
        raise HelmFailed(f"The chart {chart.name} is not simulated", kind="no-chart")
    return _RENDERED[chart.name](request.name, request.namespace, chart, request.values)


def _new_revision(
    request: ReleaseRequest, chart: Chart, manifest: list[Object], history: list[Revision]
) -> Revision:
    return Revision(
        name=request.name,
        namespace=request.namespace,
        number=history[-1].number + 1 if history else 1,
        status="pending-upgrade" if history else "pending-install",
        chart=chart.name,
        chart_version=chart.version,
        app_version=chart.app_version,
        manifest=manifest,
        labels=dict(request.labels),
    )


def _gone(old: list[Object], new: list[Object]) -> list[Object]:
    kept = {Ref.of(obj) for obj in new}
    return [obj for obj in old if Ref.of(obj) not in kept]


def _failed(problem: WorldError) -> HelmFailed:
    kind = "conflict" if isinstance(problem, Conflict) else "other"
    return HelmFailed("Helm could not apply the release", kind=kind, why=str(problem))
