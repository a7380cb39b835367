"""The kinds that the rules look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from wizard.ports import Kind

POD = Kind("v1", "Pod")
LOG = Kind("v1", "Pod/log")
"""Not a kind but a right of its own: the logs of pods (`pods/log`)."""
EVENT = Kind("v1", "Event")
CLAIM = Kind("v1", "PersistentVolumeClaim")
CONFIG_MAP = Kind("v1", "ConfigMap")
SECRET = Kind("v1", "Secret")
SERVICE = Kind("v1", "Service")
NODE = Kind("v1", "Node")
NAMESPACE = Kind("v1", "Namespace")
DEPLOYMENT = Kind("apps/v1", "Deployment")
STATEFUL_SET = Kind("apps/v1", "StatefulSet")
DAEMON_SET = Kind("apps/v1", "DaemonSet")
REPLICA_SET = Kind("apps/v1", "ReplicaSet")
JOB = Kind("batch/v1", "Job")
INGRESS = Kind("networking.k8s.io/v1", "Ingress")
INGRESS_CLASS = Kind("networking.k8s.io/v1", "IngressClass")
HTTP_ROUTE = Kind("gateway.networking.k8s.io/v1", "HTTPRoute")
STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")

CERTIFICATE = Kind("cert-manager.io/v1", "Certificate")
CERTIFICATE_REQUEST = Kind("cert-manager.io/v1", "CertificateRequest")
ISSUER = Kind("cert-manager.io/v1", "Issuer")
CLUSTER_ISSUER = Kind("cert-manager.io/v1", "ClusterIssuer")
ORDER = Kind("acme.cert-manager.io/v1", "Order")
CHALLENGE = Kind("acme.cert-manager.io/v1", "Challenge")

URL = Kind("harbor-wizard/v1", "URL")
REALM = Kind("harbor-wizard/v1", "Realm")

WORKLOADS = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET)
"""What keeps pods running."""
ENTRIES = (INGRESS, HTTP_ROUTE)
"""What leads clients to a service."""
ISSUING = (CERTIFICATE, CERTIFICATE_REQUEST, ISSUER, CLUSTER_ISSUER, ORDER, CHALLENGE)
"""What cert-manager makes certificates of."""
BRIEF = frozenset({CONFIG_MAP, SECRET})
"""Kinds of which only the metadata is looked at, never what is in them."""
OF_THE_CLUSTER = frozenset({CLUSTER_ISSUER, INGRESS_CLASS, NAMESPACE, NODE, STORAGE_CLASS})
"""Kinds whose objects have no namespace."""
OWN = frozenset({URL, REALM})
"""What this machine was answered at Harbor's URL (`wizard.diagnose.asked`); no cluster has them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects are looked at: their kind as the API serves it, a namespace (empty: all) and
    a label selector.
    """

    kind: Kind
    namespace: str
    labels: str = ""


DNS = Kind("apps/v1", "Deployment/dns")
CERT_MANAGER = Kind("apps/v1", "Deployment/cert-manager")
"""No kinds of their own but Deployments elsewhere that a Harbor lives by. They are kept apart, so
that nothing takes them for what is in the release's namespace.
"""
_CERT_MANAGER_NAMES = "app.kubernetes.io/name in (cert-manager, webhook, cainjector)"
_CERT_MANAGER_PARTS = "app.kubernetes.io/component in (controller, webhook, cainjector)"
ELSEWHERE: Mapping[Kind, Place] = {
    DNS: Place(DEPLOYMENT, "kube-system", "k8s-app=kube-dns"),
    CERT_MANAGER: Place(DEPLOYMENT, "", f"{_CERT_MANAGER_NAMES},{_CERT_MANAGER_PARTS}"),
}
"""CoreDNS and kube-dns bear that label with kubeadm, EKS, AKS, GKE, k3s and RKE2 (OpenShift's DNS
is a DaemonSet elsewhere); those of cert-manager are of its own chart.
"""


def place_of(kind: Kind, namespace: str) -> Place:
    """Where the objects of a kind are looked at for a release in a namespace."""
    ordinary = Place(kind, "" if kind in OF_THE_CLUSTER else namespace)
    return ELSEWHERE.get(kind, ordinary)


VOLUME_USE = Kind("harbor-wizard/v1", "VolumeUse")
"""Not a kind of the cluster's: how full the volume of the claim of that name is."""
PRESET_LABEL = "harbor-wizard/preset"
"""The label on every object that the wizard itself applies; its value is the preset's name."""
