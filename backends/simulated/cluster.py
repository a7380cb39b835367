"""What the ordinary simulated cluster holds before anybody installs anything."""

from collections.abc import Iterable

from backends.simulated.cluster_objects import (
    ingress_class,
    make,
    namespaces,
    node,
    storage_class,
)
from wizard.ports import Object

_GATEWAYS = "gateways"
_NODES = ("worker-a", "worker-b", "worker-c")


def cluster(*, storage: bool = True) -> list[Object]:
    """Namespaces, three nodes, ingress classes and a gateway; with `storage`, its classes."""
    found = [
        *namespaces(_GATEWAYS),
        *(
            node(name, f"192.0.2.{10 + number}", zone=f"zone-{number}")
            for number, name in enumerate(_NODES, start=1)
        ),
    ]
    if storage:
        found += [_storage_class("standard", default=True), _storage_class("nfs", default=False)]
    return [*found, *_entrances()]


def _storage_class(name: str, *, default: bool) -> Object:
    return storage_class(name, f"{name}.csi.simulated", default=default, binding="Immediate")


def _entrances() -> Iterable[Object]:
    yield ingress_class("nginx", "k8s.io/ingress-nginx-controller")
    yield ingress_class("traefik", "traefik.io/ingress-controller")
    gateway_api = "gateway.networking.k8s.io/v1"
    spec = {"controllerName": "simulated.example/gateway"}
    accepted = {"type": "Accepted", "status": "True", "reason": "Accepted"}
    status = {"conditions": [accepted]}
    yield make(gateway_api, "GatewayClass", "simulated", spec=spec, status=status)
    admitted = {"namespaces": {"from": "All"}}
    listener = {"name": "https", "port": 443, "protocol": "HTTPS", "allowedRoutes": admitted}
    yield make(
        gateway_api,
        "Gateway",
        "public",
        _GATEWAYS,
        spec={"gatewayClassName": "simulated", "listeners": [listener]},
        status={"conditions": [accepted, accepted | {"type": "Programmed"}]},
    )
