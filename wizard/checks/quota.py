"""Quotas and limits of the target's namespace against what the release asks for."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from wizard.answers.quantity import people, quantity
from wizard.checks.base import Check, Outcome, Subject, listing_in_target
from wizard.checks.nodes import POD
from wizard.checks.workloads import (
    claims,
    containers,
    of_kind,
    pod_amounts,
    total,
    workloads,
)
from wizard.ports import Kind, Object, World

QUOTA = Kind("v1", "ResourceQuota")
LIMITS = Kind("v1", "LimitRange")

_COUNTED = {
    "Service": "services",
    "Secret": "secrets",
    "ConfigMap": "configmaps",
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "Ingress": "ingresses.networking.k8s.io",
}
_OLD_COUNTS = ("services", "secrets", "configmaps", "persistentvolumeclaims", "pods")
"""What quotas count under its own name too, not only under `count/`."""

_FIX = (
    "Ask for a larger quota, or lower harbor.profile, harbor.resources, harbor.replicas or the "
    "sizes in storage.volumes."
)


async def quotas(world: World, subject: Subject) -> Outcome:
    """Whether the namespace's quotas leave room for the release."""
    target = subject.preset.target
    found = (await world.objects.list(QUOTA, target.namespace)).items
    whole = [quota for quota in found if not _partial(quota)]
    if not whole:
        return Outcome("ok", f"No quota limits all pods of {target.namespace}.")
    labels = f"release={target.release}"
    if (await world.objects.list(POD, target.namespace, labels)).items:
        return Outcome("ok", "Harbor's pods run within the quotas already.")
    limits = (await world.objects.list(LIMITS, target.namespace)).items
    short = [*_too_much(whole, _needed(subject)), *_unspecified(whole, limits, subject)]
    if short:
        return Outcome(
            "fail",
            f"Quotas of {target.namespace} leave no room: {'; '.join(short)}.",
            "The API server would refuse what exceeds them, and Harbor would be half there.",
            _FIX,
        )
    return Outcome("ok", f"The quotas of {target.namespace} leave room for Harbor.")


def _partial(quota: Object) -> bool:
    """Whether a quota counts some pods only, by scope."""
    return bool(quota["spec"].get("scopes") or quota["spec"].get("scopeSelector"))


def _needed(subject: Subject) -> dict[str, Decimal]:
    """What the release takes, under the names that quotas use
    (https://kubernetes.io/docs/concepts/policy/resource-quotas/).
    """
    pods = [workload for workload in workloads(subject.manifest) for _ in range(workload.replicas)]
    needed: dict[str, Decimal] = {"count/pods": Decimal(len(pods))}
    for side in ("requests", "limits"):
        amounts = total(pod_amounts(pod.spec, side) for pod in pods)
        needed |= {f"{side}.{name}": amount for name, amount in amounts.items()}
    needed |= {
        name: needed[f"requests.{name}"]
        for name in ("cpu", "memory")
        if f"requests.{name}" in needed
    }
    for kind, plural in _COUNTED.items():
        needed[f"count/{plural}"] = Decimal(len(list(of_kind(subject.manifest, kind))))
    needed["count/secrets"] += len(subject.owned)
    needed |= _volumes(subject.manifest)
    for type_, name in (
        ("NodePort", "services.nodeports"),
        ("LoadBalancer", "services.loadbalancers"),
    ):
        services = of_kind(subject.manifest, "Service")
        needed[name] = Decimal(sum(one["spec"].get("type") == type_ for one in services))
    return needed | {name: needed[f"count/{name}"] for name in _OLD_COUNTS}


def _volumes(manifest: Sequence[Object]) -> dict[str, Decimal]:
    found = claims(manifest)
    needed = {
        "count/persistentvolumeclaims": Decimal(len(found)),
        "requests.storage": sum((claim.size for claim in found), Decimal(0)),
    }
    for name in {claim.class_name for claim in found if claim.class_name}:
        sizes = [claim.size for claim in found if claim.class_name == name]
        prefix = f"{name}.storageclass.storage.k8s.io"
        needed[f"{prefix}/requests.storage"] = sum(sizes, Decimal(0))
        needed[f"{prefix}/persistentvolumeclaims"] = Decimal(len(sizes))
    return needed


