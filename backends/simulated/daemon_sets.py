"""What the controller of DaemonSets and the kubelets do together: a ready pod on every node, or
one whose image this Harbor does not have.
"""

from functools import partial
from typing import Any

from backends.simulated.events import record
from backends.simulated.pod_objects import owned_by
from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref

_NODE, _POD = Kind("v1", "Node"), Kind("v1", "Pod")
_NOBODY_HAS = "/harbor-wizard/no-such-image:"
PULL_ERROR = "simulated/pull-error"
"""The annotation of a node that says how its pulls from Harbor end."""
_AGAIN = 10.0
"""Seconds until a kubelet pulls again."""


def spread(store: Store, ref: Ref) -> None:
    """Bring a DaemonSet's present template to every node, unless that was done."""
    found = store.get(ref)
    if found is None:
        return
    generation = found["metadata"]["generation"]
    if found.get("status", {}).get("observedGeneration") == generation:
        return
    nodes = [node["metadata"]["name"] for node in store.select(_NODE)]
    for node in nodes:
        store.delete(Ref(_POD, ref.namespace, f"{ref.name}-{node}"))
        _start(store, store.put(_pod(found, node)))
    ready = 0 if _missing(found["spec"]["template"]["spec"]) else len(nodes)
    words = ("desired", "current", "updated")
    counts = {f"{word}NumberScheduled": len(nodes) for word in words}
    counts |= {"numberReady": ready, "numberAvailable": ready}
    store.put(found | {"status": {"observedGeneration": generation, **counts}})


def _missing(spec: Object) -> str:
    """The image of a pod that its registry does not have; empty: it has."""
    image: str = spec["containers"][0]["image"]
    return image if _NOBODY_HAS in image else ""


def _start(store: Store, pod: Object) -> None:
    """What the kubelet makes of a pod."""
    image = _missing(pod["spec"])
    if not image:
        ready = {"type": "Ready", "status": "True"}
        store.put(pod | {"status": {"phase": "Running", "conditions": [ready]}})
        return
    told = _refusal(store, pod["spec"]["nodeName"], image)
    waiting = {"reason": "ErrImagePull", "message": told}
    name = pod["spec"]["containers"][0]["name"]
    container: dict[str, Any] = {"name": name, "image": image, "state": {"waiting": waiting}}
    store.put(pod | {"status": {"phase": "Pending", "containerStatuses": [container]}})
    said = f'Failed to pull image "{image}": {told}'
    for after in (0.0, _AGAIN):
        store.clock.after(after, partial(record, store, pod, "Failed", said, "Warning"))


def _refusal(store: Store, node: str, image: str) -> str:
    """What a node's container runtime says of an image that is not there."""
    found = store.get(Ref(_NODE, "", node)) or {"metadata": {}}
    return (found["metadata"].get("annotations") or {}).get(PULL_ERROR) or (
        f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
        "pull access denied, repository does not exist or may require authorization: "
        "authorization failed: no basic auth credentials"
    )


def _pod(owner: Object, node: str) -> Object:
    template = owner["spec"]["template"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{owner['metadata']['name']}-{node}",
            "namespace": owner["metadata"]["namespace"],
            "labels": dict(template["metadata"]["labels"]),
            "ownerReferences": owned_by(owner),
        },
        "spec": {**template["spec"], "nodeName": node},
        "status": {"phase": "Pending"},
    }
