"""The seals by which a server opens itself: their stanzas, and the secrets that they need."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from wizard.answers.secrets import Secret
from wizard.answers.unseal import AwsKmsUnseal, AzureUnseal, GcpKmsUnseal, TransitUnseal, Unseal


@dataclass(frozen=True, slots=True)
class SealSecret:
    """A secret of the answers that a seal needs: the answer's name, and the key in the Secret
    beside the server. `variable`: where Vault looks for it, if not in a file.
    """

    answer: str
    reference: Secret
    key: str
    variable: str = ""


def seal_secrets(unseal: Unseal) -> tuple[SealSecret, ...]:
    """What people gave for the seal; none where the pod's own identity does. The variables are
    those of Vault's documentation (https://developer.hashicorp.com/vault/docs/configuration/seal).
    """
    match unseal:
        case TransitUnseal():
            return (SealSecret("token", unseal.token, "token", "VAULT_TOKEN"),)
        case AwsKmsUnseal() if unseal.access_key and unseal.secret_key:
            return (
                SealSecret("accessKey", unseal.access_key, "access-key", "AWS_ACCESS_KEY_ID"),
                SealSecret("secretKey", unseal.secret_key, "secret-key", "AWS_SECRET_ACCESS_KEY"),
            )
        case GcpKmsUnseal() if unseal.credentials:
            return (SealSecret("credentials", unseal.credentials, "credentials.json"),)
        case AzureUnseal() if unseal.client_secret:
            secret = unseal.client_secret
            return (SealSecret("clientSecret", secret, "client-secret", "AZURE_CLIENT_SECRET"),)
        case _:
            return ()


def seal_stanza(kind: str, settings: Mapping[str, str]) -> str:
    """The stanza of a seal."""
    lines = "".join(f"  {name} = {json.dumps(text)}\n" for name, text in settings.items())
    return f'seal "{kind}" {{\n{lines}}}\n'


def transit_settings(unseal: TransitUnseal, folder: str) -> dict[str, str]:
    """The settings of a seal by another server, all but the token; its authority is in a folder."""
    settings = {
        "address": unseal.address.rstrip("/"),
        "mount_path": f"{unseal.mount.strip('/')}/",
        "key_name": unseal.key_name,
    }
    if unseal.ca_bundle:
        settings["tls_ca_cert"] = f"{folder}/ca.crt"
    return settings
