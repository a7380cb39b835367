"""Replicas, resources, scanner and metrics, as chart values."""

from typing import Any

from wizard.answers.components import ComponentResources
from wizard.answers.preset import Preset
from wizard.charts.images import mirrored

RESOURCE_PATHS = {
    "core": ("core",),
    "portal": ("portal",),
    "nginx": ("nginx",),
    "jobservice": ("jobservice",),
    "registry": ("registry", "registry"),
    "registryctl": ("registry", "controller"),
    "trivy": ("trivy",),
    "exporter": ("exporter",),
    "database": ("database", "internal"),
    "redis": ("redis", "internal"),
}
"""Where the chart looks for the resources of each component."""

TRIVY_DATABASES = {
    "dbRepository": ("mirror.gcr.io/aquasec/trivy-db", "ghcr.io/aquasecurity/trivy-db"),
    "javaDBRepository": (
        "mirror.gcr.io/aquasec/trivy-java-db",
        "ghcr.io/aquasecurity/trivy-java-db",
    ),
}
"""From where Trivy fetches its databases, as the chart has it."""


def replica_values(preset: Preset) -> dict[str, Any]:
    """`replicas` of the components for which a number is given."""
    numbers = preset.harbor.replicas.model_dump(exclude_none=True)
    return {component: {"replicas": number} for component, number in numbers.items()}


def resource_values(preset: Preset) -> dict[str, Any]:
    """`resources` of the components for which some are given."""
    values: dict[str, Any] = {}
    for component, path in RESOURCE_PATHS.items():
        if amounts := _amounts(getattr(preset.harbor.resources, component)):
            place = values
            for key in path:
                place = place.setdefault(key, {})
            place["resources"] = amounts
    return values


def _amounts(resources: ComponentResources) -> dict[str, dict[str, str]]:
    given = resources.model_dump(exclude_none=True)
    return {kind: amounts for kind, amounts in given.items() if amounts}


def scanner_values(preset: Preset) -> dict[str, Any]:
    """`trivy`. Offline it fetches nothing (goharbor/harbor#18204)."""
    trivy = preset.harbor.scanner.trivy
    if not trivy.enabled:
        return {"enabled": False}
    mirrors = preset.delivery.image_mirrors
    given = {"dbRepository": trivy.db_repositories, "javaDBRepository": trivy.java_db_repositories}
    databases = {
        key: list(given[key]) or list(dict.fromkeys(mirrored(one, mirrors) for one in usual))
        for key, usual in TRIVY_DATABASES.items()
    }
    offline = trivy.offline
    return {
        "enabled": True,
        "offlineScan": offline,
        "skipUpdate": offline,
        "skipJavaDBUpdate": offline,
        **databases,
    }


def metrics_values(preset: Preset) -> dict[str, Any]:
    """`metrics`."""
    metrics = preset.harbor.metrics
    return {
        "enabled": metrics.enabled,
        "serviceMonitor": {"enabled": metrics.enabled and metrics.service_monitor},
    }
