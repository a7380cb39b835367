"""Addresses for what lets clients in: load balancers, ingress controllers, gateways."""

from dataclasses import dataclass
from ipaddress import ip_address

from backends.simulated.store import Store
from wizard.ports import Object, Ref

ADDRESS = "192.0.2.10"


@dataclass(frozen=True, slots=True)
class Entrances:
    """What a cluster's controllers give out: an IP address or a host name.

    Where one is empty, nobody takes care of Ingresses, or of load balancers. `reached` is whether
    clients on this machine get through: into a cluster in containers they do not.
    """

    ingress: str = ADDRESS
    balancer: str = ADDRESS
    reached: bool = True


ORDINARY = Entrances()
"""All have one address, and it is reached."""


def give_address(store: Store, ref: Ref, entrances: Entrances) -> None:
    """Have the controller in charge accept an Ingress, an HTTPRoute or a load balancer."""
    found = store.get(ref)
    if found is None:
        return
    if ref.kind.name == "HTTPRoute":
        store.put(found | {"status": {"parents": [_parent(p) for p in _parents(found)]}})
    elif ref.kind.name == "Ingress":
        _give(store, found, entrances.ingress)
    elif found["spec"].get("type") == "LoadBalancer":
        _give(store, found, entrances.balancer)


def _give(store: Store, obj: Object, address: str) -> None:
    if address:
        store.put(obj | {"status": given(address)})


def given(address: str) -> Object:
    """The status of an Ingress or a Service that was given an address or a host name."""
    try:
        ip_address(address)
    except ValueError:
        return {"loadBalancer": {"ingress": [{"hostname": address}]}}
    return {"loadBalancer": {"ingress": [{"ip": address}]}}


def _parents(route: Object) -> list[Object]:
    parents: list[Object] = route["spec"].get("parentRefs", [])
    return parents


def _parent(reference: Object) -> Object:
    conditions = [
        {"type": kind, "status": "True", "reason": reason}
        for kind, reason in (("Accepted", "Accepted"), ("ResolvedRefs", "ResolvedRefs"))
    ]
    controller = "simulated.example/gateway"
    return {"parentRef": reference, "controllerName": controller, "conditions": conditions}
