"""What the checks of a preset are about, as far as Helm and the chart let it be known."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from wizard.charts.catalogue import harbor_chart
from wizard.checks.base import Subject
from wizard.errors import WizardError, WorldError
from wizard.plan.graph import Graph
from wizard.ports import World
from wizard.run.rights import graph_rights
from wizard.steps.inputs import Inputs


async def subject_of(world: World, inputs: Inputs, graph: Graph) -> Subject:
    """The preset with its chart, the objects of its release and the rights that its graph takes.

    Raises nothing for a chart that cannot be had or rendered: `Subject.problem` says so.
    """
    preset, charts = inputs.preset, world.charts
    subject = Subject(
        preset,
        owned=[ref for step in graph.steps for ref in step.makes],
        secrets=dict(inputs.secrets),
        conceal=inputs.conceal,
    )
    try:
        chart = harbor_chart(preset.versions.harbor)
        subject = replace(subject, chart=await inputs.packages.get(chart))
        manifest = await graph.release.offline_manifest(charts)
        rights = await graph_rights(graph, charts, preset.target, await _idle(world, graph))
    except WizardError as error:
        return replace(subject, problem=error)
    # Whether the namespace can be seen at all is told by the checks of namespace and rights.
    with suppress(WorldError):
        for namespace in graph.namespaces:
            if not await namespace.idle(world):
                rights = [*rights, *await namespace.missing_right(world)]
    return replace(subject, manifest=manifest, rights=rights)


async def _idle(world: World, graph: Graph) -> Collection[str]:
    """The steps that have nothing to do in this cluster, as far as it lets that be seen."""
    found = set()
    for step in graph.steps:
        with suppress(WorldError):
            found |= {step.id} if await step.idle(world) else set()
    return found
