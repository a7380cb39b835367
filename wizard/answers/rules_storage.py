"""Rules about volumes and the pods that share them."""

from collections.abc import Iterator

from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.raw import value_at


def registry_replicas(preset: Preset) -> Iterator[Problem]:
    """Several registries need storage that several nodes may write."""
    count = preset.harbor.replicas.registry or 1
    on_volume = preset.storage.blobs.kind == "volume"
    if count > 1 and on_volume and not preset.storage.volumes.registry.shared:
        yield Problem(
            "storage.volumes.registry.accessMode",
            f"{count} registry pods cannot share a volume that one node may write",
            "Set it to ReadWriteMany, use object storage in storage.blobs, or set "
            "harbor.replicas.registry to 1.",
        )


def jobservice_replicas(preset: Preset) -> Iterator[Problem]:
    """Several job services need logs that all can write.

    The chart values keep them in the database then, unless a person insists on files.
    """
    count = preset.harbor.replicas.jobservice or 1
    loggers = value_at(("jobservice", "jobLoggers"), preset.harbor.values)
    insists = isinstance(loggers, list) and "file" in loggers
    if count > 1 and insists and not preset.storage.volumes.job_log.shared:
        yield Problem(
            "harbor.values.jobservice.jobLoggers",
            f"{count} job service pods cannot write files to a volume that one node may write",
            "Take it out: logs then go to the database. Or set storage.volumes.jobLog.accessMode "
            "to ReadWriteMany.",
        )
