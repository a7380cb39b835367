"""The chart's claims."""

from collections.abc import Mapping
from typing import Any

from backends.simulated.harbor.names import Frame
from wizard.ports import Object


def claim_spec(given: Mapping[str, Any]) -> Object:
    """A claim\'s spec from its values."""
    spec: Object = {
        "accessModes": [given["accessMode"]],
        "resources": {"requests": {"storage": given["size"]}},
    }
    if name := given["storageClass"]:
        spec["storageClassName"] = "" if name == "-" else name
    return spec


def claims(frame: Frame) -> list[Object]:
    """The claims that do not belong to a StatefulSet."""
    persistence = frame.values["persistence"]
    if not persistence["enabled"]:
        return []
    given = persistence["persistentVolumeClaim"]
    wanted: dict[str, Mapping[str, Any]] = {}
    if persistence["imageChartStorage"]["type"] == "filesystem":
        wanted["registry"] = given["registry"]
    if "file" in frame.values["jobservice"]["jobLoggers"]:
        wanted["jobservice"] = given["jobservice"]["jobLog"]
    made = []
    for component, claim in wanted.items():
        if claim["existingClaim"]:
            continue
        obj = frame.object(
            "v1", "PersistentVolumeClaim", frame.name(component), spec=claim_spec(claim)
        )
        keep = {"helm.sh/resource-policy": "keep"} if persistence["resourcePolicy"] else {}
        obj["metadata"]["annotations"] = dict(claim.get("annotations") or {}) | keep
        obj["metadata"]["labels"] = frame.labels_of(component)
        made.append(obj)
    return made
