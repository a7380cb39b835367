"""What OpenBao and Vault have in common where the wizard installs one: their charts are of one
origin, their configuration too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wizard.answers.authority import DeployedServer
from wizard.answers.preset import Preset
from wizard.answers.unseal import TransitUnseal
from wizard.ports import ChartSource

PORT = 8200

Requests = Sequence[tuple[str, str, Mapping[str, Any]]]
"""Name, path and content of what a new server is told once."""

_PLAIN = {"active": {"enabled": False}, "standby": {"enabled": False}}
"""One Service for all pods: none is told the API server's name for itself."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One of the two. `name` is also that of its release and, without an answer, its namespace;
    `variables` is what the names of its environment variables begin with.
    """

    name: str
    title: str
    chart: ChartSource
    variables: str

    @property
    def folder(self) -> str:
        """Where all that it reads and writes is, in its container."""
        return f"/{self.name}"

    @property
    def seal_folder(self) -> str:
        """Where its seal finds what it needs, where that is in files."""
        return f"{self.folder}/seal"

    @property
    def pull_secret(self) -> str:
        """The Secret with the login for its image."""
        return f"{self.name}-pull"

    def pod_names(self, replicas: int) -> Sequence[str]:
        """The names by which its pods reach each other."""
        return [f"{self.name}-{number}.{self.name}-internal" for number in range(replicas)]

    def server_names(self, namespace: str, replicas: int) -> tuple[str, ...]:
        """The names in its certificate: its Services, and the end of a port-forward."""
        service = f"{self.name}.{namespace}"
        return (
            f"{service}.svc",
            f"{service}.svc.cluster.local",
            *self.pod_names(replicas),
            "localhost",
            "127.0.0.1",
        )


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """The Secrets beside the server: its certificate, and what its seal needs."""

    certificate: str
    seal: str


def chart_values(
    engine: Engine,
    preset: Preset,
    server: DeployedServer,
    mounted: Mapping[str, str],
    config: str,
    **more: Any,
) -> dict[str, Any]:
    """The chart's values: raft, TLS, and the Secrets that are mounted below the engine's folder,
    by the name there. `more` is the server's, where the two charts differ.
    """
    values: dict[str, Any] = {
        "global": {"tlsDisable": False},
        "injector": {"enabled": False},
        "csi": {"enabled": False},
        "server": {
            "updateStrategyType": "RollingUpdate",
            "affinity": _spread(engine) if server.replicas > 1 else "",
            "authDelegator": {"enabled": False},
            "service": _PLAIN,
            "dataStorage": {"size": server.size, "storageClass": server.class_name},
            "extraEnvironmentVars": _environment(engine, server),
            "volumes": [
                {"name": name, "secret": {"secretName": secret}} for name, secret in mounted.items()
            ],
            "volumeMounts": [
                {"name": name, "mountPath": f"{engine.folder}/{name}", "readOnly": True}
                for name in mounted
            ],
            **_mode(server, config),
            **more,
        },
    }
    if preset.delivery.pull_secret is not None:
        values["global"]["imagePullSecrets"] = [{"name": engine.pull_secret}]
    return values


def _spread(engine: Engine) -> dict[str, Any]:
    """Each on a node of its own, as far as there are enough nodes."""
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": engine.name}},
    }
    return {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 100, "podAffinityTerm": term}
            ]
        }
    }


def _environment(engine: Engine, server: DeployedServer) -> dict[str, str]:
    """What the program beside the server needs to trust it. A transit seal would take it for the
    authority of the other server.
    """
    if isinstance(server.unseal, TransitUnseal):
        return {}
    return {f"{engine.variables}_CACERT": f"{engine.folder}/tls/ca.crt"}


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


def basic_configuration(engine: Engine, replicas: int) -> str:
    """The stanzas for storage and listener, which both read alike."""
    folder = engine.folder
    return f"""\
ui = false
storage "raft" {{
  path = "{folder}/data"
  performance_multiplier = 1
{_joining(engine, replicas)}}}
listener "tcp" {{
  address = "[::]:{PORT}"
  cluster_address = "[::]:8201"
  tls_cert_file = "{folder}/tls/tls.crt"
  tls_key_file = "{folder}/tls/tls.key"
}}
"""


def _joining(engine: Engine, replicas: int) -> str:
    """Where a replica that is new finds the others."""
    if replicas == 1:
        return ""
    return "".join(
        f"""\
  retry_join {{
    leader_api_addr = "https://{name}:{PORT}"
    leader_ca_cert_file = "{engine.folder}/tls/ca.crt"
  }}
"""
        for name in engine.pod_names(replicas)
    )
