"""What a cluster offers, for people who pick and for the checks of what they picked.

Contexts are missing here: they stand in the kubeconfig, not in the cluster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wizard.checks.provisioners import Sharing, sharing
from wizard.errors import KindUnknown
from wizard.ports import Kind, Object, World

NAMESPACE = Kind("v1", "Namespace")
STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")
INGRESS_CLASS = Kind("networking.k8s.io/v1", "IngressClass")
GATEWAY = Kind("gateway.networking.k8s.io/v1", "Gateway")
ISSUER = Kind("cert-manager.io/v1", "Issuer")
CLUSTER_ISSUER = Kind("cert-manager.io/v1", "ClusterIssuer")

_DEFAULT_STORAGE = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_DEFAULT_INGRESS = ("ingressclass.kubernetes.io/is-default-class",)


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
class Gateway:
    """A Gateway with the names of its listeners."""

    namespace: str
    name: str
    class_name: str
    listeners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of cert-manager; `namespace` is empty for one that serves all."""

    kind: str
    namespace: str
    name: str
    ready: bool


async def namespaces(world: World) -> list[str]:
    """The names of all namespaces."""
    return sorted(_name(obj) for obj in (await world.objects.list(NAMESPACE)).items)


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
            tuple(listener["name"] for listener in obj["spec"]["listeners"]),
        )
        for obj in await _served(world, GATEWAY)
    ]


async def issuers(world: World, namespace: str) -> list[Issuer]:
    """The issuers that can sign for a namespace; none where cert-manager is not installed."""
    found = await _served(world, CLUSTER_ISSUER) + await _served(world, ISSUER, namespace)
    return [
        Issuer(
            obj["kind"], obj["metadata"].get("namespace", ""), _name(obj), condition(obj, "Ready")
        )
        for obj in found
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
