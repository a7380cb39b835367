"""What trust-manager does: copies the certificates of a Bundle into every namespace."""

from backends.simulated.cluster_objects import make
from backends.simulated.store import Store
from wizard.ports import Kind, Ref

_NAMESPACE = Kind("v1", "Namespace")


def publish(store: Store, ref: Ref) -> None:
    """Publish a Bundle whose sources stand in it, unless that was done."""
    bundle = store.get(ref)
    if bundle is None:
        return
    generation = bundle["metadata"]["generation"]
    conditions = bundle.get("status", {}).get("conditions") or [{}]
    if conditions[0].get("observedGeneration") == generation:
        return
    content = "".join(source["inLine"] for source in bundle["spec"]["sources"])
    key = bundle["spec"]["target"]["configMap"]["key"]
    for namespace in store.select(_NAMESPACE):
        place = namespace["metadata"]["name"]
        store.put(make("v1", "ConfigMap", ref.name, place, data={key: content}))
    synced = {"type": "Synced", "status": "True", "reason": "Synced"}
    store.put(bundle | {"status": {"conditions": [synced | {"observedGeneration": generation}]}})
