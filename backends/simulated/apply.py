"""Server-side apply, as far as the wizard leans on it: merging, ownership, conflicts."""

import copy
from dataclasses import dataclass
from typing import Any

from backends.simulated.fields import Path, decode, encode, merged, owned, told, without
from wizard.errors import Conflict, Invalid
from wizard.ports import Object, Ref

_ABSENT = object()

_IMMUTABLE = {
    "Deployment": ("spec.selector",),
    "Job": ("spec.selector", "spec.template"),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName", "spec.volumeName"),
    "Secret": ("type",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
    "StorageClass": ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
}
"""Fields that the API server refuses to change once they are set."""


@dataclass(frozen=True, slots=True)
class Manager:
    """Who owns fields: a name, how it wrote them, and of which part of the object."""

    name: str
    operation: str
    subresource: str = ""


def plain(obj: Object) -> Object:
    """A private copy of an object as the API stores it: no null, `stringData` encoded."""
    import base64

    stored: Object = _without_nulls(copy.deepcopy(obj))
    texts = stored.pop("stringData", None)
    if texts:
        encoded = {k: base64.b64encode(str(v).encode()).decode() for k, v in texts.items()}
        stored["data"] = stored.get("data", {}) | encoded
    return stored


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def applied(
    live: Object | None, desired: Object, *, manager: Manager, force: bool, time: str
) -> Object:
    """The object after a server-side apply of `desired` (already `plain`) over `live`.

    The time of an entry in `managedFields` changes only with its fields. Raises Conflict where
    another manager owns a field that would change, Invalid where a field is immutable.
    """
    metadata = desired["metadata"]
    asked = metadata.pop("resourceVersion", None)
    if asked and asked != (live or {}).get("metadata", {}).get("resourceVersion"):
        raise modified(Ref.of(desired))
    wanted = owned(desired)
    if live is None:
        metadata["managedFields"] = [entry(desired, manager, set(wanted), time)]
        return desired
    others = _foreign(live, manager)
    values = owned(live)
    taken = _taken(wanted, values, others)
    if taken and not force:
        raise _conflict(Ref.of(desired), taken)
    result: Object = merged(live, desired)
    for path in _given_up(live, manager, set(wanted), others):
        result = without(result, path)
    _refuse_immutable(live, result)
    lost = {path for path, _ in taken}
    result["metadata"]["managedFields"] = _managed(live, desired, manager, set(wanted), lost, time)
    return result


def entry(obj: Object, manager: Manager, paths: set[Path], time: str) -> Object:
    """One entry of `metadata.managedFields`."""
    part = {"subresource": manager.subresource} if manager.subresource else {}
    return {
        "manager": manager.name,
        "operation": manager.operation,
        **part,
        "apiVersion": obj["apiVersion"],
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": encode(paths),
    }


def modified(ref: Ref) -> Conflict:
    """The error of a write that rests on an older state of the object."""
    return Conflict(
        f"{ref} was changed by someone else in the meantime",
        why="the resourceVersion of the request is not the object's any more",
        where=str(ref),
    )


def _entries(live: Object) -> list[Object]:
    return list(live["metadata"].get("managedFields", []))


def _is_own(item: Object, manager: Manager) -> bool:
    return Manager(item["manager"], item["operation"], item.get("subresource", "")) == manager


def _foreign(live: Object, manager: Manager) -> dict[Path, str]:
    """Who else owns which field; of several owners the first is told."""
    owners: dict[Path, str] = {}
    for item in _entries(live):
        if not _is_own(item, manager):
            for path in decode(item["fieldsV1"]):
                owners.setdefault(path, item["manager"])
    return owners


def _taken(
    wanted: dict[Path, Any], values: dict[Path, Any], others: dict[Path, str]
) -> list[tuple[Path, str]]:
    """The fields that would change although someone else owns them, with that owner."""
    return [
        (path, others[path])
        for path, value in wanted.items()
        if path in others and values.get(path, _ABSENT) != value
    ]


def _given_up(
    live: Object, manager: Manager, wanted: set[Path], others: dict[Path, str]
) -> list[Path]:
    """What the manager applied before, does not any more, and nobody else owns.

    Whole list items come first, while the fields that tell one from another are there.
    """
    before: set[Path] = set()
    for item in _entries(live):
        if _is_own(item, manager):
            before |= decode(item["fieldsV1"])
    return sorted(before - wanted - set(others), key=lambda path: (path[-1] != ".", path))


def _managed(
    live: Object, desired: Object, manager: Manager, wanted: set[Path], lost: set[Path], time: str
) -> list[Object]:
    kept: list[Object] = []
    for item in _entries(live):
        if _is_own(item, manager):
            if decode(item["fieldsV1"]) == wanted:
                time = item["time"]
            continue
        paths = decode(item["fieldsV1"])
        remaining = paths - lost
        if remaining:
            kept.append(item | {"fieldsV1": encode(remaining)} if paths & lost else item)
    return [*kept, entry(desired, manager, wanted, time)]


def _conflict(ref: Ref, taken: list[tuple[Path, str]]) -> Conflict:
    fields = [(told(path), owner) for path, owner in taken]
    return Conflict(
        f"{ref} has fields that belong to someone else",
        fields=fields,
        why="; ".join(f"{path} belongs to {owner}" for path, owner in fields),
        where=str(ref),
    )


def _at(obj: Object, dotted: str) -> Any:
    value: Any = obj
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _refuse_immutable(live: Object, result: Object) -> None:
    fields = list(_IMMUTABLE.get(live["kind"], ()))
    if live.get("immutable"):
        fields.append("data")
    for dotted in fields:
        before = _at(live, dotted)
        if before is not None and before != _at(result, dotted):
            ref = Ref.of(live)
            raise Invalid(
                f"{ref} cannot be changed in this way",
                immutable=True,
                why=f"{dotted}: field is immutable",
                where=str(ref),
            )
