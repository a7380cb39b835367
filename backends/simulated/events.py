"""The cluster's events: what its parts say about an object."""

import hashlib
from typing import Literal

from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref

EVENT = Kind("v1", "Event")


def record(
    store: Store,
    about: Object,
    reason: str,
    message: str,
    kind: Literal["Normal", "Warning"] = "Normal",
    source: str = "kubelet",
) -> None:
    """Record an event; said again it is counted, as the API's own clients do."""
    metadata = about["metadata"]
    place = metadata.get("namespace", "default")
    digest = hashlib.sha256(f"{metadata['uid']}{reason}{message}".encode()).hexdigest()[:16]
    name = f"{metadata['name']}.{digest}"
    now = store.clock.timestamp()
    said = store.get(Ref(EVENT, place, name))
    event: Object = said or {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": place},
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "name": metadata["name"],
            "namespace": metadata.get("namespace", ""),
            "uid": metadata["uid"],
        },
        "reason": reason,
        "message": message,
        "type": kind,
        "source": {"component": source},
        "firstTimestamp": now,
        "count": 0,
    }
    store.put(event | {"count": event["count"] + 1, "lastTimestamp": now})
