"""The simulated chart of csi-driver-nfs: what of it the wizard looks at, and no mounts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.simulated.packages import Chart, write_package
from wizard.ports import ChartSource, Object


def make_package(source: ChartSource, folder: Path) -> Path:
    """Write the package of the simulated chart into a folder."""
    return write_package(source, source.version, "{}\n", folder)


def render(release: str, namespace: str, chart: Chart, given: Mapping[str, Any]) -> list[Object]:
    """The driver's objects: its account, its entry, its controller."""
    labels = {
        "app.kubernetes.io/instance": release,
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/name": chart.name,
        "app.kubernetes.io/version": chart.app_version,
    }
    registry = given.get("image", {}).get("baseRepo", "registry.k8s.io")
    image = f"{registry}/sig-storage/nfsplugin:v{chart.version}"
    pod = {
        "metadata": {"labels": {**labels, "app": "csi-nfs-controller"}},
        "spec": {"containers": [{"name": "nfs", "image": image}]},
    }

    def named(api_version: str, kind: str, name: str, *, place: str = "", **rest: Any) -> Object:
        metadata: dict[str, Any] = {"name": name, "labels": labels}
        if place:
            metadata["namespace"] = place
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}

    spec = {"attachRequired": False, "fsGroupPolicy": "File"}
    controller = {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "csi-nfs-controller"}},
        "template": pod,
    }
    return [
        named("v1", "ServiceAccount", "csi-nfs-controller-sa", place=namespace),
        named("storage.k8s.io/v1", "CSIDriver", "nfs.csi.k8s.io", spec=spec),
        named("apps/v1", "Deployment", "csi-nfs-controller", place=namespace, spec=controller),
    ]
