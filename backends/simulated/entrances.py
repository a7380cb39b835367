"""Addresses for what lets clients in: load balancers, ingress controllers, gateways."""

from backends.simulated.store import Store
from wizard.ports import Object, Ref

ADDRESS = "192.0.2.10"
_GIVEN = {"loadBalancer": {"ingress": [{"ip": ADDRESS}]}}


def give_address(store: Store, ref: Ref) -> None:
    """Have the controller in charge accept an Ingress, an HTTPRoute or a load balancer."""
    found = store.get(ref)
    if found is None:
        return
    if ref.kind.name == "HTTPRoute":
        store.put(found | {"status": {"parents": [_parent(p) for p in _parents(found)]}})
    elif ref.kind.name == "Ingress" or found["spec"].get("type") == "LoadBalancer":
        store.put(found | {"status": _GIVEN})


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
