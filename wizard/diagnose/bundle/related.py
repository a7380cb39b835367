"""What a support bundle holds of the cluster besides what the rules look at."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from wizard.diagnose import kinds
from wizard.diagnose.bundle.parts import Parts
from wizard.diagnose.bundle.shown import CONFIG_MAP, shown
from wizard.errors import KindUnknown, WorldError
from wizard.ports import Kind, Object, Objects, Ref

_RBAC, _NETWORK = "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1"
_GATEWAY, _ADMISSION = "gateway.networking.k8s.io/v1", "admissionregistration.k8s.io/v1"

NAMESPACED = (
    CONFIG_MAP,
    Kind("v1", "ServiceAccount"),
    Kind("v1", "ResourceQuota"),
    Kind("v1", "LimitRange"),
    Kind("discovery.k8s.io/v1", "EndpointSlice"),
    Kind("coordination.k8s.io/v1", "Lease"),
    Kind("batch/v1", "CronJob"),
    Kind("policy/v1", "PodDisruptionBudget"),
    Kind("autoscaling/v2", "HorizontalPodAutoscaler"),
    Kind(_NETWORK, "NetworkPolicy"),
    Kind(_RBAC, "Role"),
    Kind(_RBAC, "RoleBinding"),
    Kind(_GATEWAY, "Gateway"),
)
"""Read in the namespace; Secrets as well, but first, since their values are hidden elsewhere."""

_VOLUME = Kind("v1", "PersistentVolume")
OF_THE_CLUSTER = (
    _VOLUME,
    Kind("storage.k8s.io/v1", "CSIDriver"),
    Kind(_NETWORK, "IngressClass"),
    Kind(_GATEWAY, "GatewayClass"),
    Kind(_ADMISSION, "MutatingWebhookConfiguration"),
    Kind(_ADMISSION, "ValidatingWebhookConfiguration"),
)
_AT_ONCE = 8


class Related:
    """Lists of objects, each once, as far as they may be read."""

    def __init__(self, objects: Objects, namespace: str, parts: Parts) -> None:
        self._objects = objects
        self._namespace = namespace
        self._parts = parts
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def read(self) -> Mapping[Kind, Sequence[Object]]:
        """The objects by kind."""
        asked = [
            *((kind, self._namespace) for kind in NAMESPACED),
            *((kind, "") for kind in OF_THE_CLUSTER),
        ]
        # Kinds that a cluster may lack go first, at once: an unknown kind makes discovery ask
        # again, and together they share one answer.
        asked.sort(key=lambda one: one[0].api_version != _GATEWAY)
        found = await asyncio.gather(*(self.all(kind, place) for kind, place in asked))
        read = {kind: items for (kind, _), items in zip(asked, found, strict=True)}
        read[kinds.NAMESPACE] = await self._namespace_itself()
        read[_VOLUME] = [one for one in read.get(_VOLUME, ()) if self._is_claimed_here(one)]
        return read

    async def all(self, kind: Kind, namespace: str) -> Sequence[Object]:
        """All objects of a kind; none where the cluster has no such kind, or where they may not be
        read, which is noted.
        """
        return await self.at(kind, kinds.Place(kind, namespace))

    async def at(self, kind: Kind, place: kinds.Place) -> Sequence[Object]:
        """As `all`, of a kind that may be another to the API."""
        async with self._free:
            try:
                found = await self._objects.list(place.kind, place.namespace, place.labels)
                return found.items
            except KindUnknown:  # nothing that could be missing
                return ()
            except WorldError as error:
                self._parts.miss(kind, error.what)
                return ()

    async def _namespace_itself(self) -> Sequence[Object]:
        kind = kinds.NAMESPACE
        try:
            found = await self._objects.get(Ref(kind, "", self._namespace))
        except WorldError as error:
            self._parts.miss(kind, error.what)
            return ()
        return [found] if found else ()

    def _is_claimed_here(self, volume: Object) -> bool:
        claim = (volume.get("spec") or {}).get("claimRef") or {}
        return claim.get("namespace") == self._namespace


def file_of(kind: Kind) -> str:
    """The file that holds the objects of a kind: `objects/Deployment.apps.json`."""
    name = kind.name.replace("/", "-")
    return f"objects/{name}{'.' if kind.group else ''}{kind.group}.json"


def add_objects(parts: Parts, kind: Kind, objects: Iterable[Object]) -> None:
    """Add the objects of a kind, Secrets without their values."""
    name = file_of(kind)
    parts.objects(name, (shown(obj, parts.hider, name) for obj in objects))
