"""What the commands do that only look: verify, troubleshoot, rbac."""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from wizard.answers.profiles import effective
from wizard.answers.target import Target
from wizard.checks.base import Subject
from wizard.checks.cluster import same_cluster
from wizard.checks.suite import ask, needed_rights
from wizard.checks.verification import verifications
from wizard.commands import Answers, identify, packages_of
from wizard.diagnose.components import components
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.observer import WITH_THE_CLUSTER, Observer
from wizard.errors import CheckFailed, ExitCode, WorldError
from wizard.plan.graph import build_graph
from wizard.ports import Charts, Server, World
from wizard.report_documents import troubleshoot_document
from wizard.report_text import diagnosis_lines
from wizard.run.rights import ACCOUNT, graph_rights, role_objects
from wizard.run.telling import RunTeller
from wizard.steps.inputs import Inputs
from wizard.voices import Voices

_SILENCE_SECONDS, _LOGS_SECONDS = 0.5, 5.0
"""Logs are read behind their pods: a look ends when nothing new comes, or at the latest then."""


async def verify(world: World, answers: Answers, voices: Voices) -> ExitCode:
    """Test the running registry of a preset; FINDINGS where something does not work.

    Raises CheckFailed where nobody answers, or another cluster than the preset's.
    """
    preset = effective(answers.preset)
    await _reach(world)
    await _require_identity(world, preset.target)
    teller = RunTeller("", voices.report.event, voices.redactor)
    with TemporaryDirectory(prefix="harbor-wizard-charts-") as folder:
        packages = packages_of(preset, world.charts, Path(folder))
        inputs = Inputs(preset, packages, conceal=voices.redactor.conceal)
        results = []
        for check in verifications(inputs):
            results.append(await ask(check, world, Subject(preset)))
            teller.check(results[-1])
    voices.report.checks(preset.name, await identify(world, preset.target), results)
    failed = any(result.outcome.state == "fail" for result in results)
    return ExitCode.FINDINGS if failed else ExitCode.DONE


async def _reach(world: World) -> Server:
    """The API server. Raises CheckFailed where it does not answer: nothing can be looked at."""
    try:
        return await world.access.server()
    except WorldError as error:
        raise CheckFailed(error.what, why=error.why, fix=error.fix, where=error.where) from error


async def _require_identity(world: World, wanted: Target) -> None:
    """Raise CheckFailed where another cluster than the preset's answers."""
    with suppress(WorldError):  # what may not be seen is no reason not to look
        outcome = await same_cluster(world, wanted.cluster_uid)
        if outcome.state == "fail":
            raise CheckFailed(
                outcome.fact.rstrip("."),
                why=outcome.why,
                fix="Choose the right context with --context. Where this cluster is meant, add "
                "--set target.clusterUid=null.",
            )


async def troubleshoot(world: World, wanted: Target, voices: Voices) -> ExitCode:
    """Look once at a release; FINDINGS where something fails.

    Raises CheckFailed where nobody answers, or another cluster than the preset's.
    """
    skew = (await _reach(world)).clock_skew
    await _require_identity(world, wanted)
    target = await identify(world, wanted)
    selector = {"release": target.release}
    async with Observer(
        world.objects,
        world.pods,
        target.namespace,
        selector,
        clock_skew=skew,
        watched=WITH_THE_CLUSTER,
    ) as observer:
        await observer.synced()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOGS_SECONDS):
                while await observer.changed(timeout=_SILENCE_SECONDS):
                    pass
        view = observer.view
    diagnosis = evaluate(view)
    states = components(view, target.namespace, target.release, diagnosis.findings)
    document = troubleshoot_document(target, states, diagnosis)
    voices.report.data(document, partial(diagnosis_lines, target, states, diagnosis))
    failed = any(one.severity == "fail" for one in diagnosis.findings) or any(
        state.state == "failed" for state in states
    )
    return ExitCode.FINDINGS if failed else ExitCode.DONE


async def print_role(charts: Charts, answers: Answers, voices: Voices) -> ExitCode:
    """Print the least role for a preset, with all that it is bound to."""
    preset = effective(answers.preset)
    target = preset.target
    with TemporaryDirectory(prefix="harbor-wizard-charts-") as folder:
        inputs = Inputs(preset, packages_of(preset, charts, Path(folder)))
        needed = await graph_rights(build_graph(inputs), charts, target)
    needed = [*needed, *needed_rights(preset)]
    objects = role_objects(needed, target)
    reasons = sorted({f"# {one.right}: {one.reason}" for one in needed})
    head = [
        f"# The least role that the preset {preset.name} needs; apply it as an administrator,",
        f"# then let the wizard use the ServiceAccount {target.namespace}/{ACCOUNT}.",
        *reasons,
    ]
    lines = [*head, "---", *yaml.safe_dump_all(objects, sort_keys=False).splitlines()]
    document = {"apiVersion": "v1", "kind": "List", "items": objects}
    voices.report.data(document, lambda _: lines)
    return ExitCode.DONE
