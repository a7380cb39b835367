"""The rights that a preset takes, and the role that grants exactly them."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import replace

from wizard.answers.target import Target
from wizard.checks.cluster import KUBE_SYSTEM
from wizard.plan.graph import Graph
from wizard.ports import Charts, NeededRight, Object, Right
from wizard.run.lock import LEASE, lease_name
from wizard.steps.vault.reaching import ACCOUNT

RBAC = "rbac.authorization.k8s.io/v1"


async def graph_rights(
    graph: Graph, charts: Charts, target: Target, idle: Collection[str] = ()
) -> Sequence[NeededRight]:
    """What a run needs without fail: for its steps, to know the cluster, to hold the locks.

    `idle`: the ids of steps that have nothing to do in this cluster.
    """
    busy = [step for step in graph.steps if step.id not in idle]
    asked = await asyncio.gather(*(step.rights(charts) for step in busy))
    asked += [step.rights_to_use() for step in graph.steps if step.id in idle]
    locks = {(target.namespace, lease_name(target.release))}
    locks |= {(step.shares, lease_name(step.shares)) for step in busy if step.shares}
    name = KUBE_SYSTEM.name
    identity = NeededRight(Right("get", "", "namespaces", name, name), "its UID names the cluster")
    held = [right for lock in sorted(locks) for right in lock_rights(*lock)]
    return [identity, *held, *(right for rights in asked for right in rights)]


def lock_rights(namespace: str, lease: str) -> list[NeededRight]:
    """What a lock takes; RBAC knows no name for what is yet to be created."""
    reason = "one run at a time works on a target"
    names = {"get": lease, "create": "", "patch": lease, "delete": lease}
    return [
        NeededRight(Right(verb, LEASE.group, "leases", namespace, name), reason)
        for verb, name in names.items()
    ]


def role_objects(rights: Iterable[NeededRight], target: Target) -> list[Object]:
    """The target namespace, a ServiceAccount in it, and the roles that grant it the rights.

    A Role for each namespace, and a ClusterRole for what belongs to none. Their names hold the
    target, so that the roles of several targets stand side by side.
    """
    namespace = target.namespace
    subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}
    name = f"{ACCOUNT}-{namespace}-{target.release}"
    places: dict[str, set[Right]] = defaultdict(set)
    for needed in rights:
        places[needed.right.namespace].add(needed.right)
    account = {"name": ACCOUNT, "namespace": namespace}
    objects: list[Object] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
    ]
    for place, needed_there in sorted(places.items()):
        objects += _role_and_binding(place, needed_there, name, subject)
    return objects


def _role_and_binding(place: str, needed: Set[Right], name: str, subject: Object) -> list[Object]:
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


def _rules(needed: Set[Right]) -> list[Object]:
    """One rule for each API group and set of verbs (and object, where a right names one).

    A right to one object is left out where all objects may be used that way.
    """
    verbs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for right in needed:
        if not right.name or replace(right, name="") not in needed:
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
