"""Nodes: ready, of an architecture that Harbor's images have, with room, with IPv6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from wizard.answers.quantity import people, quantity
from wizard.checks.base import Check, Outcome, Subject, listing
from wizard.checks.workloads import of_kind, pod_amounts, total, workloads
from wizard.errors import Forbidden
from wizard.ports import Kind, Object, World

NODE = Kind("v1", "Node")
POD = Kind("v1", "Pod")

ARCHITECTURE = "amd64"
"""What Harbor's own images are built for: up to v2.15.2 nothing else (goharbor/harbor#22491,
open; multi-architecture images are planned by goharbor/community#262)."""


def usable(node: Object) -> bool:
    """Whether ordinary pods can be put on a node: ready, not cordoned, no repelling taint."""
    spec = node.get("spec", {})
    ready = any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in node.get("status", {}).get("conditions", ())
    )
    repelled = any(
        taint.get("effect") in {"NoSchedule", "NoExecute"} for taint in spec.get("taints") or ()
    )
    return ready and not spec.get("unschedulable") and not repelled


def _name(node: Object) -> str:
    name: str = node["metadata"]["name"]
    return name


async def ready(world: World, subject: Subject) -> Outcome:
    """Whether there is a node for Harbor at all."""
    nodes = (await world.objects.list(NODE)).items
    others = [_name(node) for node in nodes if not usable(node)]
    if len(others) == len(nodes):
        return Outcome(
            "fail",
            f"None of {len(nodes)} nodes takes ordinary pods: {', '.join(others) or 'no nodes'}.",
            "Harbor's pods would stay Pending: nodes are not ready, cordoned or tainted.",
            "See `kubectl get nodes` and `kubectl describe node`; add a node, uncordon one or "
            "remove a taint.",
        )
    fact = f"{len(nodes) - len(others)} of {len(nodes)} nodes take ordinary pods."
    return Outcome("ok", f"{fact} Not these: {', '.join(others)}." if others else fact)


async def architecture(world: World, subject: Subject) -> Outcome:
    """Whether Harbor's images run on the nodes."""
    nodes = [node for node in (await world.objects.list(NODE)).items if usable(node)]
    foreign = [_name(node) for node in nodes if _architecture(node) != ARCHITECTURE]
    if not foreign:
        return Outcome("ok", f"All usable nodes are {ARCHITECTURE}.")
    if _bound(subject.manifest):
        return Outcome("ok", f"Harbor's pods are bound to {ARCHITECTURE} nodes.")
    if subject.preset.delivery.image_mirrors:
        return Outcome(
            "ok",
            f"Not {ARCHITECTURE}: {', '.join(foreign)}. Images come from mirrors.",
            f"Harbor's own images are {ARCHITECTURE} only; mirrors may hold others.",
        )
    every = len(foreign) == len(nodes)
    return Outcome(
        "fail" if every else "warn",
        f"{'No usable node is' if every else 'Not all nodes are'} {ARCHITECTURE}: "
        f"{', '.join(foreign)}.",
        f"Harbor's images up to 2.15.2 exist for {ARCHITECTURE} only; elsewhere they end with "
        "`exec format error` or `no match for platform`.",
        f"Add {ARCHITECTURE} nodes and set nodeSelector `kubernetes.io/arch: {ARCHITECTURE}` for "
        "each component in harbor.values, or name a mirror with your own builds in "
        "delivery.imageMirrors.",
    )


def _architecture(node: Object) -> str:
    status: Mapping[str, Any] = node.get("status", {})
    return str(status.get("nodeInfo", {}).get("architecture", ""))


def _bound(manifest: Sequence[Object]) -> bool:
    found = workloads(manifest)
    return bool(found) and all(
        (workload.spec.get("nodeSelector") or {}).get("kubernetes.io/arch") == ARCHITECTURE
        for workload in found
    )


@dataclass(frozen=True, slots=True)
class _Pod:
    name: str
    needs: Mapping[str, Decimal]


async def room(world: World, subject: Subject) -> Outcome:
    """Whether the nodes have what the release's pods request: largest first, first fit."""
    nodes = [node for node in (await world.objects.list(NODE)).items if usable(node)]
    pods = _pods(subject.manifest)
    seen = True
    try:
        running = (await world.objects.list(POD)).items
    except Forbidden:
        running, seen = (), False
    free = [_free(node, running, subject) for node in nodes]
    whole = [_allocatable(node) for node in nodes]
    huge = [pod for pod in pods if not any(_fits(pod, amounts) for amounts in whole)]
    requested = total(pod.needs for pod in pods)
    wanted = ", ".join(f"{people(name, requested[name])} {name}" for name in sorted(requested))
    if huge:
        return Outcome(
            "fail",
            f"No node is large enough for {', '.join(sorted({pod.name for pod in huge}))}.",
            "These pods would stay Pending even on an empty node.",
            "Lower harbor.resources, choose a smaller harbor.profile, or add a larger node.",
        )
    waiting = _unplaced(pods, free)
    if waiting:
        return Outcome(
            "warn",
            f"The nodes have no room now for {', '.join(waiting)}; Harbor requests {wanted}.",
            "These pods stay Pending until something else goes or a node is added.",
            "Free or add nodes (an autoscaler may do so by itself), or lower harbor.resources.",
        )
    unseen = "" if seen else " Pods of other namespaces cannot be seen and are not counted."
    return Outcome("ok", f"The nodes have room for {wanted}.{unseen}")


