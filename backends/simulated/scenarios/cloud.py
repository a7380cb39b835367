"""A managed cluster in a cloud, as Amazon EKS makes it."""

from backends.simulated.cluster_objects import having_pulled, namespaces, node, storage_class
from backends.simulated.entrances import Entrances
from backends.simulated.scenarios.scenario import Scenario
from wizard.ports import Object

_REGION = "eu-central-1"
_ACCOUNT = "123456789012"
_BALANCER = f"a1b2c3d4e5f647890a1b2c3d4e5f6478-1234567890.{_REGION}.elb.amazonaws.com"


def _node(number: int, zone: str) -> Object:
    address = f"10.0.{number}.17"
    return node(
        f"ip-{address.replace('.', '-')}.{_REGION}.compute.internal",
        address,
        zone=zone,
        labels={
            "eks.amazonaws.com/nodegroup": "general",
            "node.kubernetes.io/instance-type": "m6i.2xlarge",
            "topology.kubernetes.io/region": _REGION,
        },
        os_image="Amazon Linux 2023.9.20250929",
        providerID=f"aws:///{zone}/i-0a1b2c3d4e5f6789{number}",
    )


def _cluster() -> list[Object]:
    nodes = [_node(number, f"{_REGION}{letter}") for number, letter in enumerate("abc", start=1)]
    own = f"{_ACCOUNT}.dkr.ecr.{_REGION}.amazonaws.com/eks"
    return [
        *namespaces("kube-node-lease", "kube-public"),
        *having_pulled(nodes, f"{own}/aws-ebs-csi-driver:v1.50.0", f"{own}/coredns:v1.12.4"),
        storage_class("gp3", "ebs.csi.aws.com", default=True),
    ]


SCENARIO = Scenario(
    "cloud",
    "a managed cluster like EKS: disks for one node at a time, load balancers, no ingress",
    cluster=_cluster,
    entrances=Entrances(ingress="", balancer=_BALANCER),
)
