"""What the objects of a release ask of a cluster: pods, their requests, and claims."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from wizard.answers.quantity import quantity
from wizard.ports import Object

_CLAIM = "PersistentVolumeClaim"
_ZERO = Decimal(0)

Amounts = Mapping[str, Decimal]
"""Amounts by resource name: "cpu" in cores, "memory" in bytes."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment or StatefulSet: its name, how many pods it has, their labels and spec."""

    name: str
    replicas: int
    labels: Mapping[str, str]
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """A volume that the release asks for; `class_name` None stands for the default class."""

    name: str
    class_name: str | None
    modes: tuple[str, ...]
    size: Decimal


def workloads(manifest: Sequence[Object]) -> list[Workload]:
    """The workloads of a release."""
    return [
        Workload(
            obj["metadata"]["name"],
            obj["spec"].get("replicas", 1),
            obj["spec"]["template"]["metadata"].get("labels") or {},
            obj["spec"]["template"]["spec"],
        )
        for obj in of_kind(manifest, "Deployment", "StatefulSet")
    ]


def claims(manifest: Sequence[Object]) -> list[Claim]:
    """The claims of a release, those that StatefulSets make of templates included."""
    found = [_claim(obj["metadata"]["name"], obj) for obj in of_kind(manifest, _CLAIM)]
    for obj in of_kind(manifest, "StatefulSet"):
        for template in obj["spec"].get("volumeClaimTemplates", ()):
            stem = f"{template['metadata']['name']}-{obj['metadata']['name']}"
            count = obj["spec"].get("replicas", 1)
            found += [_claim(f"{stem}-{number}", template) for number in range(count)]
    return found


def existing_claims(manifest: Sequence[Object]) -> set[str]:
    """Names of claims that the release's pods mount but the release does not make."""
    mounted = {
        volume["persistentVolumeClaim"]["claimName"]
        for workload in workloads(manifest)
        for volume in workload.spec.get("volumes", ())
        if "persistentVolumeClaim" in volume
    }
    return mounted - {claim.name for claim in claims(manifest)}


def of_kind(manifest: Iterable[Object], *kinds: str) -> Iterator[Object]:
    """The objects of these kinds."""
    return (obj for obj in manifest if obj["kind"] in kinds)


def containers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All containers of a pod, those that run first included."""
    return [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]


def pod_amounts(
    spec: Mapping[str, Any], side: Literal["requests", "limits"] = "requests"
) -> dict[str, Decimal]:
    """What one pod takes: its containers together, or its largest init container.

    Init containers that keep running (restartPolicy Always) count with the containers, as the
    scheduler counts them (Kubernetes, "Sidecar containers": resource sharing within containers).
    """
    first = list(spec.get("initContainers") or ())
    lasting = [one for one in first if one.get("restartPolicy") == "Always"]
    together = total(_amounts(one, side) for one in (*lasting, *spec.get("containers", ())))
    alone = [_amounts(one, side) for one in first if one not in lasting]
    names = {name for amounts in (together, *alone) for name in amounts}
    return {name: max(some.get(name, _ZERO) for some in (together, *alone)) for name in names}


def total(several: Iterable[Amounts]) -> dict[str, Decimal]:
    """The sum of several amounts, resource by resource."""
    found: dict[str, Decimal] = {}
    for amounts in several:
        for name, amount in amounts.items():
            found[name] = found.get(name, _ZERO) + amount
    return found


def _amounts(container: Mapping[str, Any], side: str) -> dict[str, Decimal]:
    amounts = (container.get("resources") or {}).get(side) or {}
    return {name: quantity(amount) for name, amount in amounts.items()}


def _claim(name: str, obj: Mapping[str, Any]) -> Claim:
    spec = obj["spec"]
    return Claim(
        name,
        spec.get("storageClassName"),
        tuple(spec.get("accessModes", ())),
        quantity(spec["resources"]["requests"]["storage"]),
    )
