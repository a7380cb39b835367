"""The chart's StatefulSets."""

from collections.abc import Mapping
from typing import Any

from backends.simulated.harbor.claims import claim_spec
from backends.simulated.harbor.names import Frame
from backends.simulated.harbor.parts import (
    claimed,
    internal_tls,
    new_container,
    new_workload,
    secret_env,
    trust,
)
from wizard.ports import Object


def database(frame: Frame) -> Object:
    """The internal database."""
    given = frame.values["database"]["internal"]
    workload = stateful(frame, "database", given, "database-data")
    pod = workload["spec"]["template"]["spec"]
    database = pod["containers"][0]
    database["envFrom"] = [{"secretRef": {"name": frame.name("database")}}]
    database["readinessProbe"] = {"exec": {"command": ["/docker-healthcheck.sh"]}}
    shared = {"medium": "Memory", "sizeLimit": given["shmSizeLimit"]}
    pod["volumes"] = [*pod.get("volumes", []), {"name": "shm-volume", "emptyDir": shared}]
    return workload


def trivy(frame: Frame) -> Object:
    """The scanner."""
    workload = stateful(frame, "trivy", frame.values["trivy"], "data")
    own = frame.name("trivy")
    keys = {
        "SCANNER_TRIVY_GITHUB_TOKEN": "gitHubToken",
        "SCANNER_REDIS_URL": "redisURL",
        "SCANNER_STORE_REDIS_URL": "redisURL",
        "SCANNER_JOB_QUEUE_REDIS_URL": "redisURL",
    }
    scanner = workload["spec"]["template"]["spec"]["containers"][0]
    env = [secret_env(variable, own, key) for variable, key in keys.items()]
    scanner["env"] = [*env, *scanner.get("env", [])]
    return workload


def stateful(frame: Frame, component: str, given: Mapping[str, Any], volume: str) -> Object:
    """A StatefulSet with one volume of its own, as the claim in the values says."""
    persistence = frame.values["persistence"]
    claim = persistence["persistentVolumeClaim"][component]
    volumes: list[Object] = []
    templates: list[Object] = []
    if not persistence["enabled"]:
        volumes = [{"name": volume, "emptyDir": {}}]
    elif claim["existingClaim"]:
        volumes = [{"name": volume} | claimed(claim, "")]
    else:
        templates = [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": volume, "labels": frame.selector},
                "spec": claim_spec(claim),
            }
        ]
    if component == "trivy":
        volumes += [*internal_tls(frame, "trivy"), *trust(frame)]
    containers = [new_container(frame, component, given)]
    workload = new_workload(frame, component, given, containers, volumes)
    workload["kind"] = "StatefulSet"
    workload["spec"]["serviceName"] = frame.name(component)
    if templates:
        workload["spec"]["volumeClaimTemplates"] = templates
    return workload
