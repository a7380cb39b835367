"""The gate of a release: waits until its objects are ready, says why not, ends when hopeless."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from wizard.charts.manifest import plural
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import POD
from wizard.diagnose.observer import WATCHED, Observer
from wizard.diagnose.waiting import explain
from wizard.errors import OutOfTime, StepFailed
from wizard.ports import NeededRight, Object, Ref, World
from wizard.steps.base import Reporter
from wizard.steps.inputs import Inputs
from wizard.steps.namespace import NAMESPACE

_LOOK_AGAIN = 5.0
"""Seconds after which time alone may have changed the answer (a finding's grace has passed)."""


def gate_rights(inputs: Inputs, manifest: Iterable[Object]) -> Sequence[NeededRight]:
    """What the gate reads in the target namespace: optional are kinds that it does not wait for."""
    needed = {Ref.of(obj).kind for obj in manifest} | {POD}
    ready = "to see whether Harbor's objects are ready"
    why = "to tell why Harbor is not ready"
    rights = [
        replace(right, optional=kind not in needed)
        for kind in WATCHED
        for right in inputs.rights_in_namespace(
            plural(kind), ready if kind in needed else why, "list", "watch", group=kind.group
        )
    ]
    logs = [
        replace(right, optional=True)
        for resource in ("pods", "pods/log")  # whether a container goes on is read from its pod
        for right in inputs.rights_in_namespace(resource, "to follow logs of Harbor's pods", "get")
    ]
    return [*rights, *logs]


async def wait_until_ready(
    world: World, inputs: Inputs, refs: Sequence[Ref], report: Reporter
) -> None:
    """Wait until every object is ready, following the logs of the release's pods.

    What went wrong before this run may have been mended since, so it ends the wait only when the
    kubelet had the time to try again.

    Raises StepFailed with cause and fix as soon as waiting cannot help, OutOfTime after
    `inputs.gate_seconds`, Unreachable while the API server does not answer.
    """
    loop = asyncio.get_running_loop()
    given_up_at = loop.time() + inputs.gate_seconds
    told: set[tuple[str, str]] = set()
    skew = (await world.access.server()).clock_skew
    since = inputs.begun - timedelta(seconds=skew)
    selector = {"release": inputs.preset.target.release}
    async with Observer(
        world.objects, world.pods, inputs.namespace, selector, report.pod_log, clock_skew=skew
    ) as observer:
        await observer.synced()
        while not (gate := explain(observer.view, refs, since)).ready:
            for finding in gate.findings:
                if (finding.id, finding.object) not in told:
                    told.add((finding.id, finding.object))
                    report.finding(finding)
            if gate.terminal:
                raise _hopeless(gate.terminal[0])
            report.waiting(gate.text)
            if loop.time() >= given_up_at:
                raise OutOfTime(
                    f"Harbor was not ready within {inputs.gate_seconds:.0f} s",
                    why=gate.text,
                    where=f"namespace {inputs.namespace}",
                    fix="mend what it waits for and run the same command again: it goes on there",
                )
            if not await observer.changed(timeout=min(_LOOK_AGAIN, inputs.gate_seconds)):
                # Watches come back by themselves: only a question tells that nobody answers.
                await world.objects.get(Ref(NAMESPACE, "", inputs.namespace))


def _hopeless(finding: Finding) -> StepFailed:
    evidence = f" ({finding.evidence[-1]})" if finding.evidence else ""
    return StepFailed(
        f"{finding.id} {finding.object}: {finding.title}",
        why=f"{finding.cause}{evidence}",
        where=finding.object,
        fix=finding.fix,
    )
