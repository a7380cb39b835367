"""Errands: Jobs with claims of their own in the target namespace, run once and removed again."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from wizard.diagnose.fields import condition, holds, one_line, spec, status
from wizard.diagnose.kinds import CLAIM, EVENT, JOB, POD, PRESET_LABEL
from wizard.diagnose.view import View
from wizard.diagnose.waiting import of_pods
from wizard.errors import Forbidden, NotFound, OutOfTime, StepFailed, WorldError
from wizard.ports import Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.base import Reporter
from wizard.steps.changes import remove
from wizard.steps.gate import Wait, gate_rights, wait_until_ready
from wizard.steps.inputs import Inputs

PROBE_LABEL = "harbor-wizard/probe"
"""The label on all that an errand makes: by it, what a killed run left is found and removed."""

VOLUME = Kind("v1", "PersistentVolume")
SECONDS = 600.0
"""How long an errand may take: new nodes and large images take minutes."""

Said = Mapping[str, Sequence[str]]
"""What the pods of each Job said, line by line, by the Job's name."""


class Errand:
    """Makes Jobs and claims, waits until the Jobs have ended, and removes all of it in any case.

    `id_` tells errands of one release apart; `called` is this one in the words of its errors.
    """

    def __init__(self, inputs: Inputs, id_: str, called: str) -> None:
        self._inputs, self._called = inputs, called
        self._mark = f"{inputs.names.fullname}.{id_}"[:63].rstrip(".-")

    @property
    def labels(self) -> dict[str, str]:
        """The labels that tell what belongs to this errand."""
        return {PROBE_LABEL: self._mark}

    def made(self, kind: Kind, name: str, spec: Object) -> Object:
        """An object of this errand."""
        labels = {PRESET_LABEL: self._inputs.preset.name, **self.labels}
        metadata = {"name": name, "namespace": self._inputs.namespace, "labels": labels}
        return {**kind.head, "metadata": metadata, "spec": spec}

    def rights(self, objects: Sequence[Object]) -> Sequence[NeededRight]:
        """The rights that running it with these objects takes."""
        reason = "claims and Jobs are made to try something, and removed again"
        verbs = ("get", "list", "create", "delete")
        kept = [Right(verb, "", "persistentvolumes") for verb in ("get", "patch")]
        why = "a volume that was only tried is not kept, also where its class keeps volumes"
        return [
            *self._inputs.rights_in_namespace("persistentvolumeclaims", reason, *verbs),
            *self._inputs.rights_in_namespace("jobs", reason, *verbs, group="batch"),
            *gate_rights(self._inputs, objects),
            *(NeededRight(right, why, optional=True) for right in kept),
        ]

    async def left(self, world: World) -> list[Object]:
        """All of this errand that is there: of a run that was killed."""
        labels, namespace = f"{PROBE_LABEL}={self._mark}", self._inputs.namespace
        found = await asyncio.gather(
            *(world.objects.list(kind, namespace, labels) for kind in (JOB, CLAIM))
        )
        return [
            {**kind.head, **obj}
            for kind, listing in zip((JOB, CLAIM), found, strict=True)
            for obj in listing.items
        ]

    async def run(self, world: World, objects: Sequence[Object], report: Reporter) -> Said:
        """Make the objects, wait for the Jobs among them, remove everything.

        Raises what `wait_until_ready` does, and JobFailed.
        """
        await self.clear(world, report)
        try:
            for obj in objects:
                await world.objects.create(obj)
            return await self._await_end(world, objects, report)
        finally:
            await self.clear(world, report)

    async def clear(self, world: World, report: Reporter) -> None:
        """Remove all of it, and the volumes that were made for it."""
        left = await self.left(world)
        await asyncio.gather(*(self._remove(world, obj, report) for obj in left))

    async def _remove(self, world: World, obj: Object, report: Reporter) -> None:
        if obj["kind"] == CLAIM.name:
            await self._let_go(world, obj, report)
        await remove(world.objects, Ref.of(obj))

    async def _await_end(self, world: World, made: Sequence[Object], report: Reporter) -> Said:
        jobs = [Ref.of(obj) for obj in made if obj["kind"] == JOB.name]
        running: dict[Ref, str] = {}

        def judge(view: View) -> None:
            running.clear()
            for ref in jobs:
                job = view.get(ref)
                if job and holds(job, "Failed"):
                    raise _Failed(ref, job)
                if not (job and _ended(view, job)):
                    running[ref] = of_pods(view, job) if job else ""

        async def still_running() -> str:
            for ref, told in running.items():
                return f"{ref} has not ended yet{f': {told}' if told else ''}"
            return ""

        wait = Wait(self._inputs, still_running, title=self._called, selector=self.labels)
        wait.at_most(SECONDS)
        wait.judge = judge
        refs = [Ref.of(obj) for obj in made]
        try:
            await wait_until_ready(world, self._inputs, refs, report, wait)
        except OutOfTime as late:
            why = "; ".join([late.why, *await self._told_of_claims(world)])
            raise OutOfTime(late.what, why=why, where=late.where, fix=late.fix) from None
        except _Failed as failure:
            lines = await self._log(world, failure.job)
            raise JobFailed(self._called, failure.job, lines or [failure.why]) from None
        return {job.name: await self._log(world, job) for job in jobs}

    async def _told_of_claims(self, world: World) -> list[str]:
        """What the cluster says of each claim: the newest event about it."""
        told = []
        with suppress(WorldError):
            events = (await world.objects.list(EVENT, self._inputs.namespace)).items
            for obj in await self.left(world):
                about = [
                    str(event.get("message") or event.get("reason", ""))
                    for event in sorted(events, key=_last_seen)
                    if event["involvedObject"].get("uid") == obj["metadata"].get("uid")
                ]
                if obj["kind"] == CLAIM.name and about:
                    told.append(f"{Ref.of(obj)}: {one_line(about[-1])}")
        return told

    async def _log(self, world: World, job: Ref) -> list[str]:
        """What the pods of a Job said, as far as it can be read."""
        labels = f"batch.kubernetes.io/job-name={job.name}"
        lines: list[str] = []
        with suppress(WorldError):
            for pod in (await world.objects.list(POD, job.namespace, labels)).items:
                name, container = pod["metadata"]["name"], pod["spec"]["containers"][0]["name"]
                async for line in world.pods.logs(job.namespace, name, container, tail=100):
                    lines.append(line.text)
        return lines

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
            report.log(f"The volume {name}, made for a test, may be left: {error.what}")


class JobFailed(StepFailed):
    """A Job of an errand ended badly; `lines` is what its pods said."""

    def __init__(self, called: str, job: Ref, lines: Sequence[str]) -> None:
        super().__init__(
            f"{called} failed",
            why="; ".join(lines[-3:]),
            where=str(job),
            fix="mend what it names, then run the same command again; the Job is removed",
        )
        self.lines = tuple(lines)


class _Failed(Exception):
    """A Job ended badly."""

    def __init__(self, job: Ref, obj: Object) -> None:
        super().__init__()
        self.job = job
        self.why = str(condition(obj, "Failed").get("message") or "its pod ended with an error")


def _last_seen(event: Object) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")


def _ended(view: View, job: Object) -> bool:
    """Whether all pods of a Job succeeded; its own condition says so up to a second later."""
    succeeded = [pod for pod in view.pods_of(job) if status(pod).get("phase") == "Succeeded"]
    return holds(job, "Complete") or len(succeeded) >= spec(job).get("completions", 1)


def _deleted_with_its_claim(name: str) -> Object:
    return {
        **VOLUME.head,
        "metadata": {"name": name},
        "spec": {"persistentVolumeReclaimPolicy": "Delete"},
    }
