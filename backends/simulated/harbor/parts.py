"""Pieces that the chart's workloads are made of."""

from collections.abc import Mapping
from typing import Any

from backends.simulated.harbor.names import Frame
from wizard.ports import Object

_SECURITY = {
    "privileged": False,
    "allowPrivilegeEscalation": False,
    "seccompProfile": {"type": "RuntimeDefault"},
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
_USERS = {"database": 999, "redis": 999}
_PROBES: Mapping[str, tuple[str, int]] = {
    "core": ("/api/v2.0/ping", 8080),
    "jobservice": ("/api/v1/stats", 8080),
    "portal": ("/", 8080),
    "nginx": ("/", 8080),
    "registry": ("/", 5000),
    "registryctl": ("/api/health", 8080),
    "trivy": ("/probe/ready", 8080),
    "exporter": ("/", 8001),
}


def new_container(frame: Frame, name: str, given: Mapping[str, Any], **rest: Any) -> Object:
    """A container with its image, probe and extra variables; `rest` are further fields."""
    image = given["image"]
    container = {
        "name": name,
        "image": f"{image['repository']}:{image['tag']}",
        "imagePullPolicy": frame.values["imagePullPolicy"],
        "securityContext": _SECURITY,
        **rest,
    }
    if given.get("resources"):
        container["resources"] = given["resources"]
    if name in _PROBES:
        path, port = _PROBES[name]
        probe = {"httpGet": {"path": path, "port": port, "scheme": frame.scheme.upper()}}
        container |= {"readinessProbe": probe, "ports": [{"containerPort": port}]}
    extra = given.get("extraEnvVars") or []
    env = [*container.get("env", []), *extra]
    return container | ({"env": env} if env else {})


def new_workload(
    frame: Frame,
    component: str,
    given: Mapping[str, Any],
    containers: list[Object],
    volumes: list[Object],
) -> Object:
    """A Deployment; a StatefulSet is made from it."""
    user = _USERS.get(component, 10000)
    pod: Object = {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsUser": user, "fsGroup": user},
        "terminationGracePeriodSeconds": 120,
        "containers": containers,
    }
    optional = {"volumes": volumes, "imagePullSecrets": frame.values["imagePullSecrets"]} | {
        name: given.get(name)
        for name in ("serviceAccountName", "nodeSelector", "tolerations", "affinity",
                     "priorityClassName")
    }  # fmt: skip
    pod |= {name: value for name, value in optional.items() if value}
    metadata = {
        "labels": frame.labels_of(component) | (given.get("podLabels") or {}),
        "annotations": dict(given.get("podAnnotations") or {}),
    }
    spec = {
        "replicas": given.get("replicas", 1),
        "selector": {"matchLabels": frame.selector | {"component": component}},
        "template": {"metadata": metadata, "spec": pod},
    }
    workload = frame.object("apps/v1", "Deployment", frame.name(component), spec=spec)
    workload["metadata"]["labels"] = frame.labels_of(component)
    return workload


def secret_env(variable: str, name: str, key: str) -> Object:
    """A variable whose value is a Secret\'s."""
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def shared_secrets(frame: Frame) -> list[Object]:
    """The variables that core and jobservice have in common."""
    values = frame.values
    jobservice = values["jobservice"]
    env = [
        secret_env("CORE_SECRET", values["core"]["existingSecret"] or frame.name("core"), "secret"),
        secret_env(
            "JOBSERVICE_SECRET",
            jobservice["existingSecret"] or frame.name("jobservice"),
            jobservice["existingSecretKey"],
        ),
    ]
    if name := values["registry"]["credentials"]["existingSecret"]:
        env.append(secret_env("REGISTRY_CREDENTIAL_PASSWORD", name, "REGISTRY_PASSWD"))
    return env


def from_settings(config_map: str, secret: str) -> list[Object]:
    """All variables of a ConfigMap and of a Secret."""
    return [{"configMapRef": {"name": config_map}}, {"secretRef": {"name": secret}}]


def secret_volume(volume: str, name: str) -> Object:
    """A volume with the files of a Secret."""
    return {"name": volume, "secret": {"secretName": name}}


def admin_password(frame: Frame) -> list[Object]:
    """The first password of the admin, where it comes from another Secret."""
    name = frame.values["existingSecretAdminPassword"]
    key = frame.values["existingSecretAdminPasswordKey"]
    return [secret_env("HARBOR_ADMIN_PASSWORD", name, key)] if name else []


def external_password(frame: Frame, variable: str) -> list[Object]:
    """The password of an external database, where it comes from another Secret."""
    database = frame.values["database"]
    name = database["external"]["existingSecret"]
    if database["type"] == "internal" or not name:
        return []
    return [secret_env(variable, name, "password")]


def internal_tls(frame: Frame, component: str) -> list[Object]:
    """The certificate of a component, where they speak TLS to each other."""
    given = frame.values["internalTLS"]
    if not given["enabled"]:
        return []
    name = given[component]["secretName"] or f"{frame.name(component)}-internal-tls"
    return [secret_volume(f"{component}-internal-certs", name)]


def trust(frame: Frame) -> list[Object]:
    """Further authorities that a component trusts."""
    name = frame.values.get("caBundleSecretName")
    return [secret_volume("ca-bundle-certs", name)] if name else []


def claimed(given: Mapping[str, Any], name: str) -> Object:
    """What makes a volume of a claim: the one given, or the release\'s own."""
    return {"persistentVolumeClaim": {"claimName": given["existingClaim"] or name}}
