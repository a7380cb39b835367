"""The rights that a preset takes, and the role that grants exactly them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from wizard.checks.cluster import KUBE_SYSTEM
from wizard.plan.graph import Graph
from wizard.ports import Charts, NeededRight, Object, Right
from wizard.run.lock import LEASE

RBAC = "rbac.authorization.k8s.io/v1"


async def graph_rights(graph: Graph, charts: Charts, namespace: str) -> Sequence[NeededRight]:
    """What a run needs without fail: for its steps, to know the cluster, to hold the lock."""
    asked = await asyncio.gather(*(step.rights(charts) for step in graph.steps))
    reason = "one run at a time works on a target"
    group = LEASE.group
    lock = [
        NeededRight(Right(verb, group, "leases", namespace), reason)
        for verb in ("get", "create", "patch", "delete")
    ]
    name = KUBE_SYSTEM.name
    identity = NeededRight(Right("get", "", "namespaces", name, name), "its UID names the cluster")
    return [identity, *lock, *(right for rights in asked for right in rights)]


def role_objects(rights: Iterable[NeededRight], namespace: str, name: str) -> list[Object]:
    """The target namespace, a ServiceAccount in it, and the roles that grant it the rights.

    A Role for each namespace, and a ClusterRole for what belongs to none; all called `name`.
    """
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    places: dict[str, list[NeededRight]] = defaultdict(list)
    for needed in rights:
        places[needed.right.namespace].append(needed)
    account = {"name": name, "namespace": namespace}
    objects: list[Object] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
    ]
    for place, needed_there in sorted(places.items()):
        objects += _role_and_binding(place, needed_there, name, subject)
    return objects


def _role_and_binding(
    place: str, needed: Sequence[NeededRight], name: str, subject: Object
) -> list[Object]:
    kind = "Role" if place else "ClusterRole"
    metadata = {"name": name, **({"namespace": place} if place else {})}
    role = {"apiVersion": RBAC, "kind": kind, "metadata": metadata, "rules": _rules(needed)}
    binding = {
        "apiVersion": RBAC,
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
        "subjects": [subject],
    }
    return [role, binding]


def _rules(needed: Sequence[NeededRight]) -> list[Object]:
    """One rule for each API group and set of verbs (and object, where a right names one)."""
    verbs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for one in needed:
        right = one.right
        verbs[right.group, right.resource, right.name].add(right.verb)
    together: dict[tuple[str, tuple[str, ...], str], list[str]] = defaultdict(list)
    for (group, resource, name), allowed in sorted(verbs.items()):
        together[group, tuple(sorted(allowed)), name].append(resource)
    return [
        {
            "apiGroups": [group],
            "resources": resources,
            **({"resourceNames": [name]} if name else {}),
            "verbs": list(allowed),
        }
        for (group, allowed, name), resources in together.items()
    ]
