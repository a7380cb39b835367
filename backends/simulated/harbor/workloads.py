"""The chart's Deployments, StatefulSets and claims."""

from collections.abc import Mapping, Sequence
from typing import Any

from backends.simulated.harbor.names import Frame, checksum
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


def workloads(frame: Frame, settings: Sequence[Object]) -> list[Object]:
    """All workloads; `settings` are the release's Secrets and ConfigMaps."""
    values = frame.values
    made = [_core(frame), _jobservice(frame), _portal(frame), _registry(frame)]
    if frame.has_nginx:
        made.append(_nginx(frame))
    if values["metrics"]["enabled"]:
        made.append(_simple(frame, "exporter"))
    if values["database"]["type"] == "internal":
        made.append(_database(frame))
    if values["redis"]["type"] == "internal":
        made.append(_stateful(frame, "redis", values["redis"]["internal"], "data"))
    if values["trivy"]["enabled"]:
        made.append(_stateful(frame, "trivy", values["trivy"], "data"))
    for workload in made:
        _restart_with(workload, settings)
    return made


def _restart_with(workload: Object, settings: Sequence[Object]) -> None:
    """Annotate the pods with a checksum of each of their component's settings."""
    name = workload["metadata"]["name"]
    sums = {
        f"checksum/{obj['kind'].lower()}": checksum(obj)
        for obj in settings
        if obj["metadata"]["name"] == name
    }
    metadata = workload["spec"]["template"]["metadata"]
    metadata["annotations"] = sums | metadata.get("annotations", {})


def _container(frame: Frame, name: str, given: Mapping[str, Any], **rest: Any) -> Object:
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


