"""Questions that have to write to be answered: made, awaited, and removed again in any case."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress

from wizard.charts.names import Names
from wizard.diagnose.fields import condition, holds
from wizard.diagnose.kinds import CLAIM, EVENT, JOB, POD
from wizard.diagnose.rules.evidence import one_line
from wizard.diagnose.view import View
from wizard.errors import Forbidden, NotFound, OutOfTime, StepFailed, WorldError
from wizard.ports import Charts, Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import creation_of, remove
from wizard.steps.gate import Wait, gate_rights, wait_until_ready
from wizard.steps.inputs import LABEL, Inputs

PROBE_LABEL = "harbor-wizard/probe"
"""The label on all that a probe makes: by it, what a killed run left is found and removed."""

VOLUME = Kind("v1", "PersistentVolume")
SECONDS = 600.0
"""How long a probe waits: new nodes and large images take minutes."""


class Probe(Step):
    """Tries something by writing, and takes away again what it wrote.

    It is skipped once what it guards works, and its changes are not there any more afterwards.
    """

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: the answer came while it was applied."""


class JobProbe(Probe):
    """A probe by Jobs in the target namespace, with claims of their own.

    `called` is the probe in the words of its errors.
    """

    called = "The test"

    def __init__(self, id_: str, title: str, inputs: Inputs, needs: Sequence[str]) -> None:
        self.id, self.title, self.needs = id_, title, tuple(needs)
        self._inputs = inputs
        self._mark = f"{Names(inputs.preset.target.release).fullname}.{id_}"[:63].rstrip(".")

    @abstractmethod
    async def wanted(self, world: World) -> Sequence[Object]:
        """The claims and Jobs that are to be tried: none where all works that the probe guards."""

    @abstractmethod
    def all_objects(self) -> Sequence[Object]:
        """All claims and Jobs that the probe may ever make, known without a cluster."""

    def understood(self, job: str, lines: Sequence[str], report: Reporter) -> None:
        """What the log of a Job's pod says. Raises StepFailed where that is bad."""

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "a probe makes claims and Jobs, reads what came of them, and removes them"
        verbs = ("get", "list", "create", "delete")
        volumes = "a volume of the probe is not kept, also where the class keeps volumes"
        kept = [Right(verb, "", "persistentvolumes") for verb in ("get", "patch")]
        return [
            *self._inputs.rights_in_namespace("persistentvolumeclaims", reason, *verbs),
            *self._inputs.rights_in_namespace("jobs", reason, *verbs, group="batch"),
            *gate_rights(self._inputs, self.all_objects()),
            *(NeededRight(right, volumes, optional=True) for right in kept),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. What a killed run left makes the probe run again, which removes it first."""
        left = await self._left(world)
        wanted = await self.wanted(world) or (self.all_objects() if left else ())
        there = {Ref.of(obj) for obj in left}
        found = [
            ObjectChange("create", Ref.of(obj)) if Ref.of(obj) in there else None for obj in wanted
        ]
        return [
            change or await creation_of(world.objects, obj)
            for change, obj in zip(found, wanted, strict=True)
        ]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises what `wait_until_ready` does, and StepFailed where a Job failed."""
        planned = {change.ref for change in changes}
        wanted = [obj for obj in self.all_objects() if Ref.of(obj) in planned]
        await self._clear(world, report)
        try:
            for obj in wanted:
                await world.objects.create(obj)
            await self._await_end(world, wanted, report)
        finally:
            await self._clear(world, report)

    async def _await_end(self, world: World, made: Sequence[Object], report: Reporter) -> None:
        jobs = [Ref.of(obj) for obj in made if obj["kind"] == JOB.name]
        failed: list[Ref] = []

        def judge(view: View) -> None:
            failed.extend(ref for ref in jobs if holds(view.get(ref) or {}, "Failed"))
            if failed:
                raise _JobFailed(failed[0], view.get(failed[0]) or {})

        async def running() -> str:
            found = await asyncio.gather(*(world.objects.get(ref) for ref in jobs))
            left = [ref for ref, job in zip(jobs, found, strict=True) if not _complete(job)]
            return f"{left[0]} has not ended yet" if left else ""

        wait = Wait(
            self._inputs,
            running,
            look_again=1.0,
            title=self.called,
            selector={PROBE_LABEL: self._mark},
        )
        wait.at_most(SECONDS)
        wait.judge = judge
        await self._wait(world, [Ref.of(obj) for obj in made], report, wait)
        for job in jobs:
            self.understood(job.name, await self._log(world, job), report)

    async def _wait(self, world: World, refs: Sequence[Ref], report: Reporter, wait: Wait) -> None:
        try:
            await wait_until_ready(world, self._inputs, refs, report, wait)
        except OutOfTime as late:
            told = await self._told_of_claims(world)
            raise OutOfTime(
                late.what, why="; ".join([late.why, *told]), where=late.where, fix=late.fix
            ) from None
        except _JobFailed as failure:
            lines = await self._log(world, failure.job)
            self.understood(failure.job.name, lines, report)
            raise StepFailed(
                f"{self.called} failed",
                why="; ".join(lines[-3:]) or failure.why,
                where=str(failure.job),
                fix="mend what it names, then run the same command again; the Job is removed",
            ) from None

    async def _told_of_claims(self, world: World) -> list[str]:
        """What the cluster says of each claim that is not bound: the newest event about it."""
        told = []
        with suppress(WorldError):
            events = (await world.objects.list(EVENT, self._inputs.namespace)).items
            for obj in await self._left(world):
                about = [
                    str(event.get("message") or event.get("reason", ""))
                    for event in sorted(events, key=_last_seen)
                    if event["involvedObject"].get("uid") == obj["metadata"].get("uid")
                ]
                if obj["kind"] == CLAIM.name and about:
                    told.append(f"{Ref.of(obj)}: {one_line(about[-1])}")
        return told

    async def _log(self, world: World, job: Ref) -> list[str]:
        """What the pods of a Job said; as far as it can be read."""
        labels = f"batch.kubernetes.io/job-name={job.name}"
        lines: list[str] = []
        with suppress(WorldError):
            for pod in (await world.objects.list(POD, job.namespace, labels)).items:
                name, container = pod["metadata"]["name"], pod["spec"]["containers"][0]["name"]
                async for line in world.pods.logs(job.namespace, name, container, tail=100):
                    lines.append(line.text)
        return lines

    async def _left(self, world: World) -> list[Object]:
        """All of this probe that is there."""
        labels = f"{PROBE_LABEL}={self._mark}"
        found = await asyncio.gather(
            *(world.objects.list(kind, self._inputs.namespace, labels) for kind in (JOB, CLAIM))
        )
        return [
            {**_of_kind(kind), **obj}
            for kind, listing in zip((JOB, CLAIM), found, strict=True)
            for obj in listing.items
        ]

    async def _clear(self, world: World, report: Reporter) -> None:
        """Remove all of this probe; volumes too where their class would keep them."""
        left = await self._left(world)
        for obj in left:
            if obj["kind"] == CLAIM.name:
                await self._let_go(world, obj, report)
            await remove(world.objects, Ref.of(obj))

    async def _let_go(self, world: World, claim: Object, report: Reporter) -> None:
        """Have the volume of a claim deleted with it."""
        name = claim["spec"].get("volumeName")
        if not name:
            return
        try:
            volume = await world.objects.get(Ref(VOLUME, "", name))
            if volume and volume["spec"].get("persistentVolumeReclaimPolicy") != "Delete":
                await world.objects.apply(_deleted_with_its_claim(name), force=True)
        except (Forbidden, NotFound) as error:
            report.log(f"The probe's volume {name} may be left: {error.what}")

    def marked(self, kind: Kind, name: str, spec: Object) -> Object:
        """An object of this probe."""
        labels = {LABEL: self._inputs.preset.name, PROBE_LABEL: self._mark}
        metadata = {"name": name, "namespace": self._inputs.namespace, "labels": labels}
        return {**_of_kind(kind), "metadata": metadata, "spec": spec}

    @property
    def pod_labels(self) -> dict[str, str]:
        """The labels of this probe's pods."""
        return {PROBE_LABEL: self._mark}


class _JobFailed(Exception):
    """A Job ended badly."""

    def __init__(self, job: Ref, obj: Object) -> None:
        super().__init__()
        self.job = job
        self.why = str(condition(obj, "Failed").get("message") or "its pod ended with an error")


def _last_seen(event: Object) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")


def _complete(job: Object | None) -> bool:
    return job is not None and holds(job, "Complete")


def _of_kind(kind: Kind) -> Object:
    return {"apiVersion": kind.api_version, "kind": kind.name}


def _deleted_with_its_claim(name: str) -> Object:
    return {
        **_of_kind(VOLUME),
        "metadata": {"name": name},
        "spec": {"persistentVolumeReclaimPolicy": "Delete"},
    }
