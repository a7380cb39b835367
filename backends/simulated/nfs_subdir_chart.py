"""The simulated chart of nfs-subdir-external-provisioner: its pod alone, and no mounts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.simulated.packages import Chart, write_package
from wizard.ports import ChartSource, Object

_APP_VERSION = "4.0.2"
_VALUES = """\
image:
  repository: registry.k8s.io/sig-storage/nfs-subdir-external-provisioner
"""


def make_package(source: ChartSource, folder: Path) -> Path:
    """Write the package of the simulated chart into a folder."""
    return write_package(source, _APP_VERSION, _VALUES, folder)


def render(release: str, namespace: str, chart: Chart, given: Mapping[str, Any]) -> list[Object]:
    """The provisioner's objects: its account and its pod."""
    name, selected = f"{release}-{chart.name}", {"app": chart.name, "release": release}
    image = {**chart.values["image"], **given.get("image", {})}["repository"]
    metadata = {"name": name, "namespace": namespace, "labels": selected}
    env = {
        "PROVISIONER_NAME": given["storageClass"]["provisionerName"],
        "NFS_SERVER": given["nfs"]["server"],
        "NFS_PATH": given["nfs"]["path"],
    }
    container = {
        "name": chart.name,
        "image": f"{image}:v{chart.app_version}",
        "env": [{"name": key, "value": value} for key, value in env.items()],
    }
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": selected},
        "template": {"metadata": {"labels": selected}, "spec": {"containers": [container]}},
    }
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
    ]
