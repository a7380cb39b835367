"""What a cluster offers, for people who pick and for the checks of what they picked.

Contexts are missing here: they stand in the kubeconfig, not in the cluster (`wizard.wiring`).
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wizard.checks.nodes import NODE, usable
from wizard.checks.provisioners import Sharing, sharing
from wizard.diagnose.kinds import INGRESS_CLASS
from wizard.errors import KindUnknown
from wizard.ports import Kind, Object, World

NAMESPACE = Kind("v1", "Namespace")
STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")
GATEWAY = Kind("gateway.networking.k8s.io/v1", "Gateway")
ISSUER = Kind("cert-manager.io/v1", "Issuer")
CLUSTER_ISSUER = Kind("cert-manager.io/v1", "ClusterIssuer")
CLAIM = Kind("v1", "PersistentVolumeClaim")
SECRET = Kind("v1", "Secret")

_DEFAULT_STORAGE = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_ISSUER_TYPES = ("acme", "ca", "selfSigned", "vault", "venafi")
_DEFAULT_INGRESS = ("ingressclass.kubernetes.io/is-default-class",)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace; nothing can be made in one that is not active (it is being deleted)."""

    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A node, with its addresses as Kubernetes knows them: external ones first."""

    name: str
    addresses: tuple[str, ...]
    usable: bool
    """Whether ordinary pods can be put on it."""
    architecture: str
    zone: str
    container_of: str
    """The tool that made it as a container: kind, k3d; else empty."""


@dataclass(frozen=True, slots=True)
class StorageClass:
    """A class of volumes. `created` is when (RFC 3339): of several defaults the newest counts."""

    name: str
    provisioner: str
    default: bool
    expandable: bool
    shared: Sharing
    """Whether volumes can be written by several nodes (ReadWriteMany), as far as known."""
    created: str = ""


@dataclass(frozen=True, slots=True)
class IngressClass:
    """A class of Ingresses and the controller that serves it."""

    name: str
    controller: str
    default: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener of a Gateway; without a hostname it is for all."""

    name: str
    protocol: str
    port: int
    hostname: str = ""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A Gateway with its listeners, and the addresses (or host names) that it was given."""

    namespace: str
    name: str
    class_name: str
    listeners: tuple[Listener, ...]
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of cert-manager; `namespace` is empty for one that serves all."""

    kind: str
    namespace: str
    name: str
    ready: bool
    type: str = ""
    """How it signs, as its definition names it: acme, ca, selfSigned, vault, venafi."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim to a volume; `trouble` says why it cannot be mounted, empty where it can."""

    name: str
    class_name: str
    size: str
    modes: tuple[str, ...]
    trouble: str


@dataclass(frozen=True, slots=True)
class TlsSecret:
    """A Secret with a certificate (PEM) and its key; the key is left out here."""

    name: str
    certificate: bytes


async def namespaces(world: World) -> list[Namespace]:
    """All namespaces."""
    return [
        Namespace(_name(obj), not obj["metadata"].get("deletionTimestamp"))
        for obj in (await world.objects.list(NAMESPACE)).items
    ]


async def nodes(world: World) -> list[Node]:
    """All nodes."""
    return [_node(obj) for obj in (await world.objects.list(NODE)).items]


def _node(obj: Object) -> Node:
    status, labels = obj.get("status", {}), obj["metadata"].get("labels") or {}
    addresses = status.get("addresses", ())
    return Node(
        _name(obj),
        tuple(
            one["address"]
            for kind in ("ExternalIP", "InternalIP")
            for one in addresses
            if one["type"] == kind
        ),
        usable(obj),
        status.get("nodeInfo", {}).get("architecture", ""),
        labels.get("topology.kubernetes.io/zone", ""),
        container_of(obj),
    )


def container_of(node: Object) -> str:
    """Which tool made a node as a container; kind sets the provider ID, k3d begins the name."""
    if node.get("spec", {}).get("providerID", "").startswith("kind://"):
        return "kind"
    return "k3d" if _name(node).startswith("k3d-") else ""


