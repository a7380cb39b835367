"""Raw chart values of a person (`harbor.values`): merged last, within bounds."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.answers.problems import Problem

PREFIX = "harbor.values"

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


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`: maps deep, all else replaced, as Helm merges values."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(below, value)
        else:
            result[key] = value
    return result


def refused(values: Mapping[str, Any]) -> list[Problem]:
    """What `harbor.values` must not set: what other answers own, and the chart's own passwords."""
    return [problem for path, value in _paths(values) for problem in _refusal(path, value)]


def _refusal(path: str, value: object) -> Iterator[Problem]:
    if path in OWNED:
        answer = OWNED[path]
        fix = f"use the answer `{answer}`" if answer else "leave it out: it is made once and kept"
        yield Problem(f"{PREFIX}.{path}", "this chart value is set by the wizard", fix)
    elif isinstance(value, str) and value in CHART_DEFAULTS:
        yield Problem(
            f"{PREFIX}.{path}",
            "this is a password that everybody knows: it stands in Harbor's chart",
            "choose another one",
        )


def _paths(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every path with its value, branches before their leaves; below an owned path nothing.

    A branch that is set to something other than a map replaces all that the wizard sets in it.
    """
    for key, value in values.items():
        path = f"{prefix}{key}"
        yield path, value
        if path in OWNED:
            continue
        if isinstance(value, Mapping):
            yield from _paths(value, f"{path}.")
        else:
            below = next((one for one in OWNED if one.startswith(f"{path}.")), None)
            if below is not None:
                yield below, value


def unknown(values: Mapping[str, Any], chart_text: str) -> list[Problem]:
    """Paths in `harbor.values` that the chart does not know: Helm ignores them in silence.

    The chart has no schema. So a path counts as known where its values.yaml (`chart_text`) has it,
    or holds its last key as a comment, or leaves the map around it open (`{}`).
    """
    import yaml

    comments = set(re.findall(r"^\s*#[\s#-]*([A-Za-z]\w*):", chart_text, re.MULTILINE))
    return list(_unknown(values, yaml.safe_load(chart_text) or {}, comments, ""))


def _unknown(
    values: Mapping[str, Any], chart: Mapping[str, Any], comments: set[str], prefix: str
) -> Iterator[Problem]:
    for key, value in values.items():
        path = f"{prefix}{key}"
        if key in chart:
            below = chart[key]
            if isinstance(value, Mapping) and isinstance(below, Mapping) and below:
                yield from _unknown(value, below, comments, f"{path}.")
        elif key not in comments:
            close = difflib.get_close_matches(key, chart, 1, cutoff=0.75)
            yield Problem(
                f"{PREFIX}.{path}",
                "the chart does not know this value and would ignore it",
                f"did you mean `{prefix}{close[0]}`?" if close else "see the chart's values.yaml",
                severity="warning",
            )