def _too_much(found: Sequence[Object], needed: Mapping[str, Decimal]) -> Iterator[str]:
    for quota in found:
        used = quota.get("status", {}).get("used") or {}
        for name, hard in (quota["spec"].get("hard") or {}).items():
            left = quantity(hard) - quantity(used.get(name, "0"))
            if needed.get(name, Decimal(0)) > left:
                yield (
                    f"{quota['metadata']['name']} has {people(name, left)} of {name} left, "
                    f"of which Harbor takes {people(name, needed[name])}"
                )


def _unspecified(
    found: Sequence[Object], limits: Sequence[Object], subject: Subject
) -> Iterator[str]:
    """Amounts that a quota makes every container name, but some of Harbor's do not."""
    limited = {name for quota in found for name in quota["spec"].get("hard") or {}}
    for side in ("requests", "limits"):
        for resource in ("cpu", "memory"):
            names = {f"{side}.{resource}"} | ({resource} if side == "requests" else set())
            if not names & limited or _defaulted(limits, side, resource):
                continue
            silent = sorted(
                {
                    workload.name
                    for workload in workloads(subject.manifest)
                    for container in containers(workload.spec)
                    if not _names(container, side, resource)
                }
            )
            if silent:
                yield f"every container must name {side}.{resource}, but {', '.join(silent)} do not"


def _names(container: Mapping[str, Any], side: str, resource: str) -> bool:
    """Whether a container names an amount; a limit stands for a request that is not named."""
    resources = container.get("resources") or {}
    return resource in (resources.get(side) or {}) or resource in (resources.get("limits") or {})


def _defaulted(limits: Sequence[Object], side: str, resource: str) -> bool:
    """Whether a LimitRange fills the amount in."""
    fields = ("default", "defaultRequest") if side == "requests" else ("default",)
    return any(
        resource in (item.get(field) or {})
        for limit in limits
        for item in limit["spec"]["limits"]
        if item["type"] == "Container"
        for field in fields
    )


async def limit_ranges(world: World, subject: Subject) -> Outcome:
    """Whether the namespace's LimitRanges let Harbor's containers and claims be."""
    namespace = subject.preset.target.namespace
    found = (await world.objects.list(LIMITS, namespace)).items
    refused = sorted(
        {
            text
            for limit in found
            for item in limit["spec"]["limits"]
            for text in _refused(item, subject)
        }
    )
    if refused:
        return Outcome(
            "fail",
            f"LimitRanges of {namespace} refuse: {'; '.join(refused)}.",
            "The API server would not create these pods and claims.",
            "Change harbor.resources or the sizes in storage.volumes, or ask for other limits.",
        )
    return Outcome("ok", f"No LimitRange of {namespace} refuses Harbor's pods or claims.")


def _refused(item: Mapping[str, Any], subject: Subject) -> Iterator[str]:
    if item["type"] == "PersistentVolumeClaim":
        for claim in claims(subject.manifest):
            yield from _outside(item, f"claim {claim.name}", {"storage": claim.size})
    elif item["type"] in {"Container", "Pod"}:
        for workload in workloads(subject.manifest):
            parts = containers(workload.spec) if item["type"] == "Container" else [None]
            for part in parts:
                spec = workload.spec if part is None else {"containers": [part]}
                name = workload.name if part is None else f"{workload.name}/{part['name']}"
                amounts = pod_amounts(spec) | pod_amounts(spec, "limits")
                yield from _outside(item, name, amounts)


def _outside(item: Mapping[str, Any], name: str, amounts: Mapping[str, Decimal]) -> Iterator[str]:
    """Where named amounts lie below `min` or above `max`."""
    for resource, amount in amounts.items():
        least, most = (item.get(side) or {} for side in ("min", "max"))
        told = f"{name} with {people(resource, amount)} {resource}"
        if resource in most and amount > quantity(most[resource]):
            yield f"{told} (at most {people(resource, quantity(most[resource]))})"
        if resource in least and amount < quantity(least[resource]):
            yield f"{told} (at least {people(resource, quantity(least[resource]))})"


_READS = (
    "target",
    "harbor.profile",
    "harbor.replicas",
    "harbor.resources",
    "storage",
    "harbor.values",
)

CHECKS = (
    Check(
        "quota.quotas",
        "Quotas",
        _READS,
        quotas,
        rights=listing_in_target("", "resourcequotas", "limitranges", "pods"),
        rendered=True,
    ),
    Check(
        "quota.limits",
        "Limit ranges",
        _READS,
        limit_ranges,
        rights=listing_in_target("", "limitranges"),
        rendered=True,
    ),
)
