"""The chart's Deployments."""

from backends.simulated.harbor.names import Frame
from backends.simulated.harbor.parts import (
    admin_password,
    claimed,
    external_password,
    from_settings,
    internal_tls,
    new_container,
    new_workload,
    secret_env,
    secret_volume,
    shared_secrets,
    trust,
)
from wizard.ports import Object


def core(frame: Frame) -> Object:
    """Core: API, login, tokens."""
    values = frame.values
    given, own = values["core"], frame.name("core")
    env = shared_secrets(frame)
    env += [*admin_password(frame), *external_password(frame, "POSTGRESQL_PASSWORD")]
    if name := given["existingXsrfSecret"]:
        env.append(secret_env("CSRF_KEY", name, given["existingXsrfSecretKey"]))
    volumes = [
        {"name": "config", "configMap": {"name": own}},
        secret_volume("secret-key", values["existingSecretSecretKey"] or own),
        secret_volume("token-service-private-key", given["secretName"] or own),
        *internal_tls(frame, "core"),
        *trust(frame),
        {"name": "psc", "emptyDir": {}},
        *_download(frame),
    ]
    container = new_container(frame, "core", given, env=env, envFrom=from_settings(own, own))
    return new_workload(frame, "core", given, [container], volumes)


def _download(frame: Frame) -> list[Object]:
    """The CA for people to download; where there is none the chart leaves the volume empty."""
    if not frame.values["expose"]["tls"]["enabled"]:
        return []
    name = frame.values["caSecretName"]
    return [secret_volume("ca-download", name) if name else {"name": "ca-download", "emptyDir": {}}]


def jobservice(frame: Frame) -> Object:
    """The job service; its logs are in a volume, unless they go elsewhere."""
    given, own = frame.values["jobservice"], frame.name("jobservice")
    kept = frame.values["persistence"]["enabled"] and "file" in given["jobLoggers"]
    claim = frame.values["persistence"]["persistentVolumeClaim"]["jobservice"]["jobLog"]
    volumes = [
        {"name": "jobservice-config", "configMap": {"name": own}},
        {"name": "job-logs"} | (claimed(claim, own) if kept else {"emptyDir": {}}),
        *internal_tls(frame, "jobservice"),
        *trust(frame),
    ]
    env_from = from_settings(f"{own}-env", own)
    container = new_container(
        frame, "jobservice", given, env=shared_secrets(frame), envFrom=env_from
    )
    return _strategy(frame, new_workload(frame, "jobservice", given, [container], volumes))


def _strategy(frame: Frame, workload: Object) -> Object:
    workload["spec"]["strategy"] = {"type": frame.values["updateStrategy"]["type"]}
    return workload


def registry(frame: Frame) -> Object:
    """The registry and its controller, in one pod."""
    given, own = frame.values["registry"], frame.name("registry")
    login = given["credentials"]["existingSecret"] or f"{own}-htpasswd"
    storage = frame.values["persistence"]
    in_files = storage["enabled"] and storage["imageChartStorage"]["type"] == "filesystem"
    claim = storage["persistentVolumeClaim"]["registry"]
    env = []
    if name := given["existingSecret"]:
        env = [secret_env("REGISTRY_HTTP_SECRET", name, given["existingSecretKey"])]
    kind = storage["imageChartStorage"]["type"]
    more = storage["imageChartStorage"].get(kind, {}).get("existingSecret")
    env_from = [{"secretRef": {"name": name}} for name in (own, more) if name]
    ctl_env_from = [*from_settings(frame.name("registryctl"), frame.name("registryctl")), *env_from]
    containers = [
        new_container(frame, "registry", given["registry"], env=env, envFrom=env_from),
        new_container(
            frame, "registryctl", given["controller"],
            env=[*env, *shared_secrets(frame)[:2]], envFrom=ctl_env_from,
        ),
    ]  # fmt: skip
    volumes = [
        secret_volume("registry-htpasswd", login),
        {"name": "registry-config", "configMap": {"name": own}},
        {"name": "registry-data"} | (claimed(claim, own) if in_files else {"emptyDir": {}}),
        *internal_tls(frame, "registry"),
        *trust(frame),
    ]
    return _strategy(frame, new_workload(frame, "registry", given, containers, volumes))


def portal(frame: Frame) -> Object:
    """The web pages."""
    given = frame.values["portal"]
    volumes = [{"name": "portal-config", "configMap": {"name": frame.name("portal")}}]
    volumes += internal_tls(frame, "portal")
    return new_workload(frame, "portal", given, [new_container(frame, "portal", given)], volumes)


def nginx(frame: Frame) -> Object:
    """The proxy in front, for the exposures that have one."""
    given, tls = frame.values["nginx"], frame.values["expose"]["tls"]
    volumes: list[Object] = [{"name": "config", "configMap": {"name": frame.name("nginx")}}]
    if tls["enabled"]:
        given_secret = tls["certSource"] == "secret"
        name = tls["secret"]["secretName"] if given_secret else frame.name("nginx")
        volumes.append(secret_volume("certificate", name))
    return new_workload(frame, "nginx", given, [new_container(frame, "nginx", given)], volumes)


def exporter(frame: Frame) -> Object:
    """The exporter of metrics."""
    given, own = frame.values["exporter"], frame.name("exporter")
    env = [*admin_password(frame), *external_password(frame, "HARBOR_DATABASE_PASSWORD")]
    env_from = from_settings(f"{own}-env", own)
    container = new_container(frame, "exporter", given, env=env, envFrom=env_from)
    volumes = [secret_volume("config", own), *internal_tls(frame, "core"), *trust(frame)]
    return new_workload(frame, "exporter", given, [container], volumes)