def _workload(
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


def _secret_env(variable: str, name: str, key: str) -> Object:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def _shared_secrets(frame: Frame) -> list[Object]:
    """The variables that core and jobservice have in common."""
    values = frame.values
    jobservice = values["jobservice"]
    env = [
        _secret_env(
            "CORE_SECRET", values["core"]["existingSecret"] or frame.name("core"), "secret"
        ),
        _secret_env(
            "JOBSERVICE_SECRET",
            jobservice["existingSecret"] or frame.name("jobservice"),
            jobservice["existingSecretKey"],
        ),
    ]
    if name := values["registry"]["credentials"]["existingSecret"]:
        env.append(_secret_env("REGISTRY_CREDENTIAL_PASSWORD", name, "REGISTRY_PASSWD"))
    return env


def _core(frame: Frame) -> Object:
    values = frame.values
    given, own = values["core"], frame.name("core")
    env = _shared_secrets(frame)
    if name := values["existingSecretAdminPassword"]:
        key = values["existingSecretAdminPasswordKey"]
        env.append(_secret_env("HARBOR_ADMIN_PASSWORD", name, key))
    database = values["database"]
    if database["type"] == "external" and database["external"]["existingSecret"]:
        name = database["external"]["existingSecret"]
        env.append(_secret_env("POSTGRESQL_PASSWORD", name, "password"))
    if name := given["existingXsrfSecret"]:
        env.append(_secret_env("CSRF_KEY", name, given["existingXsrfSecretKey"]))
    volumes = [
        {"name": "config", "configMap": {"name": own}},
        _from_secret("secret-key", values["existingSecretSecretKey"] or own),
        _from_secret("token-service-private-key", given["secretName"] or own),
        *_internal_tls(frame, "core"),
        *_trust(frame),
    ]
    tls = values["expose"]["tls"]
    if tls["enabled"] and values["caSecretName"]:
        volumes.append(_from_secret("ca-download", values["caSecretName"]))
    container = _container(frame, "core", given, env=env, envFrom=_from(own, own))
    return _workload(frame, "core", given, [container], volumes)


def _from(config_map: str, secret: str) -> list[Object]:
    return [{"configMapRef": {"name": config_map}}, {"secretRef": {"name": secret}}]


def _from_secret(volume: str, name: str) -> Object:
    return {"name": volume, "secret": {"secretName": name}}


def _internal_tls(frame: Frame, component: str) -> list[Object]:
    given = frame.values["internalTLS"]
    if not given["enabled"]:
        return []
    name = given[component]["secretName"] or f"{frame.name(component)}-internal-tls"
    return [_from_secret(f"{component}-internal-certs", name)]


def _trust(frame: Frame) -> list[Object]:
    name = frame.values["caBundleSecretName"]
    return [_from_secret("ca-bundle-certs", name)] if name else []


def _jobservice(frame: Frame) -> Object:
    given, own = frame.values["jobservice"], frame.name("jobservice")
    kept = frame.values["persistence"]["enabled"] and "file" in given["jobLoggers"]
    claim = frame.values["persistence"]["persistentVolumeClaim"]["jobservice"]["jobLog"]
    volumes = [
        {"name": "jobservice-config", "configMap": {"name": own}},
        {"name": "job-logs"} | (_claimed(claim, own) if kept else {"emptyDir": {}}),
        *_internal_tls(frame, "jobservice"),
        *_trust(frame),
    ]
    env_from = _from(f"{own}-env", own)
    container = _container(frame, "jobservice", given, env=_shared_secrets(frame), envFrom=env_from)
    return _strategy(frame, _workload(frame, "jobservice", given, [container], volumes))


def _claimed(given: Mapping[str, Any], name: str) -> Object:
    return {"persistentVolumeClaim": {"claimName": given["existingClaim"] or name}}


def _strategy(frame: Frame, workload: Object) -> Object:
    workload["spec"]["strategy"] = {"type": frame.values["updateStrategy"]["type"]}
    return workload


def _registry(frame: Frame) -> Object:
    given, own = frame.values["registry"], frame.name("registry")
    login = given["credentials"]["existingSecret"] or f"{own}-htpasswd"
    storage = frame.values["persistence"]
    in_files = storage["enabled"] and storage["imageChartStorage"]["type"] == "filesystem"
    claim = storage["persistentVolumeClaim"]["registry"]
    env = []
    if name := given["existingSecret"]:
        env = [_secret_env("REGISTRY_HTTP_SECRET", name, given["existingSecretKey"])]
    kind = storage["imageChartStorage"]["type"]
    more = storage["imageChartStorage"].get(kind, {}).get("existingSecret")
    env_from = [{"secretRef": {"name": name}} for name in (own, more) if name]
    ctl_env_from = [*_from(frame.name("registryctl"), frame.name("registryctl")), *env_from]
    containers = [
        _container(frame, "registry", given["registry"], env=env, envFrom=env_from),
        _container(
            frame, "registryctl", given["controller"],
            env=[*env, *_shared_secrets(frame)[:2]], envFrom=ctl_env_from,
        ),
    ]  # fmt: skip
    volumes = [
        _from_secret("registry-htpasswd", login),
        {"name": "registry-config", "configMap": {"name": own}},
        {"name": "registry-data"} | (_claimed(claim, own) if in_files else {"emptyDir": {}}),
        *_internal_tls(frame, "registry"),
        *_trust(frame),
    ]
    return _strategy(frame, _workload(frame, "registry", given, containers, volumes))


def _simple(frame: Frame, component: str) -> Object:
    given = frame.values[component]
    return _workload(frame, component, given, [_container(frame, component, given)], [])


def _portal(frame: Frame) -> Object:
    given = frame.values["portal"]
    volumes = [{"name": "portal-config", "configMap": {"name": frame.name("portal")}}]
    volumes += _internal_tls(frame, "portal")
    return _workload(frame, "portal", given, [_container(frame, "portal", given)], volumes)


def _nginx(frame: Frame) -> Object:
    given, tls = frame.values["nginx"], frame.values["expose"]["tls"]
    volumes: list[Object] = [{"name": "config", "configMap": {"name": frame.name("nginx")}}]
    if tls["enabled"]:
        from_secret = tls["certSource"] == "secret"
        name = tls["secret"]["secretName"] if from_secret else frame.name("nginx")
        volumes.append(_from_secret("certificate", name))
    return _workload(frame, "nginx", given, [_container(frame, "nginx", given)], volumes)


def _database(frame: Frame) -> Object:
    given = frame.values["database"]["internal"]
    workload = _stateful(frame, "database", given, "database-data")
    pod = workload["spec"]["template"]["spec"]
    database = pod["containers"][0]
    database["envFrom"] = [{"secretRef": {"name": frame.name("database")}}]
    database["readinessProbe"] = {"exec": {"command": ["/docker-healthcheck.sh"]}}
    shared = {"medium": "Memory", "sizeLimit": given["shmSizeLimit"]}
    pod["volumes"] = [*pod.get("volumes", []), {"name": "shm-volume", "emptyDir": shared}]
    return workload


def _stateful(frame: Frame, component: str, given: Mapping[str, Any], volume: str) -> Object:
    persistence = frame.values["persistence"]
    claim = persistence["persistentVolumeClaim"][component]
    volumes: list[Object] = []
    templates: list[Object] = []
    if not persistence["enabled"]:
        volumes = [{"name": volume, "emptyDir": {}}]
    elif claim["existingClaim"]:
        volumes = [{"name": volume} | _claimed(claim, "")]
    else:
        templates = [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": volume, "labels": frame.selector},
                "spec": _claim_spec(claim),
            }
        ]
    if component == "trivy":
        volumes += [*_internal_tls(frame, "trivy"), *_trust(frame)]
    containers = [_container(frame, component, given)]
    workload = _workload(frame, component, given, containers, volumes)
    workload["kind"] = "StatefulSet"
    workload["spec"]["serviceName"] = frame.name(component)
    if templates:
        workload["spec"]["volumeClaimTemplates"] = templates
    return workload


def _claim_spec(given: Mapping[str, Any]) -> Object:
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
            "v1", "PersistentVolumeClaim", frame.name(component), spec=_claim_spec(claim)
        )
        keep = {"helm.sh/resource-policy": "keep"} if persistence["resourcePolicy"] else {}
        obj["metadata"]["annotations"] = dict(claim.get("annotations") or {}) | keep
        obj["metadata"]["labels"] = frame.labels_of(component)
        made.append(obj)
    return made
