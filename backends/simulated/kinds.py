"""The kinds that the simulated API server serves: their plural names, and what is namespaced."""

from collections.abc import Iterator
from dataclasses import dataclass

from wizard.ports import Kind


@dataclass(frozen=True, slots=True)
class Resource:
    """How a kind appears in paths and in RBAC: its plural, and whether it lives in namespaces."""

    plural: str
    namespaced: bool


_NAMESPACED = {
    "v1": (
        "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod ResourceQuota Secret "
        "Service ServiceAccount"
    ),
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "batch/v1": "CronJob Job",
    "coordination.k8s.io/v1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "gateway.networking.k8s.io/v1": "Gateway HTTPRoute",
    "networking.k8s.io/v1": "Ingress NetworkPolicy",
    "policy/v1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding",
}
_OF_THE_CLUSTER = {
    "v1": "Namespace Node PersistentVolume",
    "admissionregistration.k8s.io/v1": (
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
    ),
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "gateway.networking.k8s.io/v1": "GatewayClass",
    "networking.k8s.io/v1": "IngressClass",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
    "storage.k8s.io/v1": "CSIDriver CSINode StorageClass VolumeAttachment",
}


def _plural(name: str) -> str:
    lower = name.lower()
    if lower == "endpoints":
        return lower
    if lower.endswith("y") and lower[-2] not in "aeiou":
        return f"{lower[:-1]}ies"
    return f"{lower}es" if lower.endswith("s") else f"{lower}s"


def _resources(table: dict[str, str], namespaced: bool) -> Iterator[tuple[Kind, Resource]]:
    for api_version, names in table.items():
        for name in names.split():
            yield Kind(api_version, name), Resource(_plural(name), namespaced)


SERVED: dict[Kind, Resource] = dict(
    [*_resources(_NAMESPACED, True), *_resources(_OF_THE_CLUSTER, False)]
)
"""Every kind without a custom resource definition, and the Gateway API."""
