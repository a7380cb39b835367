"""Looking into rendered objects."""

from collections.abc import Iterator
from typing import Any

from wizard.ports import Object


def find(objects: list[Object], kind: str, name: str) -> Object:
    """The one object of that kind and name."""
    (found,) = [one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def names(objects: list[Object], kind: str) -> set[str]:
    """The names of all objects of a kind."""
    return {one["metadata"]["name"] for one in objects if one["kind"] == kind}


def containers(objects: list[Object]) -> Iterator[dict[str, Any]]:
    """The containers of all workloads, init containers included."""
    for one in objects:
        if one["kind"] in {"Deployment", "StatefulSet"}:
            spec = one["spec"]["template"]["spec"]
            yield from [*spec.get("initContainers", []), *spec["containers"]]


def environment(container: dict[str, Any]) -> dict[str, Any]:
    """Plain environment variables of a container."""
    return {one["name"]: one.get("value") for one in container.get("env", [])}


def entry(obj: Object, key: str) -> str:
    """One entry of a ConfigMap."""
    text: str = obj["data"][key]
    return text
