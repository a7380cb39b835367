"""Nodes that somebody else makes: how they are told apart, and where their pools are given a root.

What is written on such a node goes with it; the setting of its pool is there on every new one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wizard.ports import Object
from wizard.trust import CA_FILE

_Test = Callable[[Object], bool]


@dataclass(frozen=True, slots=True)
class Pool:
    """A kind of nodes. `setting` tells what gives all of them the root, with {registry} in it.

    `writable`: a file that is written where containerd looks is read there, until the node goes.
    """

    name: str
    setting: str
    is_of: _Test
    writable: bool


def pool_of(node: Object) -> Pool | None:
    """The kind that a node is of; None: an ordinary one with containerd."""
    return next((pool for pool in POOLS if pool.is_of(node)), None)


def _labelled(*labels: str) -> _Test:
    return lambda node: any(one in (node["metadata"].get("labels") or {}) for one in labels)


def _info(node: Object, field: str) -> str:
    return str(node.get("status", {}).get("nodeInfo", {}).get(field, ""))


def _system(name: str) -> _Test:
    return lambda node: _info(node, "osImage").startswith(name)


def _version(mark: str) -> _Test:
    return lambda node: mark in _info(node, "kubeletVersion")


def _either(*tests: _Test) -> _Test:
    return lambda node: any(test(node) for test in tests)


def _foreign_runtime(node: Object) -> bool:
    runtime = _info(node, "containerRuntimeVersion")
    return bool(runtime) and not runtime.startswith("containerd://")


_WRITTEN = (
    'mkdir -p "/etc/containerd/certs.d/{registry}" and write '
    f"{CA_FILE} to /etc/containerd/certs.d/{{registry}}/ca.crt"
)

POOLS: Sequence[Pool] = (
    Pool(
        "Bottlerocket",
        f'in the user data: [settings.pki.harbor] with data = "…" ({CA_FILE} in base64) and '
        "trusted = true (https://bottlerocket.dev/en/os/latest/api/settings/pki/)",
        _system("Bottlerocket"),
        writable=False,
    ),
    Pool(
        "Talos",
        "a document of the machine configuration: kind TrustedRootsConfig, apiVersion v1alpha1, "
        f"name harbor, certificates: the lines of {CA_FILE}, applied by `talosctl patch "
        "machineconfig`",
        _system("Talos"),
        writable=False,
    ),
    Pool(
        "k3s and RKE2",
        'registries.yaml, which the step "k3s, RKE2" of the last screen writes: both make '
        "containerd's folder themselves",
        _either(_version("+k3s"), _version("+rke2")),
        writable=False,
    ),
    Pool(
        "GKE",
        "`gcloud container node-pools update POOL --containerd-config-from-file=FILE`, with "
        'privateRegistryAccessConfig: fqdns ["{registry}"], and the certificate in Secret Manager '
        "(https://cloud.google.com/kubernetes-engine/docs/how-to/"
        "access-private-registries-private-certificates)",
        _either(_labelled("cloud.google.com/gke-nodepool"), _version("-gke.")),
        writable=True,
    ),
    Pool(
        "AKS",
        f"`az aks update --custom-ca-trust-certificates {CA_FILE}` "
        "(https://learn.microsoft.com/azure/aks/custom-certificate-authority)",
        _labelled("kubernetes.azure.com/agentpool", "kubernetes.azure.com/cluster"),
        writable=True,
    ),
    Pool(
        "EKS",
        f"in the user data of the launch template, or of Karpenter's EC2NodeClass: {_WRITTEN}",
        _either(_labelled("eks.amazonaws.com/nodegroup"), _version("-eks-")),
        writable=True,
    ),
    Pool(
        "another runtime than containerd",
        "the step for it on the last screen, on every node",
        _foreign_runtime,
        writable=False,
    ),
)
"""The first that fits counts: what a node's system is weighs more than whose it is."""
