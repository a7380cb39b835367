"""A cluster without the internet: its nodes pull from the company's registry, and nowhere else."""

from backends.simulated.cluster_objects import (
    having_pulled,
    ingress_class,
    namespaces,
    node,
    storage_class,
)
from backends.simulated.scenarios.scenario import Scenario
from wizard.ports import Object

_MIRROR = "registry.corp"
_DNS = "192.0.2.53:53"
_API_HOSTS = {"docker.io": "registry-1.docker.io"}
"""Where the API of a registry is, if not at its name."""


def _cluster() -> list[Object]:
    nodes = [node(f"node-{number}", f"192.0.2.{10 + number}") for number in (1, 2, 3)]
    return [
        *namespaces("rook-ceph"),
        *having_pulled(nodes, f"{_MIRROR}/k8s/pause:3.10.1", f"{_MIRROR}/quay/ceph/ceph:v19.2.3"),
        storage_class("ceph-block", "rook-ceph.rbd.csi.ceph.com", default=True),
        storage_class("ceph-filesystem", "rook-ceph.cephfs.csi.ceph.com"),
        ingress_class("nginx", "k8s.io/ingress-nginx", default=True),
    ]


def _pull(image: str) -> str:
    """What containerd says of an image whose registry it cannot find."""
    host, _, rest = image.partition("/")
    if host == _MIRROR:
        return ""
    name, _, tag = rest.partition(":")
    api = _API_HOSTS.get(host, host)
    return (
        f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
        f'failed to do request: Head "https://{api}/v2/{name}/manifests/{tag}": '
        f"dial tcp: lookup {api} on {_DNS}: no such host"
    )


SCENARIO = Scenario(
    "isolated",
    f"no internet: the nodes pull images from {_MIRROR} only, such as {_MIRROR}/hub/…",
    cluster=_cluster,
    pull=_pull,
)
