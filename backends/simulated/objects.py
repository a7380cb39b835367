"""The port `Objects` over the store."""

import asyncio
import copy
from collections.abc import AsyncGenerator

from backends.brief import metadata_alone
from backends.simulated.access import USER, Rights
from backends.simulated.apply import Manager, applied, entry, plain
from backends.simulated.faults import Faults
from backends.simulated.fields import owned
from backends.simulated.issuing import admitted
from backends.simulated.store import Store, matches
from wizard.errors import Conflict, Invalid
from wizard.ports import FIELD_MANAGER, Change, Kind, Listing, Object, Ref


class SimulatedObjects:
    """Objects of any kind, kept in memory; faults and missing rights as the scenario has them."""

    def __init__(self, store: Store, rights: Rights, faults: Faults) -> None:
        self._store = store
        self._rights = rights
        self._faults = faults

    async def get(self, ref: Ref) -> Object | None:
        """The object, or None where it does not exist. Raises KindUnknown for a missing CRD."""
        ref = await self._enter("get", ref)
        return self._store.get(ref)

    async def list(self, kind: Kind, namespace: str = "", labels: str = "") -> Listing:
        """All objects of a kind in a namespace (empty: all) that match a label selector.

        As with the real backend, `managedFields` are left out here and in a watch.
        """
        await self._enter("list", Ref(kind, namespace, ""))
        items = [_short(obj) for obj in self._store.select(kind, namespace, labels)]
        return Listing(items, self._store.resource_version)

    async def watch(
        self, kind: Kind, namespace: str = "", labels: str = "", *, brief: bool = False
    ) -> AsyncGenerator[Change]:
        """First what exists (ADDED), then SYNCED, then every change, until it is closed."""
        short = _brief if brief else _short
        await self._enter("watch", Ref(kind, namespace, ""))
        changes: asyncio.Queue[Change] = asyncio.Queue()
        known: set[Ref] = set()
        stop = self._store.listen(changes.put_nowait)
        try:
            for obj in self._store.select(kind, namespace, labels):
                known.add(Ref.of(obj))
                yield Change("ADDED", short(obj))
            yield Change("SYNCED", {})
            while True:
                change = _seen(await changes.get(), kind, namespace, labels, known)
                if change is not None:
                    yield Change(change.type, short(change.object))
        finally:
            stop()

    async def apply(
        self,
        obj: Object,
        *,
        manager: str = FIELD_MANAGER,
        dry_run: bool = False,
        force: bool = False,
        subresource: str = "",
    ) -> Object:
        """Server-side apply, of a part such as "status" too; returns the object as it is then.

        A `resourceVersion` in the object makes it conditional. Raises Conflict where fields
        belong to another manager and `force` is false, Invalid, NotFound (missing namespace).
        """
        ref = await self._enter(
            "patch", _ref_of(obj), "dry-run" if dry_run else "apply", subresource
        )
        time = self._store.clock.timestamp()
        live = self._store.get(ref)
        who = Manager(manager, "Apply", subresource)
        new = applied(live, plain(obj), manager=who, force=force, time=time)
        return self._store.put(new, dry_run=dry_run)

    async def create(self, obj: Object, *, dry_run: bool = False) -> Object:
        """POST: raises Conflict where the object exists already."""
        ref = await self._enter("create", _ref_of(obj), "dry-run" if dry_run else "")
        if self._store.get(ref) is not None:
            raise Conflict(f"{ref} exists already", where=str(ref))
        new = admitted(plain(obj), USER)
        time = self._store.clock.timestamp()
        own = entry(new, Manager(FIELD_MANAGER, "Update"), set(owned(new)), time)
        new["metadata"]["managedFields"] = [own]
        return self._store.put(new, dry_run=dry_run)

    async def delete(self, ref: Ref, *, uid: str = "", dry_run: bool = False) -> None:
        """Delete with all that the object owns; nothing happens where it does not exist.

        With `uid`, only that very object (else Conflict).
        """
        ref = await self._enter("delete", ref, "dry-run" if dry_run else "")
        self._store.delete(ref, uid=uid, dry_run=dry_run)

    async def _enter(self, verb: str, ref: Ref, call: str = "", subresource: str = "") -> Ref:
        """Let a call in, unless its kind is unknown, a fault hits it or its right is missing."""
        ref = self._store.address(ref)
        delay, error = self._faults.hit(call or verb, ref.kind)
        if delay:
            await self._store.clock.sleep(delay)
        if error is not None:
            raise error
        self._rights.demand(verb, ref, subresource)
        return ref


def _ref_of(obj: Object) -> Ref:
    if not obj.get("metadata", {}).get("name"):
        raise Invalid(
            f"A {obj.get('kind', 'nameless object')} is refused",
            why="metadata.name: Required value: name is required",
        )
    return Ref.of(obj)


def _seen(
    change: Change, kind: Kind, namespace: str, labels: str, known: set[Ref]
) -> Change | None:
    """The change as a watch tells it: what begins to match is ADDED, what stops to, DELETED."""
    ref = Ref.of(change.object)
    if ref.kind != kind or namespace not in ("", ref.namespace):
        return None
    if change.type != "DELETED" and matches(change.object, labels):
        first = ref not in known
        known.add(ref)
        return Change("ADDED" if first else "MODIFIED", change.object)
    if ref not in known:
        return None
    known.discard(ref)
    return Change("DELETED", change.object)


def _brief(obj: Object) -> Object:
    """Metadata alone."""
    names = {"apiVersion": obj["apiVersion"], "kind": obj["kind"]}
    return copy.deepcopy(names | {"metadata": metadata_alone(obj["metadata"])})


def _short(obj: Object) -> Object:
    """A private copy without `managedFields`."""
    metadata = {k: v for k, v in obj["metadata"].items() if k != "managedFields"}
    return copy.deepcopy(obj | {"metadata": metadata})
