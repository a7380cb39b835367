"""Certificates from an ACME server, through cert-manager."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from wizard.answers.exposure import ParentRef
from wizard.answers.scalars import DataKey, ObjectName, Text
from wizard.answers.secrets import GivenSecret
from wizard.answers.section import Section, answer


class Http01Solver(Section):
    """Proves the host over http, through an ingress class or a Gateway."""

    label = "Over http"
    kind: Literal["http01"]
    ingress_class: ObjectName | None = answer(
        None,
        label="Ingress class",
        help="The IngressClass that serves the proof; without it Harbor's own.",
        example="traefik",
    )
    gateway: ParentRef | None = answer(
        None, label="Gateway", help="The Gateway that serves the proof, instead of an ingress."
    )


class Dns01Solver(Section):
    """Proves the host by a DNS record."""

    label = "In the DNS"
    kind: Literal["dns01"]
    provider: Mapping[str, Any] = answer(
        label="Provider",
        help="The provider's block as cert-manager documents it under `dns01`.",
        example={"cloudflare": {"apiTokenSecretRef": {"name": "harbor-dns01", "key": "token"}}},
    )
    secrets: Mapping[DataKey, GivenSecret] = answer(
        {},
        label="Secrets",
        help="Entries of the Secret that the block refers to; it is named after the release, "
        "with `-dns01` at its end.",
        example={"token": {"env": "CLOUDFLARE_TOKEN"}},
        stored="copied",
    )


Solver = Annotated[Http01Solver | Dns01Solver, Field(discriminator="kind")]


class ExternalAccount(Section):
    """An account that the ACME server's owner made for you."""

    key_id: Text = answer(label="Key id", help="The id of the key.")
    key: GivenSecret = answer(
        label="Key",
        help="The key in unpadded base64url.",
        example={"env": "ACME_EAB_KEY"},
        stored="copied",
    )
