"""Where Harbor's certificate comes from."""

from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.acme import ExternalAccount, Solver
from wizard.answers.authority import Authority, KeyType, LocalAuthority
from wizard.answers.scalars import Duration, Flag, LocalPath, ObjectName, Text, Url
from wizard.answers.secrets import GivenSecret
from wizard.answers.section import Section, answer


class Certificate(Section):
    """Harbor's certificate, where it is issued and renewed automatically."""

    duration: Duration = answer("2160h", label="Valid for", help="How long each one is valid.")
    renew_before: Duration = answer(
        "720h", label="Renewed before", help="How long before its end it is renewed."
    )
    key_type: KeyType = answer("ec-256", label="Key", help="Kind and size of its key.")


class SelfSigned(Section):
    """A private authority signs it; clients must be told to trust that authority."""

    label = "Our own authority"
    kind: Literal["self-signed"]
    authority: Authority = answer(
        LocalAuthority(kind="local"), label="Authority", help="Who signs.", front=True
    )
    certificate: Certificate = answer(
        Certificate(), label="Certificate", help="Harbor's certificate."
    )


class Commercial(Section):
    """A certificate that you have, from files."""

    label = "A commercial certificate"
    kind: Literal["commercial"]
    certificate: LocalPath = answer(
        label="Certificate",
        help="The certificate's file, best with its intermediates: PEM, DER, PKCS#7 or PKCS#12.",
        example="harbor.pem",
    )
    key: GivenSecret | None = answer(
        None,
        label="Private key",
        help="The private key; without it, it is expected in the certificate's file.",
        example={"file": "harbor.key"},
        stored="copied into the TLS Secret",
        front=True,
    )
    passphrase: GivenSecret | None = answer(
        None,
        label="Passphrase",
        help="The passphrase of an encrypted key, or of a PKCS#12 file.",
        example={"env": "KEY_PASS"},
        stored="not stored: the key is kept without it",
    )
    chain: LocalPath | None = answer(
        None,
        label="Intermediates",
        help="A further file with the intermediates, in any form.",
    )
    ca_bundle: LocalPath | None = answer(
        None,
        label="Root certificates",
        help="The root's file, for an authority that operating systems do not know.",
        example="corporate-root.pem",
    )
    fetch_intermediates: Flag = answer(
        False,
        label="Fetch intermediates",
        help="Whether missing intermediates may be fetched from the address in the certificate.",
    )


class Acme(Section):
    """An ACME server such as Let's Encrypt issues it, through cert-manager."""

    label = "ACME"
    kind: Literal["acme"]
    server: Url = answer(
        label="Directory",
        help="The directory of the ACME server.",
        example="https://acme-v02.api.letsencrypt.org/directory",
    )
    staging_server: Url | None = answer(
        None,
        label="Staging directory",
        help="A directory to try first, whose limits do not hurt.",
        example="https://acme-staging-v02.api.letsencrypt.org/directory",
        front=True,
    )
    email: Text = answer(
        label="E-mail", help="Who is written to about the account.", example="ops@example.com"
    )
    ca_bundle: LocalPath | None = answer(
        None, label="CA bundle", help="PEM file with the authority of a private ACME server."
    )
    external_account: ExternalAccount | None = answer(
        None, label="External account", help="An account that the server's owner made for you."
    )
    solver: Solver = answer(label="Proof", help="How the host is proven.")
    certificate: Certificate = answer(
        Certificate(), label="Certificate", help="Harbor's certificate."
    )


class Issuer(Section):
    """An issuer of cert-manager that exists."""

    label = "An issuer we have"
    kind: Literal["issuer"]
    issuer_kind: Literal["Issuer", "ClusterIssuer"] = answer(
        "ClusterIssuer", label="Kind", help="Whether it serves one namespace or all.", front=True
    )
    name: ObjectName = answer(label="Issuer", help="Its name.", example="corp")
    group: Text = answer(
        "cert-manager.io", label="API group", help="Another group for external issuers."
    )
    certificate: Certificate = answer(
        Certificate(), label="Certificate", help="Harbor's certificate."
    )


class TlsSecret(Section):
    """A TLS Secret in the target namespace that something else maintains."""

    label = "A secret we have"
    kind: Literal["secret"]
    name: ObjectName = answer(label="Secret", help="Its name.", example="harbor-tls")


class NoPki(Section):
    """TLS ends in front of Harbor: at a load balancer or Gateway that you run."""

    label = "The load balancer"
    kind: Literal["none"]
    plain_http_reason: Text | None = answer(
        None,
        label="Reason for plain http",
        help="Why passwords may cross the network unencrypted: needed for a URL with http://.",
        example="isolated lab network",
        front=True,
    )


Pki = Annotated[
    SelfSigned | Commercial | Acme | Issuer | TlsSecret | NoPki, Field(discriminator="kind")
]
