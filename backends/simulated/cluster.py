"""What the simulated cluster holds before anybody installs anything."""

from collections.abc import Iterable

from wizard.ports import Object

CLUSTER_UID = "5f6d7c1e-0c1b-4d4e-9a54-51a0d0c0ffee"
"""The uid of `kube-system`: the simulated cluster is the same one in every session."""

_GATEWAYS = "gateways"
NODES = ("worker-a", "worker-b", "worker-c")


def cluster(*, storage: bool = True) -> list[Object]:
    """Namespaces, three nodes, ingress classes and a gateway; with `storage`, its classes."""
    found = [*_namespaces(), *(_node(name, zone) for zone, name in enumerate(NODES, start=1))]
    if storage:
        found += [_storage_class("standard", default=True), _storage_class("nfs", default=False)]
    return [*found, *_entrances()]


def _object(api_version: str, kind: str, name: str, **rest: object) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **rest}


def _namespaces() -> Iterable[Object]:
    for name in ("default", "kube-system", _GATEWAYS):
        obj = _object("v1", "Namespace", name, status={"phase": "Active"})
        obj["metadata"]["labels"] = {"kubernetes.io/metadata.name": name}
        if name == "kube-system":
            obj["metadata"]["uid"] = CLUSTER_UID
        yield obj


def _node(name: str, zone: int) -> Object:
    room = {"cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    conditions = [
        {"type": kind, "status": str(kind == "Ready"), "reason": f"Kubelet{kind}"}
        for kind in ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
    ]
    info = {
        "architecture": "amd64",
        "containerRuntimeVersion": "containerd://2.1.4",
        "kernelVersion": "6.8.0",
        "kubeletVersion": "v1.34.4",
        "operatingSystem": "linux",
        "osImage": "Simulated Linux",
    }
    addresses = [
        {"type": "InternalIP", "address": f"192.0.2.{10 + zone}"},
        {"type": "Hostname", "address": name},
    ]
    status = {
        "allocatable": room,
        "capacity": room,
        "conditions": conditions,
        "nodeInfo": info,
        "addresses": addresses,
    }
    node = _object("v1", "Node", name, spec={}, status=status)
    node["metadata"]["labels"] = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/zone": f"zone-{zone}",
    }
    return node


def _storage_class(name: str, *, default: bool) -> Object:
    obj = _object(
        "storage.k8s.io/v1",
        "StorageClass",
        name,
        provisioner=f"{name}.csi.simulated",
        reclaimPolicy="Delete",
        volumeBindingMode="Immediate",
        allowVolumeExpansion=True,
    )
    if default:
        obj["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    return obj


def _entrances() -> Iterable[Object]:
    for name, controller in (("nginx", "k8s.io/ingress-nginx"), ("traefik", "traefik.io/ingress")):
        spec = {"controller": f"{controller}-controller"}
        yield _object("networking.k8s.io/v1", "IngressClass", name, spec=spec)
    gateway_api = "gateway.networking.k8s.io/v1"
    spec = {"controllerName": "simulated.example/gateway"}
    accepted = {"type": "Accepted", "status": "True", "reason": "Accepted"}
    status = {"conditions": [accepted]}
    yield _object(gateway_api, "GatewayClass", "simulated", spec=spec, status=status)
    admitted = {"namespaces": {"from": "All"}}
    listener = {"name": "https", "port": 443, "protocol": "HTTPS", "allowedRoutes": admitted}
    gateway = _object(
        gateway_api,
        "Gateway",
        "public",
        spec={"gatewayClassName": "simulated", "listeners": [listener]},
        status={"conditions": [accepted, accepted | {"type": "Programmed"}]},
    )
    gateway["metadata"]["namespace"] = _GATEWAYS
    yield gateway
