"""Rules about volumes and the pods that share them."""

from collections.abc import Iterator

from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.raw import value_at
from wizard.answers.storage import Volume


def registry_replicas(preset: Preset) -> Iterator[Problem]:
    """Several registries need storage that several nodes may write."""
    count = preset.harbor.replicas.registry or 1
    on_volume = preset.storage.blobs.kind == "volume"
    if count > 1 and on_volume and not _shared(preset.storage.volumes.registry):
        yield Problem(
            "storage.volumes.registry.accessMode",
            f"{count} registry pods cannot share a volume that one node may write",
            "Set it to ReadWriteMany, use object storage in storage.blobs, or set "
            "harbor.replicas.registry to 1.",
        )


def jobservice_replicas(preset: Preset) -> Iterator[Problem]:
    """Several job services need shared logs, or logs in the database."""
    count = preset.harbor.replicas.jobservice or 1
    if count > 1 and _job_logs_on_volume(preset) and not _shared(preset.storage.volumes.job_log):
        yield Problem(
            "storage.volumes.jobLog.accessMode",
            f"{count} job service pods cannot share a volume that one node may write",
            "Set it to ReadWriteMany, set harbor.values.jobservice.jobLoggers to [database], or "
            "set harbor.replicas.jobservice to 1.",
        )


def rolling_update(preset: Preset) -> Iterator[Problem]:
    """A new pod waits for a volume that the old one holds (goharbor/harbor-helm#224)."""
    if value_at(("updateStrategy", "type"), preset.harbor.values) != "RollingUpdate":
        return
    volumes, on_volume = preset.storage.volumes, preset.storage.blobs.kind == "volume"
    held = [
        *(["registry"] if on_volume and not _shared(volumes.registry) else []),
        *(["jobLog"] if _job_logs_on_volume(preset) and not _shared(volumes.job_log) else []),
    ]
    if held:
        yield Problem(
            "harbor.values.updateStrategy.type",
            f"with RollingUpdate, an upgrade waits for ever for the volume {held[0]}, which the "
            "old pod holds",
            "Take it out: the wizard then chooses Recreate. Or use ReadWriteMany volumes.",
        )


def _shared(volume: Volume) -> bool:
    return volume.access_mode == "ReadWriteMany"


def _job_logs_on_volume(preset: Preset) -> bool:
    """The chart makes that volume only for the logger `file`, which is its default."""
    loggers = value_at(("jobservice", "jobLoggers"), preset.harbor.values)
    return not isinstance(loggers, list) or "file" in loggers
