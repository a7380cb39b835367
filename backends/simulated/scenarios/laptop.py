"""A cluster in a container of this machine, as kind makes it."""

from backends.simulated.cluster_objects import (
    CONTROL_PLANE,
    having_pulled,
    namespaces,
    node,
    storage_class,
)
from backends.simulated.entrances import Entrances
from backends.simulated.scenarios.scenario import Scenario
from wizard.ports import Object

_NAME = "kind-control-plane"


def _cluster() -> list[Object]:
    only = node(
        _NAME,
        "172.18.0.2",
        labels=CONTROL_PLANE,
        os_image="Debian GNU/Linux 12 (bookworm)",
        providerID=f"kind://docker/kind/{_NAME}",
    )
    return [
        *namespaces("kube-node-lease", "kube-public", "local-path-storage"),
        *having_pulled([only], "docker.io/kindest/local-path-provisioner:v20250214-acbabc1a"),
        storage_class("standard", "rancher.io/local-path", default=True, expandable=False),
    ]


SCENARIO = Scenario(
    "laptop",
    "a cluster made by kind: one node, no ingress, node ports that do not reach this machine",
    cluster=_cluster,
    entrances=Entrances(ingress="", balancer="", reached=False),
)
