"""OpenBao's chart with a configuration of our own: the chart's stands for a storage that OpenBao
2.7 does not know any more (https://openbao.org/community/deprecation/).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wizard.answers.authority import DeployedServer
from wizard.answers.preset import Preset
from wizard.answers.unseal import Shamir, StaticUnseal, TransitUnseal, Unseal
from wizard.answers.versions import OPENBAO_VERSION
from wizard.charts.images import mirrored
from wizard.ports import ChartSource

CHART_VERSION = "0.29.2"
"""The chart counts otherwise than OpenBao itself, whose version is that of the image."""
RELEASE_NAME = "openbao"
PORT = 8200
PULL_SECRET = "openbao-pull"  # noqa: S105 - the name of a Secret

_FOLDER = "/openbao"
_IMAGE = "quay.io/openbao/openbao"
_PLAIN = {"active": {"enabled": False}, "standby": {"enabled": False}}
"""One Service for all pods: none is told the API server's name for itself."""
_SPREAD = {
    "podAntiAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {
                "weight": 100,
                "podAffinityTerm": {
                    "topologyKey": "kubernetes.io/hostname",
                    "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": RELEASE_NAME}},
                },
            }
        ]
    }
}
"""Each on a node of its own, as far as there are enough nodes."""


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """The Secrets beside the server: its certificate with the authority, and its seal's key."""

    certificate: str
    seal: str


Requests = Sequence[tuple[str, str, Mapping[str, Any]]]
"""Name, path and content of what the server does once, on its very first start."""


def openbao_chart() -> ChartSource:
    """The chart that the wizard was tested with."""
    repository = "https://openbao.github.io/openbao-helm"
    return ChartSource("openbao", CHART_VERSION, repository=repository)


def pod_names(replicas: int) -> Sequence[str]:
    """The names by which the server's pods reach each other."""
    return [f"{RELEASE_NAME}-{number}.{RELEASE_NAME}-internal" for number in range(replicas)]


def server_names(namespace: str, replicas: int) -> tuple[str, ...]:
    """The names in the server's certificate: its Services, and the end of a port-forward."""
    service = f"{RELEASE_NAME}.{namespace}"
    return (
        f"{service}.svc",
        f"{service}.svc.cluster.local",
        *pod_names(replicas),
        "localhost",
        "127.0.0.1",
    )


def openbao_values(
    preset: Preset, server: DeployedServer, secrets: ServerSecrets, first: Requests
) -> dict[str, Any]:
    """The chart's values: raft, TLS, audit told to the log, and what the seal needs."""
    registry, repository = _image(preset)
    mounted = {"tls": secrets.certificate}
    if not isinstance(server.unseal, Shamir):
        mounted["seal"] = secrets.seal
    values: dict[str, Any] = {
        "global": {"tlsDisable": False},
        "injector": {"enabled": False},
        "csi": {"enabled": False},
        "server": {
            "image": {
                "registry": registry,
                "repository": repository,
                "tag": preset.versions.openbao or OPENBAO_VERSION,
            },
            "updateStrategyType": "RollingUpdate",
            "podManagementPolicy": "Parallel",
            "affinity": _SPREAD if server.replicas > 1 else "",
            "authDelegator": {"enabled": False},
            "service": _PLAIN,
            "dataStorage": {"size": server.size, "storageClass": server.class_name},
            "extraEnvironmentVars": {"BAO_CACERT": f"{_FOLDER}/tls/ca.crt"},
            "volumes": [
                {"name": name, "secret": {"secretName": secret}} for name, secret in mounted.items()
            ],
            "volumeMounts": [
                {"name": name, "mountPath": f"{_FOLDER}/{name}", "readOnly": True}
                for name in mounted
            ],
            **_mode(server, configuration(server.unseal, first, server.replicas)),
        },
    }
    if preset.delivery.pull_secret is not None:
        values["global"]["imagePullSecrets"] = [{"name": PULL_SECRET}]
    return values


def _mode(server: DeployedServer, config: str) -> dict[str, Any]:
    """One replica, or several that agree among each other; what the others ask goes to those that
    are open. No node has a name: a first one got none, and must keep that.
    """
    if server.replicas == 1:
        return {"standalone": {"enabled": True, "config": config}}
    raft = {"enabled": True, "config": config}
    return {
        "standalone": {"enabled": False},
        "ha": {"enabled": True, "replicas": server.replicas, "raft": raft},
        "serviceAccount": {"serviceDiscovery": {"enabled": False}},
        "service": {**_PLAIN, "publishNotReadyAddresses": False},
    }


def configuration(unseal: Unseal, first: Requests, replicas: int = 1) -> str:
    """The server's configuration. Audit devices are declared: OpenBao takes none by its API."""
    return f"""\
ui = false
storage "raft" {{
  path = "{_FOLDER}/data"
  performance_multiplier = 1
{_joining(replicas)}}}
listener "tcp" {{
  address = "[::]:{PORT}"
  cluster_address = "[::]:8201"
  tls_cert_file = "{_FOLDER}/tls/tls.crt"
  tls_key_file = "{_FOLDER}/tls/tls.key"
}}
audit "file" "log" {{
  options = {{ file_path = "stdout" }}
}}
{_seal(unseal)}{_first_start(first)}"""


def _joining(replicas: int) -> str:
    """Where a replica that is new finds the others."""
    if replicas == 1:
        return ""
    return "".join(
        f"""\
  retry_join {{
    leader_api_addr = "https://{name}:{PORT}"
    leader_ca_cert_file = "{_FOLDER}/tls/ca.crt"
  }}
"""
        for name in pod_names(replicas)
    )


def _first_start(first: Requests) -> str:
    """What a server that opens itself does on its first start; it takes no such stanza else."""
    return f'initialize "wizard" {{\n{"".join(map(_request, first))}}}\n' if first else ""


def _seal(unseal: Unseal) -> str:
    """The stanza of an auto-unseal that OpenBao 2.7 has built in; what it needs is in files.
    Without one, people open it with their shares.
    """
    match unseal:
        case Shamir():
            return ""
        case StaticUnseal():
            settings = {"current_key_id": "first", "current_key": f"file://{_FOLDER}/seal/key"}
        case TransitUnseal():
            settings = {
                "address": unseal.address.rstrip("/"),
                "mount_path": f"{unseal.mount.strip('/')}/",
                "key_name": unseal.key_name,
                "token": f"file://{_FOLDER}/seal/token",
            }
            if unseal.ca_bundle:
                settings["tls_ca_cert"] = f"{_FOLDER}/seal/ca.crt"
        case _:
            raise ValueError(f"OpenBao has no seal {unseal.kind}")
    lines = "".join(f"  {name} = {json.dumps(text)}\n" for name, text in settings.items())
    return f'seal "{unseal.kind}" {{\n{lines}}}\n'


def _request(request: tuple[str, str, Mapping[str, Any]]) -> str:
    name, path, data = request
    fields = ", ".join(f"{key} = {json.dumps(value)}" for key, value in data.items())
    return f"""\
  request "{name}" {{
    operation = "update"
    path = "{path}"
    data = {{ {fields} }}
  }}
"""


def _image(preset: Preset) -> tuple[str, str]:
    """Registry and repository of the image, from a mirror where there is one."""
    registry, _, repository = mirrored(_IMAGE, preset.delivery.image_mirrors).partition("/")
    return registry, repository