def _pods(manifest: Sequence[Object]) -> list[_Pod]:
    one = {"pods": Decimal(1)}
    return [
        _Pod(workload.name, pod_amounts(workload.spec) | one)
        for workload in workloads(manifest)
        for _ in range(workload.replicas)
    ]


def _allocatable(node: Object) -> dict[str, Decimal]:
    allocatable = node.get("status", {}).get("allocatable", {})
    return {name: quantity(amount) for name, amount in allocatable.items()}


def _free(node: Object, running: Sequence[Object], subject: Subject) -> dict[str, Decimal]:
    """What a node has left; the release's own pods do not count, they are what is asked for."""
    taken = total(
        pod_amounts(pod["spec"]) | {"pods": Decimal(1)}
        for pod in running
        if pod["spec"].get("nodeName") == _name(node)
        and pod.get("status", {}).get("phase") not in {"Succeeded", "Failed"}
        and not _own(pod, subject)
    )
    return {
        name: amount - taken.get(name, Decimal(0)) for name, amount in _allocatable(node).items()
    }


def _own(pod: Object, subject: Subject) -> bool:
    target = subject.preset.target
    metadata = pod["metadata"]
    return (
        metadata.get("namespace") == target.namespace
        and (metadata.get("labels") or {}).get("release") == target.release
    )


def _fits(pod: _Pod, amounts: Mapping[str, Decimal]) -> bool:
    return all(amount <= amounts.get(name, Decimal(0)) for name, amount in pod.needs.items())


def _unplaced(pods: Sequence[_Pod], free: list[dict[str, Decimal]]) -> list[str]:
    """Names of the pods that find no node."""
    waiting = []
    for pod in sorted(pods, key=lambda pod: pod.needs.get("memory", Decimal(0)), reverse=True):
        place = next((amounts for amounts in free if _fits(pod, amounts)), None)
        if place is None:
            waiting.append(pod.name)
            continue
        for name, amount in pod.needs.items():
            place[name] -= amount
    return sorted(set(waiting))


async def ipv6(world: World, subject: Subject) -> Outcome:
    """Whether pods that listen on IPv6 can do so, as far as nodes show it."""
    listeners = [
        obj["metadata"]["name"]
        for obj in of_kind(subject.manifest, "ConfigMap")
        if any("listen [::]" in text for text in (obj.get("data") or {}).values())
    ]
    nodes = (await world.objects.list(NODE)).items
    if not listeners:
        return Outcome("ok", "No component of Harbor listens on IPv6.")
    if any(_speaks_ipv6(node) for node in nodes):
        return Outcome("ok", "The nodes have IPv6 addresses.")
    return Outcome(
        "ok",
        f"No node shows an IPv6 address; these listen on IPv6 too: {', '.join(sorted(listeners))}.",
        "That works unless IPv6 is off in the nodes' kernel; then nginx ends with `Address family "
        "not supported by protocol` (goharbor/harbor-helm#985).",
        "Where it is off, set harbor.values to {ipFamily: {ipv6: {enabled: false}}}.",
    )


def _speaks_ipv6(node: Object) -> bool:
    addresses = [
        address["address"]
        for address in node.get("status", {}).get("addresses", ())
        if address["type"] in {"InternalIP", "ExternalIP"}
    ]
    ranges = node.get("spec", {}).get("podCIDRs") or ()
    return any(ip_network(text, strict=False).version == 6 for text in (*addresses, *ranges))


_NODES = listing("", "nodes")

CHECKS = (
    Check("nodes.ready", "Nodes are ready", ("target.context",), ready, rights=_NODES),
    Check(
        "nodes.architecture",
        "Nodes run Harbor's images",
        ("target.context", "delivery.imageMirrors", "harbor.values"),
        architecture,
        rights=_NODES,
    ),
    Check(
        "nodes.room",
        "Room for Harbor's pods",
        ("target", "harbor.profile", "harbor.replicas", "harbor.resources", "harbor.values"),
        room,
        rights=listing("", "nodes", "pods"),
        rendered=True,
    ),
    Check(
        "nodes.ipv6",
        "IPv6 on nodes",
        ("target.context", "harbor.expose", "harbor.values"),
        ipv6,
        rights=_NODES,
        rendered=True,
    ),
)
