"""Claims and their volumes, as provisioner and volume controller keep them."""

from collections.abc import Iterator

from backends.simulated.events import record
from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref, VolumeUse

CLAIM = Kind("v1", "PersistentVolumeClaim")
STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")
_NOBODY = "kubernetes.io/no-provisioner"
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def bind(store: Store, ref: Ref) -> None:
    """Make a volume for a claim where its class exists; otherwise say why not."""
    claim = store.get(ref)
    if claim is None or claim.get("status", {}).get("phase") == "Bound":
        return
    classes = {obj["metadata"]["name"]: obj for obj in store.select(STORAGE_CLASS)}
    name = claim["spec"].get("storageClassName", _default(classes))
    if name not in classes:
        _leave_pending(store, claim, name)
        return
    if classes[name]["provisioner"] == _NOBODY:
        _bind_by_hand(store, claim, name)
        return
    uid = claim["metadata"]["uid"]
    size = claim["spec"]["resources"]["requests"]
    volume = f"pvc-{uid}"
    reference = {"kind": ref.kind.name, "namespace": ref.namespace, "name": ref.name, "uid": uid}
    store.put(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": volume},
            "spec": {
                "accessModes": claim["spec"]["accessModes"],
                "capacity": size,
                "claimRef": reference,
                "persistentVolumeReclaimPolicy": classes[name]["reclaimPolicy"],
                "storageClassName": name,
            },
            "status": {"phase": "Bound"},
        }
    )
    claim["spec"] |= {"volumeName": volume, "storageClassName": name}
    modes = claim["spec"]["accessModes"]
    claim["status"] = {"phase": "Bound", "accessModes": modes, "capacity": size}
    record(store, claim, "ProvisioningSucceeded", f"Successfully provisioned volume {volume}")
    store.put(claim)


def grow(store: Store, ref: Ref) -> None:
    """Make the volume of a claim larger where the claim asks for that and its class lets it."""
    claim = store.get(ref)
    class_ = claim and store.get(Ref(STORAGE_CLASS, "", claim["spec"]["storageClassName"]))
    if not claim or not class_ or not class_.get("allowVolumeExpansion"):
        return
    wanted = claim["spec"]["resources"]["requests"]
    if claim["status"].get("capacity", wanted) != wanted:
        store.put(claim | {"status": claim["status"] | {"capacity": wanted}})


def _bind_by_hand(store: Store, claim: Object, name: str) -> None:
    """Bind a claim to the volume that was made for it beforehand, if there is one."""
    ref = Ref.of(claim)
    for volume in store.select(Kind("v1", "PersistentVolume")):
        wanted = volume["spec"].get("claimRef") or {}
        if (wanted.get("namespace"), wanted.get("name")) == (ref.namespace, ref.name):
            wanted = wanted | {"uid": claim["metadata"]["uid"]}
            spec = volume["spec"] | {"claimRef": wanted}
            store.put(volume | {"spec": spec, "status": {"phase": "Bound"}})
            claim["spec"] |= {"volumeName": volume["metadata"]["name"], "storageClassName": name}
            modes, size = claim["spec"]["accessModes"], volume["spec"]["capacity"]
            claim["status"] = {"phase": "Bound", "accessModes": modes, "capacity": size}
            store.put(claim)
            return
    store.put(claim | {"status": {"phase": "Pending"}})


def use_of(store: Store, pod: Object) -> Iterator[VolumeUse]:
    """How full the volumes of a pod's claims are: a little."""
    namespace = pod["metadata"]["namespace"]
    for volume in pod["spec"].get("volumes", ()):
        name = volume.get("persistentVolumeClaim", {}).get("claimName", "")
        claim = store.get(Ref(CLAIM, namespace, name)) if name else None
        size = claim and claim.get("status", {}).get("capacity", {}).get("storage", "")
        if size and size.endswith("Gi"):
            capacity = int(size.removesuffix("Gi")) * 1024**3
            used, inodes = capacity * 6 // 100, capacity // 16384
            rest = capacity - used
            yield VolumeUse(namespace, name, used, capacity, rest, inodes // 50, inodes)


def _default(classes: dict[str, Object]) -> str:
    marked = (
        name
        for name, obj in classes.items()
        if obj["metadata"].get("annotations", {}).get(_DEFAULT) == "true"
    )
    return next(marked, "")


def _leave_pending(store: Store, claim: Object, name: str) -> None:
    store.put(claim | {"status": {"phase": "Pending"}})
    controller = "persistentvolume-controller"
    if name:
        text = f'storageclass.storage.k8s.io "{name}" not found'
        record(store, claim, "ProvisioningFailed", text, "Warning", controller)
    else:
        text = "no persistent volumes available for this claim and no storage class is set"
        record(store, claim, "FailedBinding", text, "Normal", controller)


def release(store: Store, claim: Object) -> None:
    """What becomes of the volume of a claim that is gone: its reclaim policy says."""
    ref = Ref(Kind("v1", "PersistentVolume"), "", claim["spec"].get("volumeName", ""))
    volume = store.get(ref)
    if volume is None:
        return
    if volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
        store.delete(ref)
    else:
        store.put(volume | {"status": {"phase": "Released"}})
