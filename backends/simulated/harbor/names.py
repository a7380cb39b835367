"""Names, labels and small pieces that several objects of the chart share."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backends.simulated.packages import Chart
from wizard.ports import Object


@dataclass(frozen=True, slots=True)
class Frame:
    """What a rendering is made from: the release, the chart, and the values merged over its own."""

    release: str
    namespace: str
    chart: Chart
    values: Mapping[str, Any]

    def name(self, component: str) -> str:
        """The name of a component's objects, such as `harbor-core`."""
        full = self.release if "harbor" in self.release else f"{self.release}-harbor"
        return f"{full[:63].removesuffix('-')}-{component}"

    @property
    def selector(self) -> dict[str, str]:
        """The labels by which Services and workloads find pods; a component is added."""
        return {"release": self.release, "app": "harbor"}

    @property
    def labels(self) -> dict[str, str]:
        """The labels of every object."""
        return {
            "heritage": "Helm",
            "release": self.release,
            "chart": self.chart.name,
            "app": "harbor",
            "app.kubernetes.io/instance": self.release,
            "app.kubernetes.io/name": "harbor",
            "app.kubernetes.io/managed-by": "Helm",
            "app.kubernetes.io/part-of": "harbor",
            "app.kubernetes.io/version": self.chart.app_version,
        }

    def labels_of(self, component: str) -> dict[str, str]:
        """The labels of what belongs to one component."""
        return self.labels | {"component": component, "app.kubernetes.io/component": component}

    def object(self, api_version: str, kind: str, name: str, **rest: Any) -> Object:
        """An object of the release with the labels of all."""
        metadata = {"name": name, "namespace": self.namespace, "labels": self.labels}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}

    @property
    def scheme(self) -> str:
        """How the components speak to each other."""
        return "https" if self.values["internalTLS"]["enabled"] else "http"

    @property
    def has_nginx(self) -> bool:
        """Whether the release has its own nginx in front."""
        return self.values["expose"]["type"] in ("clusterIP", "nodePort", "loadBalancer")


def checksum(obj: Object) -> str:
    """A hash over an object, for the annotations that restart pods when it changes."""
    return hashlib.sha256(json.dumps(obj, sort_keys=True).encode()).hexdigest()
