"""Metadata of objects of which nothing else is looked at."""

from collections.abc import Sequence

from wizard.ports import Object

_DATA = {"f:data", "f:stringData"}
"""Whoever applies `stringData` of a Secret owns that, though it comes to stand in `data`."""


def metadata_alone(metadata: Object) -> Object:
    """The metadata as `brief` has it (wizard.ports.Objects); annotations may repeat the object."""
    kept = {k: item for k, item in metadata.items() if k not in {"annotations", "managedFields"}}
    managed = metadata.get("managedFields")
    return kept | ({"managedFields": _writes(managed)} if managed else {})


def _writes(managed: Sequence[Object]) -> Sequence[Object]:
    """The last write, and the last one by whoever owns data; of these only that it is data."""
    told: list[Object] = []
    for one in sorted(managed, key=lambda one: one.get("time") or "", reverse=True):
        data = bool(_DATA & (one.get("fieldsV1") or {}).keys())
        if not told or (data and not any("fieldsV1" in other for other in told)):
            write = {key: one.get(key, "") for key in ("manager", "time")}
            told.append(write | ({"fieldsV1": {"f:data": {}}} if data else {}))
    return told
