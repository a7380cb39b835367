"""The chart's Deployments and StatefulSets together."""

from collections.abc import Sequence

from backends.simulated.harbor.deployments import (
    core,
    exporter,
    jobservice,
    nginx,
    portal,
    registry,
)
from backends.simulated.harbor.names import Frame, checksum
from backends.simulated.harbor.stateful_sets import database, stateful, trivy
from wizard.ports import Object


def workloads(frame: Frame, settings: Sequence[Object]) -> list[Object]:
    """All workloads; `settings` are the release's Secrets and ConfigMaps."""
    values = frame.values
    made = [core(frame), jobservice(frame), portal(frame), registry(frame)]
    if frame.has_nginx:
        made.append(nginx(frame))
    if values["metrics"]["enabled"]:
        made.append(exporter(frame))
    if values["database"]["type"] == "internal":
        made.append(database(frame))
    if values["redis"]["type"] == "internal":
        made.append(stateful(frame, "redis", values["redis"]["internal"], "data"))
    if values["trivy"]["enabled"]:
        made.append(trivy(frame))
    for workload in made:
        _restart_with(workload, settings)
    return made


def _restart_with(workload: Object, settings: Sequence[Object]) -> None:
    """Annotate the pods with a checksum of each of their component's settings."""
    name = workload["metadata"]["name"]
    sums = {
        f"checksum/{obj['kind'].lower()}": checksum(obj)
        for obj in settings
        if obj["metadata"]["name"] == name
    }
    metadata = workload["spec"]["template"]["metadata"]
    metadata["annotations"] = sums | metadata.get("annotations", {})
