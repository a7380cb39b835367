"""What clusters are made of: short ways to make nodes, classes and namespaces as they look."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wizard.ports import Object

CLUSTER_UID = "5f6d7c1e-0c1b-4d4e-9a54-51a0d0c0ffee"
"""The uid of `kube-system`: the simulated cluster is the same one in every session."""

AUTHORITY = "-----BEGIN CERTIFICATE-----\nsimulated\n-----END CERTIFICATE-----\n"
"""Stands for the API server's authority, which nobody here has to check."""

CONTROL_PLANE = {"node-role.kubernetes.io/control-plane": ""}
"""The label of nodes that run the control plane; `kubeadm` repels pods from them by a taint."""


def make(api_version: str, kind: str, name: str, namespace: str = "", **rest: Any) -> Object:
    """An object; `labels` and `annotations` go into its metadata."""
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    metadata |= {key: rest.pop(key) for key in ("labels", "annotations") if rest.get(key)}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def namespaces(*names: str) -> Iterable[Object]:
    """These namespaces, besides those that every cluster has with what Kubernetes puts there."""
    for name in ("default", "kube-system", *names):
        labels = {"kubernetes.io/metadata.name": name}
        obj = make("v1", "Namespace", name, labels=labels, status={"phase": "Active"})
        if name == "kube-system":
            obj["metadata"]["uid"] = CLUSTER_UID
        yield obj
    data = {"ca.crt": AUTHORITY}
    yield make("v1", "ConfigMap", "kube-root-ca.crt", "kube-system", data=data)
    yield _dns()


def _dns() -> Object:
    """CoreDNS as kubeadm makes it, which runs."""
    label = {"k8s-app": "kube-dns"}
    container = {"name": "coredns", "image": "registry.k8s.io/coredns/coredns:v1.12.1"}
    pod = {"metadata": {"labels": label}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": label}, "template": pod}
    name, place = "coredns", "kube-system"
    return make("apps/v1", "Deployment", name, place, labels=label, spec=spec, status=_up(2))


def _up(replicas: int) -> Object:
    """The status of a Deployment all of whose pods are ready."""
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    available = {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"}
    told = {"observedGeneration": 1, "conditions": [available]}
    return {**told, **dict.fromkeys(counts, replicas)}


def node(
    name: str,
    address: str,
    *,
    zone: str = "",
    labels: Mapping[str, str] | None = None,
    os_image: str = "Simulated Linux",
    **spec: Any,
) -> Object:
    """A node with much room that is ready; `spec` holds its `providerID`, `taints` and so on."""
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
        "osImage": os_image,
    }
    addresses = [
        {"type": "InternalIP", "address": address},
        {"type": "Hostname", "address": name},
    ]
    told = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
        **({"topology.kubernetes.io/zone": zone} if zone else {}),
        **(labels or {}),
    }
    status = {"allocatable": room, "capacity": room, "conditions": conditions}
    status |= {"nodeInfo": info, "addresses": addresses}
    return make("v1", "Node", name, labels=told, spec=spec, status=status)


def having_pulled(nodes: Sequence[Object], *images: str) -> Sequence[Object]:
    """The nodes with images that they hold already."""
    held = [{"names": [image], "sizeBytes": 50_000_000} for image in images]
    return [obj | {"status": obj["status"] | {"images": held}} for obj in nodes]


def storage_class(
    name: str,
    provisioner: str,
    *,
    default: bool = False,
    expandable: bool = True,
    binding: str = "WaitForFirstConsumer",
) -> Object:
    """A class of volumes."""
    mark = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    return make(
        "storage.k8s.io/v1",
        "StorageClass",
        name,
        annotations=mark,
        provisioner=provisioner,
        reclaimPolicy="Delete",
        volumeBindingMode=binding,
        allowVolumeExpansion=expandable,
    )


def ingress_class(name: str, controller: str, *, default: bool = False) -> Object:
    """A class of Ingresses."""
    mark = {"ingressclass.kubernetes.io/is-default-class": "true"} if default else {}
    spec = {"controller": controller}
    return make("networking.k8s.io/v1", "IngressClass", name, annotations=mark, spec=spec)


def definition(group: str, kind: str, *, namespaced: bool = True, version: str = "v1") -> Object:
    """The definition of a custom resource."""
    plural = f"{kind.lower()}s"
    spec = {
        "group": group,
        "scope": "Namespaced" if namespaced else "Cluster",
        "names": {"kind": kind, "plural": plural},
        "versions": [{"name": version, "served": True, "storage": True}],
    }
    name = f"{plural}.{group}"
    return make("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, spec=spec)
