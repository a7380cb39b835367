"""How a Vault or OpenBao that the wizard installs is opened after every start."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from wizard.answers.scalars import LocalPath, Positive, Text, Url
from wizard.answers.secrets import GivenSecret, Secret
from wizard.answers.section import Section, answer

_COPIED = "copied into a Secret beside the server"

KeysFilePath = Annotated[LocalPath, AfterValidator(Path.expanduser), Field(validate_default=True)]


class Shamir(Section):
    """By people: a number of key shares out of several."""

    label = "Key shares"
    kind: Literal["shamir"]
    shares: Positive = answer(
        5, label="Shares", help="How many shares are made.", unit="shares", front=True
    )
    threshold: Positive = answer(
        3, label="Needed", help="How many of them open the server.", unit="shares", front=True
    )
    pgp_keys: tuple[LocalPath, ...] = answer(
        (),
        label="PGP keys",
        help="Public keys of the holders, one for each share: shares are then encrypted.",
        example=["alice.asc", "bob.asc"],
    )
    keys_file: KeysFilePath = answer(
        Path("~/harbor-unseal-keys.json"),
        label="Keys file",
        help="Where the shares are written, readable by you alone, never inside a git work tree. "
        "Move it to safety afterwards: it opens the server.",
        front=True,
    )


class Recovery(Section):
    """Who gets the recovery keys of a server that is initialised from outside and opens itself."""

    shares: Positive = answer(5, label="Shares", help="How many keys are made.", unit="keys")
    threshold: Positive = answer(
        3, label="Needed", help="How many of them make a new root token.", unit="keys"
    )
    pgp_keys: tuple[LocalPath, ...] = answer(
        (),
        label="PGP keys",
        help="Public keys of the holders, one for each: what they get is then encrypted.",
        example=["alice.asc", "bob.asc"],
    )
    keys_file: KeysFilePath = answer(
        Path("~/harbor-recovery-keys.json"),
        label="Keys file",
        help="Where they are written, readable by you alone, never inside a git work tree. Move "
        "it to safety afterwards.",
    )


Holders = Shamir | Recovery
"""The answers that say who gets the shares of a key, and where these are written."""


class StaticUnseal(Section):
    """By a key in a file beside the server (OpenBao only)."""

    label = "A key file"
    kind: Literal["static"]
    key: Secret = answer(
        label="Key", help="32 bytes in base64.", example={"generate": True}, stored=_COPIED
    )


class TransitUnseal(Section):
    """By another Vault or OpenBao."""

    label = "Another Vault"
    kind: Literal["transit"]
    address: Url = answer(label="Address", help="Its address.", example="https://vault.corp:8200")
    ca_bundle: LocalPath | None = answer(None, label="CA bundle", help="PEM file of its authority.")
    mount: Text = answer("transit", label="Mount", help="Where its transit engine is mounted.")
    key_name: Text = answer(label="Key", help="The key's name.", example="harbor-unseal")
    token: GivenSecret = answer(
        label="Token", help="A token that may use it.", example={"env": "TOKEN"}, stored=_COPIED
    )


class AwsKmsUnseal(Section):
    """By a key of AWS KMS (Vault only); credentials come from the pod's role or are given."""

    label = "AWS KMS"
    kind: Literal["awskms"]
    region: Text = answer(label="Region", help="The region.", example="eu-central-1")
    kms_key_id: Text = answer(label="Key", help="Id or ARN of the key.", example="alias/harbor")
    access_key: GivenSecret | None = answer(
        None, label="Access key", help="The id of an access key.", stored=_COPIED
    )
    secret_key: GivenSecret | None = answer(
        None, label="Secret key", help="Its secret part.", stored=_COPIED
    )


class GcpKmsUnseal(Section):
    """By a key of Google Cloud KMS (Vault only)."""

    label = "Google Cloud KMS"
    kind: Literal["gcpckms"]
    project: Text = answer(label="Project", help="The project.", example="registry-prod")
    region: Text = answer(label="Location", help="The location.", example="europe-west3")
    key_ring: Text = answer(label="Key ring", help="The key ring.", example="harbor")
    crypto_key: Text = answer(label="Key", help="The key.", example="unseal")
    credentials: GivenSecret | None = answer(
        None,
        label="Service account key",
        help="The JSON key of a service account; without it the workload's identity.",
        stored=_COPIED,
    )


class AzureUnseal(Section):
    """By a key of Azure Key Vault (Vault only)."""

    label = "Azure Key Vault"
    kind: Literal["azurekeyvault"]
    tenant_id: Text = answer(label="Tenant", help="The tenant's id.")
    vault_name: Text = answer(label="Key vault", help="The key vault.", example="harbor-kv")
    key_name: Text = answer(label="Key", help="The key.", example="unseal")
    client_id: Text | None = answer(
        None, label="Client", help="The client's id; without it the managed identity."
    )
    client_secret: GivenSecret | None = answer(
        None, label="Client secret", help="The client's secret.", stored=_COPIED
    )


Unseal = Annotated[
    Shamir | StaticUnseal | TransitUnseal | AwsKmsUnseal | GcpKmsUnseal | AzureUnseal,
    Field(discriminator="kind"),
]
