"""The chart's Secrets and ConfigMaps."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from backends.simulated.harbor.names import Frame
from wizard.ports import Object


def secrets(frame: Frame) -> list[Object]:
    """The Secrets, without what the values give by reference to other Secrets."""
    values = frame.values
    made = {
        "core": _core(values),
        "jobservice": _jobservice(values),
        "registry": _registry(values),
        "registryctl": {},
    }
    if values["database"]["type"] == "internal":
        made["database"] = {"POSTGRES_PASSWORD": values["database"]["internal"]["password"]}
    if values["trivy"]["enabled"]:
        token = values["trivy"]["gitHubToken"]
        made["trivy"] = {"redisURL": redis_url(frame, "trivyAdapterIndex", 5), "gitHubToken": token}
    if not values["registry"]["credentials"]["existingSecret"]:
        made["registry-htpasswd"] = {"REGISTRY_HTPASSWD": _htpasswd(values)}
    if values["metrics"]["enabled"]:
        made["exporter"] = _exporter(values)
    return [
        frame.object("v1", "Secret", frame.name(name), type="Opaque", data=_encoded(data))
        for name, data in sorted(made.items())
    ]


def _encoded(data: Mapping[str, Any]) -> dict[str, str]:
    return {key: base64.b64encode(str(text).encode()).decode() for key, text in data.items()}


def _core(values: Mapping[str, Any]) -> dict[str, Any]:
    """What core reads. Where the real chart rolls dice, a fixed text says so."""
    core = values["core"]
    database = values["database"]
    data: dict[str, Any] = {}
    if not values["existingSecretSecretKey"]:
        data["secretKey"] = values["secretKey"]
    if not core["existingSecret"]:
        data["secret"] = core["secret"] or "simulated-secret"
    if not core["secretName"]:
        data |= {"tls.key": "simulated key", "tls.crt": "simulated certificate"}
    if not values["existingSecretAdminPassword"]:
        data["HARBOR_ADMIN_PASSWORD"] = values["harborAdminPassword"]
    if database["type"] == "internal" or not database["external"]["existingSecret"]:
        data["POSTGRESQL_PASSWORD"] = database[database["type"]]["password"]
    if not values["registry"]["credentials"]["existingSecret"]:
        data["REGISTRY_CREDENTIAL_PASSWORD"] = values["registry"]["credentials"]["password"]
    if not core["existingXsrfSecret"]:
        data["CSRF_KEY"] = core["xsrfKey"] or "simulated-key-of-32-characters--"
    return data


def _exporter(values: Mapping[str, Any]) -> dict[str, Any]:
    database = values["database"]
    data: dict[str, Any] = {}
    if database["type"] == "internal" or not database["external"]["existingSecret"]:
        data["HARBOR_DATABASE_PASSWORD"] = database[database["type"]]["password"]
    if not values["existingSecretAdminPassword"]:
        data["HARBOR_ADMIN_PASSWORD"] = values["harborAdminPassword"]
    return data


def _jobservice(values: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if not values["jobservice"]["existingSecret"]:
        data["JOBSERVICE_SECRET"] = values["jobservice"]["secret"] or "simulated-secret"
    if not values["registry"]["credentials"]["existingSecret"]:
        data["REGISTRY_CREDENTIAL_PASSWORD"] = values["registry"]["credentials"]["password"]
    return data


def _registry(values: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if not values["registry"]["existingSecret"]:
        data["REGISTRY_HTTP_SECRET"] = values["registry"]["secret"] or "simulated-secret"
    if not values["redis"]["external"]["existingSecret"]:
        external = values["redis"]["type"] == "external"
        data["REGISTRY_REDIS_PASSWORD"] = values["redis"]["external"]["password"] * external
    return data


def _htpasswd(values: Mapping[str, Any]) -> str:
    credentials = values["registry"]["credentials"]
    return str(credentials["htpasswdString"] or f"{credentials['username']}:simulated")


def config_maps(frame: Frame) -> list[Object]:
    """The ConfigMaps."""
    made = {
        "core": _core_environment(frame),
        "jobservice": {"config.yml": _jobservice_file(frame)},
        "jobservice-env": _jobservice_environment(frame),
        "portal": {"nginx.conf": "worker_processes auto;\n"},
        "registry": {"config.yml": _registry_file(frame), "ctl-config.yml": "protocol: http\n"},
        "registryctl": {},
    }
    if frame.has_nginx:
        made["nginx"] = {"nginx.conf": "worker_processes auto;\n"}
    if frame.values["metrics"]["enabled"]:
        made["exporter-env"] = {"LOG_LEVEL": frame.values["logLevel"]}
    return [
        frame.object("v1", "ConfigMap", frame.name(name), data=data)
        for name, data in sorted(made.items())
    ]


def redis_url(frame: Frame, index: str, internal: int) -> str:
    """The address of a Redis database: by its index in the values, or the internal one."""
    redis = frame.values["redis"]
    if redis["type"] == "internal":
        return f"redis://{frame.name('redis')}:6379/{internal}"
    scheme = "rediss" if redis["external"]["tlsOptions"]["enable"] else "redis"
    return f"{scheme}://{redis['external']['addr']}/{redis['external'][index]}"


def _shared_environment(frame: Frame) -> dict[str, str]:
    values, scheme = frame.values, frame.scheme
    proxy = values["proxy"]
    components = ["core", "jobservice", "database", "registry", "portal", "trivy", "exporter"]
    inside = [frame.name(component) for component in components]
    return {
        "CORE_URL": f"{scheme}://{frame.name('core')}:{443 if scheme == 'https' else 80}",
        "HTTP_PROXY": proxy["httpProxy"] or "",
        "HTTPS_PROXY": proxy["httpsProxy"] or "",
        "LOG_LEVEL": values["logLevel"],
        "NO_PROXY": ",".join([*inside, proxy["noProxy"]]),
        "REGISTRY_CREDENTIAL_USERNAME": values["registry"]["credentials"]["username"],
        "REGISTRY_URL": f"{scheme}://{frame.name('registry')}:5000",
    }


def _core_environment(frame: Frame) -> dict[str, str]:
    values = frame.values
    database = values["database"]
    external = database["external"]
    internal = database["type"] == "internal"
    return _shared_environment(frame) | {
        "app.conf": "appname = Harbor\nrunmode = prod\n",
        "DATABASE_TYPE": "postgresql",
        "POSTGRESQL_HOST": frame.name("database") if internal else external["host"],
        "POSTGRESQL_PORT": "5432" if internal else str(external["port"]),
        "POSTGRESQL_USERNAME": "postgres" if internal else external["username"],
        "POSTGRESQL_DATABASE": "registry" if internal else external["coreDatabase"],
        "POSTGRESQL_SSLMODE": "disable" if internal else external["sslmode"],
        "EXT_ENDPOINT": values["externalURL"],
        "WITH_TRIVY": str(values["trivy"]["enabled"]).lower(),
        "REGISTRY_STORAGE_PROVIDER_NAME": values["persistence"]["imageChartStorage"]["type"],
        "_REDIS_URL_CORE": redis_url(frame, "coreDatabaseIndex", 0),
        "_REDIS_URL_REG": redis_url(frame, "registryDatabaseIndex", 2),
    }


def _jobservice_environment(frame: Frame) -> dict[str, str]:
    return _shared_environment(frame)


def _jobservice_file(frame: Frame) -> str:
    jobservice = frame.values["jobservice"]
    loggers = ", ".join(jobservice["jobLoggers"])
    url = redis_url(frame, "jobserviceDatabaseIndex", 1)
    return (
        f"worker_pool:\n  workers: {jobservice['maxJobWorkers']}\n  redis_pool:\n"
        f'    redis_url: "{url}"\njob_loggers: [{loggers}]\n'
    )


def _registry_file(frame: Frame) -> str:
    storage = frame.values["persistence"]["imageChartStorage"]
    kind = storage["type"]
    shown = {k: v for k, v in storage[kind].items() if k != "existingSecret" and v}
    relative = str(frame.values["registry"]["relativeurls"]).lower()
    place = json.dumps(shown)
    return f"version: 0.1\nstorage:\n  {kind}: {place}\nhttp:\n  relativeurls: {relative}\n"
