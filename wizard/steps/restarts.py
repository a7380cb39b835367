"""Restarts of what reads a Secret only when it starts, and would go on with the old one."""

import asyncio
from collections.abc import Iterable, Sequence

from wizard.answers.exposure import GatewayExposure, IngressExposure
from wizard.charts.tls import internal_components
from wizard.ports import Kind, Object, Ref, World
from wizard.steps.base import FieldChange, ObjectChange
from wizard.steps.difference import ABSENT
from wizard.steps.inputs import Inputs

ANNOTATION = "harbor-wizard/restarted"
"""The annotation in a pod template whose change makes a workload start its pods anew."""

_DEPLOYMENT, _STATEFUL_SET = Kind("apps/v1", "Deployment"), Kind("apps/v1", "StatefulSet")
_TRUSTING = ("core", "jobservice", "registry", "trivy")
"""Components that put the trusted authorities into their system's store when they start."""
_CONNECTING = ("core", "exporter")
"""Components that are given the password of the external database when they start."""


async def restarts(
    world: World, inputs: Inputs, changes: Iterable[ObjectChange]
) -> Sequence[ObjectChange]:
    """The restarts that changed Secrets call for, of the workloads that are there."""
    changed = {change.ref.name for change in changes if change.action != "create"}
    refs = {ref: None for name in sorted(changed) for ref in _readers(inputs, name)}
    found = await asyncio.gather(*(world.objects.get(ref) for ref in refs))
    return [
        ObjectChange("update", ref, (_field(live),), content="restart")
        for ref, live in zip(refs, found, strict=True)
        if live is not None
    ]


async def restart(world: World, inputs: Inputs, changes: Iterable[ObjectChange]) -> None:
    """Start the pods of every workload among the changes anew."""
    for change in changes:
        if change.ref.kind in {_DEPLOYMENT, _STATEFUL_SET}:
            annotations = {ANNOTATION: inputs.clock().isoformat(timespec="seconds")}
            await world.objects.apply(
                {
                    **change.ref.kind.head,
                    "metadata": {"name": change.ref.name, "namespace": change.ref.namespace},
                    "spec": {"template": {"metadata": {"annotations": annotations}}},
                }
            )


def _field(live: Object) -> FieldChange:
    annotations = live["spec"]["template"]["metadata"].get("annotations") or {}
    before = annotations.get(ANNOTATION, ABSENT)
    return FieldChange(f"spec.template.metadata.annotations[{ANNOTATION}]", before, "now")


def _readers(inputs: Inputs, secret: str) -> Sequence[Ref]:
    names = inputs.names
    internal = {
        names.internal_certificate(component): (component,)
        for component in internal_components(inputs.preset)
    }
    served_by_nginx = not isinstance(inputs.preset.harbor.expose, IngressExposure | GatewayExposure)
    readers = internal | {
        names.certificate: ("nginx",) if served_by_nginx else (),
        names.trusted: _TRUSTING,
        names.external_database: _CONNECTING,
        names.blobs: ("registry",),
        names.blobs_authority: ("registry",),
    }
    return [_workload(inputs, component) for component in readers.get(secret, ())]


def _workload(inputs: Inputs, component: str) -> Ref:
    kind = _STATEFUL_SET if component == "trivy" else _DEPLOYMENT
    return Ref(kind, inputs.namespace, inputs.names.component(component))
