"""Rules about raw chart values (`harbor.values`): what other answers own, and known passwords."""

from collections.abc import Iterator, Mapping
from typing import Any

from wizard.answers.paths import Path, format_path
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem

PREFIX = ("harbor", "values")

OWNED = {
    "nameOverride": "target.release",
    "fullnameOverride": "target.release",
    "externalURL": "harbor.url",
    "expose.type": "harbor.expose.kind",
    "expose.tls": "pki",
    "expose.ingress.hosts": "harbor.url",
    "expose.ingress.className": "harbor.expose.className",
    "expose.ingress.annotations": "harbor.expose.annotations",
    "expose.route.hosts": "harbor.url",
    "expose.route.parentRefs": "harbor.expose.parentRefs",
    "expose.clusterIP.name": "target.release",
    "expose.nodePort.name": "target.release",
    "expose.nodePort.ports.http.nodePort": "harbor.expose.httpPort",
    "expose.nodePort.ports.https.nodePort": "harbor.expose.httpsPort",
    "expose.loadBalancer.name": "target.release",
    "expose.loadBalancer.IP": "harbor.expose.ip",
    "expose.loadBalancer.sourceRanges": "harbor.expose.sourceRanges",
    "expose.loadBalancer.annotations": "harbor.expose.annotations",
    "internalTLS": "harbor.internalTls",
    "caSecretName": "pki",
    "caBundleSecretName": "network.caBundle",
    "persistence.enabled": "storage",
    "persistence.persistentVolumeClaim.registry": "storage.volumes.registry",
    "persistence.persistentVolumeClaim.jobservice": "storage.volumes.jobLog",
    "persistence.persistentVolumeClaim.database": "storage.volumes.database",
    "persistence.persistentVolumeClaim.redis": "storage.volumes.redis",
    "persistence.persistentVolumeClaim.trivy": "storage.volumes.trivy",
    "persistence.imageChartStorage": "storage.blobs",
    "updateStrategy": "storage.volumes.registry.accessMode",
    "harborAdminPassword": "harbor.adminPassword",
    "existingSecretAdminPassword": "harbor.adminPassword",
    "existingSecretAdminPasswordKey": "harbor.adminPassword",
    "secretKey": "harbor.secretKey",
    "existingSecretSecretKey": "harbor.secretKey",
    "core.secret": "",
    "core.existingSecret": "",
    "core.secretName": "",
    "core.tokenKey": "",
    "core.tokenCert": "",
    "core.xsrfKey": "",
    "core.existingXsrfSecret": "",
    "core.existingXsrfSecretKey": "",
    "jobservice.secret": "",
    "jobservice.existingSecret": "",
    "jobservice.existingSecretKey": "",
    "registry.secret": "",
    "registry.existingSecret": "",
    "registry.existingSecretKey": "",
    "registry.credentials": "",
    "registry.relativeurls": "pki",
    "database.type": "harbor.database.kind",
    "database.internal.password": "harbor.database.password",
    "database.external": "harbor.database",
    "redis.type": "harbor.redis.kind",
    "redis.external": "harbor.redis",
    "trivy.enabled": "harbor.scanner.trivy.enabled",
    "trivy.offlineScan": "harbor.scanner.trivy.offline",
    "trivy.skipUpdate": "harbor.scanner.trivy.offline",
    "trivy.skipJavaDBUpdate": "harbor.scanner.trivy.offline",
    "trivy.dbRepository": "harbor.scanner.trivy.dbRepositories",
    "trivy.javaDBRepository": "harbor.scanner.trivy.javaDbRepositories",
    "metrics.enabled": "harbor.metrics.enabled",
    "metrics.serviceMonitor.enabled": "harbor.metrics.serviceMonitor",
    "proxy": "network",
    "imagePullSecrets": "delivery.pullSecret",
    **{
        f"{place}.image": "delivery.imageMirrors"
        for place in (
            "nginx",
            "portal",
            "core",
            "jobservice",
            "registry.registry",
            "registry.controller",
            "trivy",
            "database.internal",
            "redis.internal",
            "exporter",
        )
    },
    **{
        f"{component}.replicas": f"harbor.replicas.{component}"
        for component in (
            "core",
            "portal",
            "nginx",
            "jobservice",
            "registry",
            "trivy",
            "exporter",
        )
    },
    **{
        f"{place}.resources": f"harbor.resources.{component}"
        for place, component in (
            ("core", "core"),
            ("portal", "portal"),
            ("nginx", "nginx"),
            ("jobservice", "jobservice"),
            ("registry.registry", "registry"),
            ("registry.controller", "registryctl"),
            ("trivy", "trivy"),
            ("exporter", "exporter"),
            ("database.internal", "database"),
            ("redis.internal", "redis"),
        )
    },
}
"""Paths of the chart that the wizard sets, and the answer to use instead; empty: there is none,
as the wizard makes that secret once and keeps it.
"""

CHART_DEFAULTS = frozenset(
    {
        "Harbor12345",
        "changeit",
        "not-a-secure-key",
        "harbor_registry_password",
        "base64encodedaccountkey",
    }
)
"""Secrets that everybody knows, since they stand in the chart."""


def raw_values(preset: Preset) -> Iterator[Problem]:
    """What `harbor.values` must not set, so that every chart value has one owner."""
    for path, value in _paths(preset.harbor.values):
        yield from _refusal(path, value)


def _refusal(path: Path, value: object) -> Iterator[Problem]:
    place, answer = format_path((*PREFIX, *path)), OWNED.get(_dotted(path))
    if answer is not None:
        fix = f"Use the answer `{answer}`." if answer else "Leave it out: it is made once and kept."
        yield Problem(place, "this chart value is set by the wizard", fix)
    elif isinstance(value, str) and value in CHART_DEFAULTS:
        yield Problem(
            place,
            "this is a password that everybody knows: it stands in Harbor's chart",
            "Choose another one.",
        )


def _paths(values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every path with its value, branches before their leaves; below an owned path nothing.

    A branch that is set to something other than a map replaces all that the wizard sets in it.
    """
    for key, value in values.items():
        path = (*above, key)
        yield path, value
        if _dotted(path) in OWNED:
            continue
        if isinstance(value, Mapping):
            yield from _paths(value, path)
        else:
            start = f"{_dotted(path)}."
            below = next((one for one in OWNED if one.startswith(start)), None)
            if below is not None:
                yield tuple(below.split(".")), value


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
