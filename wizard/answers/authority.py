"""The private certificate authority: OpenBao, Vault, or one that is made here for labs."""

from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.scalars import (
    LocalPath,
    Name,
    ObjectName,
    OneOrThree,
    Positive,
    Size,
    Text,
    Url,
)
from wizard.answers.section import Section, answer
from wizard.answers.unseal import Holders, Recovery, Shamir, Unseal
from wizard.answers.vaultauth import VaultAuth

KeyType = Literal["ec-256", "ec-384", "rsa-2048", "rsa-3072", "rsa-4096"]


class Root(Section):
    """The root certificate, which clients are told to trust."""

    common_name: Text = answer(
        "Harbor Root CA", label="Name", help="The name that people see in trust stores.", front=True
    )
    key_type: KeyType = answer("ec-384", label="Key", help="Kind and size of its key.")
    years: Positive = answer(10, label="Valid for", help="How long it is valid.", unit="years")
    mount: Text = answer("pki", label="Mount", help="Where it stands in Vault or OpenBao.")


class LocalRoot(Section):
    """The root certificate of an authority that is made here."""

    common_name: Text = answer(
        "Harbor Lab CA", label="Name", help="The name that people see in trust stores.", front=True
    )
    key_type: KeyType = answer("ec-384", label="Key", help="Kind and size of its key.")
    years: Positive = answer(10, label="Valid for", help="How long it is valid.", unit="years")


class RootSigner(Section):
    """The root made here signs the issuing certificate."""

    label = "The root made here"
    kind: Literal["root"]


class OfflineSigner(Section):
    """An authority outside signs the request that the wizard shows; the run waits for it."""

    label = "An authority outside"
    kind: Literal["offline"]
    root: LocalPath = answer(
        label="Root certificate",
        help="PEM file with the root of the authority that will sign.",
        example="corporate-root.pem",
    )
    certificate: LocalPath = answer(
        label="Signed certificate",
        help="Where the signed certificate is put once it is there; until then the run waits.",
        example="harbor-issuing.pem",
    )


class Issuing(Section):
    """The certificate that signs Harbor's, itself signed by the root."""

    common_name: Text = answer("Harbor Issuing CA", label="Name", help="Its name.")
    key_type: KeyType = answer("ec-384", label="Key", help="Kind and size of its key.")
    years: Positive = answer(5, label="Valid for", help="How long it is valid.", unit="years")
    mount: Text = answer("pki_int", label="Mount", help="Where it stands in Vault or OpenBao.")
    role: Text = answer("harbor", label="Role", help="The role that certificates are issued by.")
    signer: Annotated[RootSigner | OfflineSigner, Field(discriminator="kind")] = answer(
        RootSigner(kind="root"), label="Signed by", help="Who signs it."
    )


class DeployedServer(Section):
    """A server that the wizard installs."""

    label = "Installed here"
    kind: Literal["deploy"]
    namespace: Name | None = answer(
        None, label="Namespace", help="Its namespace; without it, one named after the server."
    )
    replicas: OneOrThree = answer(
        1,
        label="Replicas",
        help="One, or three that agree among each other.",
        unit="pods",
        front=True,
    )
    size: Size = answer("10Gi", label="Size", help="The size of each volume.")
    class_name: ObjectName | None = answer(
        None, label="Storage class", help="The class of its volumes, where it differs."
    )
    unseal: Unseal = answer(
        Shamir(kind="shamir"),
        label="Unsealing",
        help="How it is opened after every start.",
        front=True,
    )
    recovery: Recovery | None = answer(
        None,
        label="Recovery keys",
        help="A Vault that opens itself, or an OpenBao of three replicas, gives these instead of "
        "key shares; with them its administrators make a root token, should they ever need one.",
    )


class ExistingServer(Section):
    """A server that you run."""

    label = "One we run"
    kind: Literal["existing"]
    address: Url = answer(label="Address", help="Its address.", example="https://vault.corp:8200")
    ca_bundle: LocalPath | None = answer(
        None,
        label="CA bundle",
        help="PEM file with its authority.",
        example="vault-ca.pem",
        front=True,
    )
    namespace: Text | None = answer(
        None, label="Vault namespace", help="A namespace inside Vault.", example="team-registry"
    )
    sign_path: Text | None = answer(
        None,
        label="Signing path",
        help="A path that may already sign. With it nothing is created in that server; only a "
        "trial signature is made.",
        example="pki_int/sign/harbor",
        front=True,
    )
    auth: VaultAuth = answer(label="Login", help="How the wizard and cert-manager log in.")


Server = Annotated[DeployedServer | ExistingServer, Field(discriminator="kind")]


class ServedAuthority(Section):
    """An authority kept by a server, with cert-manager in between."""

    server: Server = answer(
        DeployedServer(kind="deploy"),
        label="Server",
        help="Where the server comes from.",
        front=True,
    )
    root: Root = answer(Root(), label="Root", help="The root certificate.", front=True)
    issuing: Issuing = answer(
        Issuing(), label="Issuing certificate", help="The certificate that signs Harbor's."
    )

    @property
    def mounts(self) -> tuple[str, ...]:
        """The mounts that are made: the root's too, unless it stays outside."""
        offline = isinstance(self.issuing.signer, OfflineSigner)
        return (self.issuing.mount,) if offline else (self.root.mount, self.issuing.mount)


class OpenBaoAuthority(ServedAuthority):
    """An OpenBao server: the one that you have, or one that is deployed here."""

    label = "OpenBao"
    kind: Literal["openbao"]


class VaultAuthority(ServedAuthority):
    """A HashiCorp Vault: the one that you have, or one that is deployed here."""

    label = "Vault"
    kind: Literal["vault"]


def holders_of(authority: ServedAuthority, server: DeployedServer) -> Holders | None:
    """Who gets shares of a server that is initialised from outside; None: it initialises itself,
    as a single OpenBao does that opens itself. Several would do so each for itself.
    """
    if isinstance(server.unseal, Shamir):
        return server.unseal
    if isinstance(authority, VaultAuthority) or server.replicas > 1:
        return server.recovery or Recovery()
    return None


class LocalAuthority(Section):
    """An authority made here and kept in a Secret of the cluster: for labs."""

    label = "Made here"
    kind: Literal["local"]
    root: LocalRoot = answer(LocalRoot(), label="Root", help="The root certificate.", front=True)


Authority = Annotated[
    OpenBaoAuthority | VaultAuthority | LocalAuthority, Field(discriminator="kind")
]
