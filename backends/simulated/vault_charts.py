"""The charts of OpenBao and Vault, which are of one origin, as far as the wizard looks at them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.simulated.cluster_objects import make
from backends.simulated.packages import Chart, write_package
from wizard.ports import ChartSource, Object

_VALUES = "global: {}\nserver: {}\n"


def make_package(source: ChartSource, folder: Path) -> Path:
    """Write the package of the simulated chart into a folder."""
    return write_package(source, source.version, _VALUES, folder)


def render(release: str, namespace: str, chart: Chart, given: Mapping[str, Any]) -> list[Object]:
    """The server's configuration, its Services, and a StatefulSet."""
    server = given["server"]
    own = {"app.kubernetes.io/name": chart.name, "app.kubernetes.io/instance": release}
    ports = [{"name": "https", "port": 8200}]
    several = server.get("ha")
    config = several["raft"]["config"] if several else server["standalone"]["config"]
    settings = {"extraconfig-from-values.hcl": config}

    def service(name: str, **spec: Any) -> Object:
        spec |= {"ports": ports, "selector": own}
        return make("v1", "Service", name, namespace, labels=own, spec=spec)

    return [
        make("v1", "ServiceAccount", release, namespace, labels=own),
        make("v1", "ConfigMap", f"{release}-config", namespace, labels=own, data=settings),
        service(release),
        service(f"{release}-internal", clusterIP="None"),
        _server(release, namespace, own, given),
    ]


def _server(
    release: str, namespace: str, own: Mapping[str, str], given: Mapping[str, Any]
) -> Object:
    server = given["server"]
    image, name = server["image"], own["app.kubernetes.io/name"]
    repository = f"{image['repository']}:{image['tag']}"
    container = {
        "name": name,
        "image": f"{image['registry']}/{repository}" if "registry" in image else repository,
        "volumeMounts": [*server["volumeMounts"], {"name": "data", "mountPath": f"/{name}/data"}],
    }
    pod: dict[str, Any] = {"containers": [container], "volumes": server["volumes"]}
    if secrets := given["global"].get("imagePullSecrets"):
        pod["imagePullSecrets"] = secrets
    storage = server["dataStorage"]
    wanted: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage["size"]}},
    }
    if storage["storageClass"]:
        wanted["storageClassName"] = storage["storageClass"]
    spec = {
        "replicas": server["ha"]["replicas"] if "ha" in server else 1,
        "serviceName": f"{release}-internal",
        "selector": {"matchLabels": dict(own)},
        "template": {"metadata": {"labels": dict(own)}, "spec": pod},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": wanted}],
    }
    return make("apps/v1", "StatefulSet", release, namespace, labels=own, spec=spec)