async def storage_classes(world: World) -> list[StorageClass]:
    """All classes of volumes."""
    return [
        StorageClass(
            _name(obj),
            obj["provisioner"],
            _is_default(obj, _DEFAULT_STORAGE),
            bool(obj.get("allowVolumeExpansion")),
            sharing(obj["provisioner"]),
            obj["metadata"].get("creationTimestamp", ""),
        )
        for obj in (await world.objects.list(STORAGE_CLASS)).items
    ]


async def ingress_classes(world: World) -> list[IngressClass]:
    """All classes of Ingresses."""
    return [
        IngressClass(
            _name(obj), obj["spec"].get("controller", ""), _is_default(obj, _DEFAULT_INGRESS)
        )
        for obj in (await world.objects.list(INGRESS_CLASS)).items
    ]


async def gateways(world: World) -> list[Gateway]:
    """All Gateways; none where the API server does not serve them."""
    return [
        Gateway(
            obj["metadata"]["namespace"],
            _name(obj),
            obj["spec"]["gatewayClassName"],
            tuple(
                Listener(one["name"], one["protocol"], one["port"], one.get("hostname", ""))
                for one in obj["spec"]["listeners"]
            ),
            tuple(one["value"] for one in obj.get("status", {}).get("addresses") or ()),
        )
        for obj in await _served(world, GATEWAY)
    ]


async def issuers(world: World, namespace: str) -> list[Issuer]:
    """The issuers that can sign for a namespace; none where cert-manager is not installed."""
    found = await _served(world, CLUSTER_ISSUER) + await _served(world, ISSUER, namespace)
    return [
        Issuer(
            obj["kind"],
            obj["metadata"].get("namespace", ""),
            _name(obj),
            condition(obj, "Ready"),
            next((kind for kind in _ISSUER_TYPES if kind in obj.get("spec", {})), ""),
        )
        for obj in found
    ]


async def claims(world: World, namespace: str) -> list[Claim]:
    """The claims of a namespace."""
    return [
        Claim(
            _name(obj),
            obj["spec"].get("storageClassName", ""),
            _size(obj),
            tuple(obj["spec"].get("accessModes", ())),
            claim_trouble(obj),
        )
        for obj in (await world.objects.list(CLAIM, namespace)).items
    ]


def _size(claim: Object) -> str:
    """What a claim got, or else what it asks for."""
    asked = claim["spec"].get("resources", {}).get("requests", {})
    size: str = (claim.get("status", {}).get("capacity") or asked).get("storage", "")
    return size


def claim_trouble(claim: Object) -> str:
    """Why a claim cannot be mounted; empty where it can."""
    if claim["metadata"].get("deletionTimestamp"):
        return "being deleted"
    return "its volume is lost" if claim.get("status", {}).get("phase") == "Lost" else ""


async def tls_secrets(world: World, namespace: str) -> list[TlsSecret]:
    """The Secrets of a namespace that hold a certificate with its key."""
    return [
        TlsSecret(_name(obj), base64.b64decode((obj.get("data") or {}).get("tls.crt", "")))
        for obj in (await world.objects.list(SECRET, namespace)).items
        if obj.get("type") == "kubernetes.io/tls"
    ]


def condition(obj: Mapping[str, Any], wanted: str) -> bool:
    """Whether a condition of an object's status is True."""
    return any(
        one["type"] == wanted and one["status"] == "True"
        for one in obj.get("status", {}).get("conditions", ())
    )


async def _served(world: World, kind: Kind, namespace: str = "") -> list[Object]:
    try:
        return list((await world.objects.list(kind, namespace)).items)
    except KindUnknown:
        return []


def _name(obj: Object) -> str:
    name: str = obj["metadata"]["name"]
    return name


def _is_default(obj: Object, annotations: tuple[str, ...]) -> bool:
    given = obj["metadata"].get("annotations") or {}
    return any(given.get(annotation) == "true" for annotation in annotations)
