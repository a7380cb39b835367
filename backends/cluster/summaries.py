"""The kubelet's summary (`/stats/summary`): how full the volumes of the pods on a node are.

Its form is that of `k8s.io/kubelet/pkg/apis/stats/v1alpha1`: `pods[].volume[]`, of which those of
claims have a `pvcRef`. Values that the driver does not tell are left out.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from wizard.ports import VolumeUse


def volumes_of(summary: Any) -> Sequence[VolumeUse]:
    """The volumes of claims in a summary; none in what has not its form."""
    return [*_volumes(summary)]


def _volumes(summary: Any) -> Iterator[VolumeUse]:
    for pod in _items(summary, "pods"):
        for volume in _items(pod, "volume"):
            claim = volume.get("pvcRef")
            used, capacity = _number(volume, "usedBytes"), _number(volume, "capacityBytes")
            if isinstance(claim, dict) and used is not None and capacity:
                yield VolumeUse(
                    str(claim.get("namespace", "")),
                    str(claim.get("name", "")),
                    used,
                    capacity,
                    _number(volume, "availableBytes"),
                    _number(volume, "inodesUsed"),
                    _number(volume, "inodes"),
                )


def _items(value: Any, key: str) -> Iterator[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    yield from (one for one in items or () if isinstance(one, dict))


def _number(value: dict[str, Any], key: str) -> int | None:
    number = value.get(key)
    return number if isinstance(number, int) else None
