"""The objects of the simulated cluster, in memory: no rules but those of keeping them."""

import copy
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from backends.simulated.clock import Clock
from backends.simulated.kinds import SERVED, Resource
from wizard.errors import Conflict, Invalid, KindUnknown, NotFound
from wizard.ports import Change, Kind, Object, Ref

Listener = Callable[[Change], None]
NAMESPACE = Kind("v1", "Namespace")
_DEFINITION = "CustomResourceDefinition"
_NODE_PORTS = range(30000, 32768)


class Store:
    """All objects by their address. Every change gets a new resource version and is told.

    Objects go in and out as private copies. Listeners are called at once, in order, with an
    object that they must not change.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._objects: dict[Ref, Object] = {}
        self._version = 1000
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell every change from now on; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def resource_version(self) -> str:
        """The version of the newest change."""
        return str(self._version)

    def resource(self, kind: Kind) -> Resource:
        """How a kind is served. Raises KindUnknown where it is not."""
        for served, resource in self.served().items():
            if served == kind:
                return resource
        raise KindUnknown(
            f"The cluster does not know {kind.name} of {kind.api_version}",
            why="no such resource is served; its custom resource definition is not installed",
        )

    def served(self) -> Mapping[Kind, Resource]:
        """All kinds that are served now."""
        defined: dict[Kind, Resource] = {}
        for ref, obj in self._objects.items():
            if ref.kind.name == _DEFINITION:
                defined |= _defined(obj["spec"])
        return SERVED | defined if defined else SERVED

    def address(self, ref: Ref) -> Ref:
        """The address as the store knows it: without a namespace for objects of the cluster."""
        if self.resource(ref.kind).namespaced:
            return ref
        return Ref(ref.kind, "", ref.name)

    def get(self, ref: Ref) -> Object | None:
        """The object, or None."""
        found = self._objects.get(self.address(ref))
        return copy.deepcopy(found) if found else None

    def select(self, kind: Kind, namespace: str = "", labels: str = "") -> list[Object]:
        """The objects of a kind, by name; empty namespace: all."""
        self.resource(kind)
        return [
            copy.deepcopy(obj)
            for ref, obj in sorted(self._objects.items())
            if ref.kind == kind and namespace in ("", ref.namespace) and matches(obj, labels)
        ]

    def put(self, obj: Object, *, dry_run: bool = False) -> Object:
        """Keep an object, new or changed, and return it as it is then.

        Where nothing changed, nothing happens. Raises KindUnknown, NotFound for a missing
        namespace, Invalid for a node port that is taken.
        """
        ref = self.address(Ref.of(obj))
        if ref.namespace and Ref(NAMESPACE, "", ref.namespace) not in self._objects:
            raise _no_namespace(ref)
        self._refuse_taken_ports(ref, obj)
        live = self._objects.get(ref)
        kept = self._completed(ref, obj, live)
        if live == kept:
            return copy.deepcopy(kept)
        if not dry_run:
            self._version += 1
            kept["metadata"]["resourceVersion"] = str(self._version)
            self._objects[ref] = kept
            self._tell("MODIFIED" if live else "ADDED", kept)
        return copy.deepcopy(kept)

    def delete(self, ref: Ref, *, uid: str = "", dry_run: bool = False) -> None:
        """Remove an object and what it owns; of a namespace, all that is in it.

        Nothing happens where it does not exist. Raises Conflict where `uid` is another's.
        """
        ref = self.address(ref)
        live = self._objects.get(ref)
        if live is None:
            return
        if uid and live["metadata"]["uid"] != uid:
            raise Conflict(
                f"{ref} is not the object that was to be deleted",
                why=f"its uid is {live['metadata']['uid']}, not {uid}",
                where=str(ref),
            )
        if not dry_run:
            self._remove(ref)

    def dump(self) -> list[Object]:
        """All objects, for a file."""
        return copy.deepcopy([obj for _, obj in sorted(self._objects.items())])

    def load(self, objects: Iterable[Object]) -> None:
        """The objects of a file, in place of all there are; nobody is told."""
        self._objects = {Ref.of(obj): obj for obj in objects}
        versions = [int(obj["metadata"]["resourceVersion"]) for obj in self._objects.values()]
        self._version = max([self._version, *versions])

    def _completed(self, ref: Ref, obj: Object, live: Object | None) -> Object:
        """A private copy with the metadata that the API server sees to."""
        kept = copy.deepcopy(obj)
        metadata = kept["metadata"]
        if not ref.namespace:
            metadata.pop("namespace", None)
        if live is None:
            given = metadata.get("uid")
            metadata["uid"] = given or str(uuid.uuid5(uuid.NAMESPACE_OID, f"{ref}{self._version}"))
            metadata["creationTimestamp"] = self.clock.timestamp()
            metadata["generation"] = 1
            metadata["resourceVersion"] = ""
            return kept
        old = live["metadata"]
        for name in ("uid", "creationTimestamp", "resourceVersion"):
            metadata[name] = old[name]
        changed = live.get("spec") != kept.get("spec")
        metadata["generation"] = old["generation"] + (1 if changed else 0)
        return kept

    def _refuse_taken_ports(self, ref: Ref, obj: Object) -> None:
        if ref.kind.name != "Service":
            return
        taken = {
            port.get("nodePort"): other
            for other, service in self._objects.items()
            if other.kind == ref.kind and other != ref
            for port in service["spec"].get("ports", [])
        }
        for port in obj.get("spec", {}).get("ports", []):
            wanted = port.get("nodePort")
            if wanted is not None and (wanted in taken or wanted not in _NODE_PORTS):
                why = (
                    "provided port is already allocated"
                    if wanted in taken
                    else "provided port is not in the valid range (30000-32767)"
                )
                raise Invalid(
                    f"{ref} is refused", why=f"spec.ports.nodePort {wanted}: {why}", where=str(ref)
                )

    def _remove(self, ref: Ref) -> None:
        gone = self._objects.pop(ref)
        self._version += 1
        gone["metadata"]["resourceVersion"] = str(self._version)
        uid = gone["metadata"]["uid"]
        for other, obj in sorted(self._objects.items()):
            owners = obj["metadata"].get("ownerReferences", [])
            inside = ref.kind == NAMESPACE and other.namespace == ref.name
            owned = any(owner["uid"] == uid for owner in owners)
            if (inside or owned) and other in self._objects:
                self._remove(other)
        self._tell("DELETED", gone)

    def _tell(self, what: Literal["ADDED", "MODIFIED", "DELETED"], obj: Object) -> None:
        for listener in tuple(self._listeners):
            listener(Change(what, obj))


def _defined(spec: Mapping[str, Any]) -> dict[Kind, Resource]:
    names = spec["names"]
    resource = Resource(names["plural"], spec["scope"] == "Namespaced")
    return {
        Kind(f"{spec['group']}/{version['name']}", names["kind"]): resource
        for version in spec["versions"]
        if version.get("served", True)
    }


def _no_namespace(ref: Ref) -> NotFound:
    return NotFound(
        f"The namespace {ref.namespace} does not exist",
        why=f"{ref} belongs into it",
        where=str(ref),
    )


def matches(obj: Object, selector: str) -> bool:
    """Whether an object's labels fit a selector: `a=b`, `a!=b`, `a in (b, c)`, `a` and `!a`, with
    commas.
    """
    labels = obj["metadata"].get("labels", {})
    terms = re.split(r",(?![^(]*\))", selector)
    return all(_fits(labels, term.strip()) for term in terms if term.strip())


def _fits(labels: Mapping[str, str], term: str) -> bool:
    if " in " in term:
        name, _, values = term.partition(" in ")
        return labels.get(name) in re.findall(r"[^(), ]+", values)
    if "!=" in term:
        name, _, value = term.partition("!=")
        return labels.get(name.strip()) != value.strip()
    if "=" in term:
        name, _, value = term.replace("==", "=").partition("=")
        return labels.get(name.strip()) == value.strip()
    return term[1:] not in labels if term.startswith("!") else term in labels
