"""The chart of cert-manager, as far as the wizard looks at what it brings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.simulated.cluster_objects import definition, make
from backends.simulated.packages import Chart, write_package
from wizard.ports import ChartSource, Object

_GROUP = "cert-manager.io"
_VALUES = "global: {}\nimageRegistry: quay.io\nimageNamespace: jetstack\n"
_PARTS = {"": "controller", "-webhook": "webhook", "-cainjector": "cainjector"}


def make_package(source: ChartSource, folder: Path) -> Path:
    """Write the package of the simulated chart into a folder."""
    return write_package(source, source.version, _VALUES, folder)


def render(release: str, namespace: str, chart: Chart, given: Mapping[str, Any]) -> list[Object]:
    """The definitions, and a Deployment for each of the three programs."""
    values = {**chart.values, **given}
    common = {
        "app.kubernetes.io/version": chart.app_version,
        "app.kubernetes.io/managed-by": "Helm",
    }
    common |= values["global"].get("commonLabels", {})
    return [
        *(_definition(one, common) for one in definitions()),
        *(
            _program(f"{release}{suffix}", namespace, part, common, chart, values)
            for suffix, part in _PARTS.items()
        ),
    ]


def definitions() -> list[Object]:
    """The kinds that cert-manager brings."""
    return [
        *(definition(_GROUP, kind) for kind in ("Certificate", "CertificateRequest", "Issuer")),
        definition(_GROUP, "ClusterIssuer", namespaced=False),
        *(definition(f"acme.{_GROUP}", kind) for kind in ("Order", "Challenge")),
    ]


def _definition(obj: Object, labels: Mapping[str, str]) -> Object:
    metadata = obj["metadata"] | {
        "labels": dict(labels),
        "annotations": {"helm.sh/resource-policy": "keep"},
    }
    return obj | {"metadata": metadata}


def _program(
    name: str,
    namespace: str,
    part: str,
    common: Mapping[str, str],
    chart: Chart,
    values: Mapping[str, Any],
) -> Object:
    own = {
        "app.kubernetes.io/name": "cert-manager" if part == "controller" else part,
        "app.kubernetes.io/instance": "cert-manager",
        "app.kubernetes.io/component": part,
    }
    place = f"{values['imageRegistry']}/{values['imageNamespace']}"
    image = f"{place}/cert-manager-{part}:{chart.app_version}"
    container = {"name": f"cert-manager-{part}", "image": image}
    spec: dict[str, Any] = {"containers": [container]}
    if secrets := values["global"].get("imagePullSecrets"):
        spec["imagePullSecrets"] = secrets
    template = {"metadata": {"labels": own}, "spec": spec}
    return make(
        "apps/v1",
        "Deployment",
        name,
        namespace,
        labels={**common, **own},
        spec={"replicas": 1, "selector": {"matchLabels": own}, "template": template},
    )
