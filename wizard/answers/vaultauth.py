"""How to log in to a Vault or OpenBao that exists."""

from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.scalars import LocalPath, Text
from wizard.answers.secrets import GivenSecret
from wizard.answers.section import Section, answer

_COPIED = "copied into a Secret that cert-manager reads, where it needs it"


class TokenAuth(Section):
    """By a token; cert-manager does not renew it."""

    label = "Token"
    kind: Literal["token"]
    token: GivenSecret = answer(
        label="Token", help="The token.", example={"env": "VAULT_TOKEN"}, stored=_COPIED
    )


class AppRoleAuth(Section):
    """By a role and its secret."""

    label = "AppRole"
    kind: Literal["approle"]
    mount: Text = answer("approle", label="Mount", help="Where the method is mounted.")
    role_id: Text = answer(label="Role id", help="The id of the role.")
    secret_id: GivenSecret = answer(
        label="Secret id", help="Its secret.", example={"env": "VAULT_SECRET_ID"}, stored=_COPIED
    )


class UserpassAuth(Section):
    """By user and password, for the wizard alone: cert-manager cannot use it."""

    label = "User and password"
    kind: Literal["userpass"]
    mount: Text = answer("userpass", label="Mount", help="Where the method is mounted.")
    username: Text = answer(label="User", help="The user.", example="harbor-wizard")
    password: GivenSecret = answer(
        label="Password", help="The password.", example={"prompt": True}, stored=_COPIED
    )


class KubernetesAuth(Section):
    """By a ServiceAccount of the cluster."""

    label = "ServiceAccount"
    kind: Literal["kubernetes"]
    mount: Text = answer("kubernetes", label="Mount", help="Where the method is mounted.")
    role: Text = answer(label="Role", help="The role there.", example="harbor")


class CertificateAuth(Section):
    """By a client certificate."""

    label = "Client certificate"
    kind: Literal["certificate"]
    mount: Text = answer("cert", label="Mount", help="Where the method is mounted.")
    role: Text | None = answer(None, label="Role", help="The role there.", example="harbor")
    certificate: LocalPath = answer(
        label="Certificate", help="PEM file of the client.", example="client.pem"
    )
    key: GivenSecret = answer(
        label="Key", help="Its private key.", example={"file": "client.key"}, stored=_COPIED
    )


VaultAuth = Annotated[
    TokenAuth | AppRoleAuth | UserpassAuth | KubernetesAuth | CertificateAuth,
    Field(discriminator="kind"),
]
