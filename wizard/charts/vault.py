"""HashiCorp's chart of Vault with a configuration of our own: the chart's has no TLS, and keeps
what one replica stores otherwise than several do.
"""

from typing import Any

from wizard.answers.authority import DeployedServer
from wizard.answers.preset import Preset
from wizard.answers.unseal import (
    AwsKmsUnseal,
    AzureUnseal,
    GcpKmsUnseal,
    Shamir,
    TransitUnseal,
    Unseal,
)
from wizard.answers.versions import VAULT_VERSION
from wizard.charts.engine import Engine, ServerSecrets, basic_configuration, chart_values
from wizard.charts.images import HUB, mirrored
from wizard.charts.seals import seal_secrets, seal_stanza, transit_settings
from wizard.ports import ChartSource

CHART_VERSION = "0.34.1"
"""The chart counts otherwise than Vault itself, whose version is that of the image."""
_REPOSITORY = "https://helm.releases.hashicorp.com"
_IMAGE = f"{HUB}/hashicorp/vault"

VAULT = Engine(
    "vault", "Vault", ChartSource("vault", CHART_VERSION, repository=_REPOSITORY), "VAULT"
)
"""HashiCorp Vault, by the chart that the wizard was tested with."""


def vault_values(preset: Preset, server: DeployedServer, secrets: ServerSecrets) -> dict[str, Any]:
    """The chart's values: raft, TLS, and what the seal needs; its pods start side by side."""
    image = {
        "repository": mirrored(_IMAGE, preset.delivery.image_mirrors),
        "tag": preset.versions.vault or VAULT_VERSION,
    }
    mounted = {"tls": secrets.certificate}
    if _in_files(server.unseal):
        mounted["seal"] = secrets.seal
    variables = [
        {"envName": one.variable, "secretName": secrets.seal, "secretKey": one.key}
        for one in seal_secrets(server.unseal)
        if one.variable
    ]
    return chart_values(
        VAULT,
        preset,
        server,
        mounted,
        configuration(server.unseal, server.replicas),
        image=image,
        extraSecretEnvironmentVars=variables,
    )


def configuration(unseal: Unseal, replicas: int = 1) -> str:
    """The server's configuration. No audit device: Vault takes these by its API alone."""
    return f"{basic_configuration(VAULT, replicas)}{_seal(unseal)}"


def _in_files(unseal: Unseal) -> bool:
    """Whether the seal reads something from files."""
    if isinstance(unseal, TransitUnseal):
        return unseal.ca_bundle is not None
    return isinstance(unseal, GcpKmsUnseal) and unseal.credentials is not None


def _seal(unseal: Unseal) -> str:
    """The stanza of an auto-unseal. Without one, people open it with their shares. What is secret
    is in variables, where Vault does not read it from a file.
    """
    settings: dict[str, str]
    match unseal:
        case Shamir():
            return ""
        case TransitUnseal():
            settings = transit_settings(unseal, VAULT.seal_folder)
        case AwsKmsUnseal():
            settings = {"region": unseal.region, "kms_key_id": unseal.kms_key_id}
        case GcpKmsUnseal():
            settings = {
                "project": unseal.project,
                "region": unseal.region,
                "key_ring": unseal.key_ring,
                "crypto_key": unseal.crypto_key,
            }
            if unseal.credentials:
                settings["credentials"] = f"{VAULT.seal_folder}/credentials.json"
        case AzureUnseal():
            settings = {"tenant_id": unseal.tenant_id}
            if unseal.client_id:
                settings["client_id"] = unseal.client_id
            settings |= {"vault_name": unseal.vault_name, "key_name": unseal.key_name}
        case _:
            raise ValueError(f"Vault has no seal {unseal.kind}")
    return seal_stanza(unseal.kind, settings)
