"""What the controller of DaemonSets and the kubelets do together: a ready pod on every node."""

from backends.simulated.pod_objects import owned_by
from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref

_NODE, _POD = Kind("v1", "Node"), Kind("v1", "Pod")


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
        store.put(_pod(found, node))
    words = ("desired", "current", "updated")
    counts = {f"{word}NumberScheduled": len(nodes) for word in words}
    counts |= {"numberReady": len(nodes), "numberAvailable": len(nodes)}
    store.put(found | {"status": {"observedGeneration": generation, **counts}})


def _pod(owner: Object, node: str) -> Object:
    template = owner["spec"]["template"]
    ready = {"type": "Ready", "status": "True"}
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
        "status": {"phase": "Running", "conditions": [ready]},
    }
