"""Harbor's images, as chart values: all ten, from mirrors where there are some."""

from collections.abc import Mapping
from typing import Any

from wizard.answers.preset import Preset

HUB = "docker.io"

FIRST_WITH_VALKEY = (2, 15, 2)
"""From this Harbor on the Redis image is called valkey-photon (goharbor/harbor-helm#2403)."""


def image_values(preset: Preset) -> dict[str, Any]:
    """Repository and tag of every image: the chart has no setting for all at once."""
    version = preset.versions.harbor
    mirrors = preset.delivery.image_mirrors

    def image(name: str) -> dict[str, Any]:
        repository = mirrored(f"{HUB}/goharbor/{name}", mirrors)
        return {"image": {"repository": repository, "tag": f"v{version}"}}

    return {
        "nginx": image("nginx-photon"),
        "portal": image("harbor-portal"),
        "core": image("harbor-core"),
        "jobservice": image("harbor-jobservice"),
        "registry": {
            "registry": image("registry-photon"),
            "controller": image("harbor-registryctl"),
        },
        "trivy": image("trivy-adapter-photon"),
        "database": {"internal": image("harbor-db")},
        "redis": {"internal": image(_redis(version))},
        "exporter": image("harbor-exporter"),
    }


def mirrored(image: str, mirrors: Mapping[str, str]) -> str:
    """An image, with its registry in front, as it is pulled where mirrors stand in."""
    registry, _, rest = image.partition("/")
    return f"{mirrors.get(registry, registry)}/{rest}"


def _redis(version: str) -> str:
    numbers = tuple(int(part) for part in version.partition("-")[0].split("."))
    return "valkey-photon" if numbers >= FIRST_WITH_VALKEY else "redis-photon"
