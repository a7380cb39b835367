"""The profiles: replicas, requests and volume sizes where a preset gives none.

Sizes are our own choice above the chart's, which are for demonstrations: Harbor's documentation
asks for 2 cores, 4 GB and 40 GB at least (goharbor.io, installation prerequisites, 2.15).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wizard.answers.components import ComponentResources
from wizard.answers.harbor import Harbor
from wizard.answers.preset import Preset
from wizard.answers.storage import Volumes

Requests = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """What a profile fills in, by component: pods, (cpu, memory) and volume sizes."""

    replicas: Mapping[str, int]
    requests: Requests
    volumes: Mapping[str, str]


_SMALL: Requests = {
    "core": ("50m", "128Mi"),
    "portal": ("10m", "32Mi"),
    "nginx": ("10m", "32Mi"),
    "jobservice": ("50m", "64Mi"),
    "registry": ("50m", "128Mi"),
    "registryctl": ("10m", "32Mi"),
    "trivy": ("100m", "256Mi"),
    "exporter": ("10m", "32Mi"),
    "database": ("50m", "256Mi"),
    "redis": ("20m", "64Mi"),
}

_USUAL: Requests = {
    "core": ("200m", "512Mi"),
    "portal": ("50m", "64Mi"),
    "nginx": ("100m", "128Mi"),
    "jobservice": ("200m", "256Mi"),
    "registry": ("200m", "512Mi"),
    "registryctl": ("50m", "64Mi"),
    "trivy": ("200m", "512Mi"),
    "exporter": ("50m", "64Mi"),
    "database": ("250m", "512Mi"),
    "redis": ("100m", "128Mi"),
}

_SCALABLE = ("core", "portal", "nginx", "jobservice", "registry", "trivy")

PROFILES: Mapping[str, ProfileTable] = {
    "lab": ProfileTable(
        replicas={**dict.fromkeys(_SCALABLE, 1), "exporter": 1},
        requests=_SMALL,
        volumes={
            "registry": "5Gi",
            "job_log": "1Gi",
            "database": "1Gi",
            "redis": "1Gi",
            "trivy": "5Gi",
        },
    ),
    "standard": ProfileTable(
        replicas={**dict.fromkeys(_SCALABLE, 1), "exporter": 1},
        requests=_USUAL,
        volumes={
            "registry": "100Gi",
            "job_log": "5Gi",
            "database": "10Gi",
            "redis": "2Gi",
            "trivy": "10Gi",
        },
    ),
    "ha": ProfileTable(
        replicas={**dict.fromkeys(_SCALABLE, 2), "exporter": 1},
        requests=_USUAL,
        volumes={
            "registry": "500Gi",
            "job_log": "10Gi",
            "database": "20Gi",
            "redis": "2Gi",
            "trivy": "10Gi",
        },
    ),
}


def effective(preset: Preset) -> Preset:
    """The preset with all that its profile fills in; what a person gave stays."""
    table = PROFILES[preset.harbor.profile]
    storage = preset.storage.model_copy(
        update={"volumes": _with_sizes(preset.storage.volumes, table)}
    )
    harbor = _with_pods(preset.harbor, table)
    return preset.model_copy(update={"storage": storage, "harbor": harbor})


def _with_sizes(volumes: Volumes, table: ProfileTable) -> Volumes:
    return volumes.model_copy(
        update={
            name: getattr(volumes, name).model_copy(update={"size": size})
            for name, size in table.volumes.items()
            if getattr(volumes, name).size is None
        }
    )


def _with_pods(harbor: Harbor, table: ProfileTable) -> Harbor:
    missing = {n: count for n, count in table.replicas.items() if not getattr(harbor.replicas, n)}
    resources = {
        name: _with_requests(getattr(harbor.resources, name), cpu, memory)
        for name, (cpu, memory) in table.requests.items()
    }
    return harbor.model_copy(
        update={
            "replicas": harbor.replicas.model_copy(update=missing),
            "resources": harbor.resources.model_copy(update=resources),
        }
    )


def _with_requests(given: ComponentResources, cpu: str, memory: str) -> ComponentResources:
    """Requests are not filled in beside a limit: Kubernetes then takes the limit for both."""
    requests, limits = given.requests, given.limits
    filled = requests.model_copy(
        update={
            "cpu": requests.cpu or (None if limits.cpu else cpu),
            "memory": requests.memory or (None if limits.memory else memory),
        }
    )
    return given.model_copy(update={"requests": filled})
