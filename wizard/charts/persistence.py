"""Volumes, as chart values."""

from typing import Any

from wizard.answers.preset import Preset
from wizard.answers.raw import value_at
from wizard.answers.storage import Volume
from wizard.charts.blobs import blob_values, on_volume


def persistence_values(preset: Preset) -> dict[str, Any]:
    """`persistence`, and what its access modes mean for updates and job logs."""
    volumes = preset.storage.volumes
    claims: dict[str, Any] = {}
    if on_volume(preset):
        claims["registry"] = _claim(preset, volumes.registry)
    if logs_in_files(preset):
        claims["jobservice"] = {"jobLog": _claim(preset, volumes.job_log)}
    if preset.harbor.database.kind == "internal":
        claims["database"] = _claim(preset, volumes.database)
    if preset.harbor.redis.kind == "internal":
        claims["redis"] = _claim(preset, volumes.redis)
    if preset.harbor.scanner.trivy.enabled:
        claims["trivy"] = _claim(preset, volumes.trivy)
    return {
        "persistence": {
            "enabled": True,
            "resourcePolicy": "keep",
            "persistentVolumeClaim": claims,
            "imageChartStorage": blob_values(preset),
        },
        "updateStrategy": {"type": "RollingUpdate" if _can_roll(preset) else "Recreate"},
        "jobservice": {"jobLoggers": ["file" if logs_in_files(preset) else "database"]},
    }


def logs_in_files(preset: Preset) -> bool:
    """Whether logs of jobs rest on a volume; several pods need one that all can write.

    Else they rest in the database, and the chart makes no claim for them. A person decides with
    `harbor.values.jobservice.jobLoggers`.
    """
    loggers = value_at(("jobservice", "jobLoggers"), preset.harbor.values)
    if isinstance(loggers, list):
        return "file" in loggers
    several = (preset.harbor.replicas.jobservice or 1) > 1
    return not several or preset.storage.volumes.job_log.shared


def _can_roll(preset: Preset) -> bool:
    """Whether an old and a new pod of registry and jobservice may have their volume at once.

    With ReadWriteOnce they wait for each other for ever (goharbor/harbor-helm#224).
    """
    volumes = preset.storage.volumes
    registry = not on_volume(preset) or volumes.registry.shared
    return registry and (not logs_in_files(preset) or volumes.job_log.shared)


def _claim(preset: Preset, volume: Volume) -> dict[str, str]:
    given = {
        "existingClaim": volume.existing_claim,
        "storageClass": volume.class_name or preset.storage.provisioner.class_name,
        "accessMode": volume.access_mode,
        "size": volume.size,
    }
    return {key: text for key, text in given.items() if text}
