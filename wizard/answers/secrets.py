"""The six ways to refer to a secret; a preset never holds the secret itself."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag

from wizard.answers.scalars import (
    Affirmed,
    DataKey,
    LocalPath,
    Name,
    ObjectName,
    Text,
    VariableName,
)
from wizard.answers.section import Reference, Section, answer


class EnvSecret(Reference):
    """`{env: NAME}`: an environment variable of the wizard."""

    label = "An environment variable"
    env: VariableName = answer(
        label="Variable",
        help="The environment variable that holds the secret when the wizard runs.",
        example="HARBOR_ADMIN_PASSWORD",
    )


class FileSecret(Reference):
    """`{file: path}`: a file of this machine; one line end at its end is not part of it."""

    label = "A file of this machine"
    file: LocalPath = answer(
        label="File",
        help="The file that holds the secret, relative to this preset.",
        example="admin-password.txt",
    )


class SecretKey(Section):
    """The address of one entry of a Kubernetes Secret."""

    namespace: Name | None = answer(
        None,
        label="Namespace",
        help="The namespace of the Secret; without it the target's namespace.",
    )
    name: ObjectName = answer(label="Secret", help="The name of the Secret.", example="harbor-db")
    key: DataKey = answer(label="Key", help="The entry in the Secret.", example="password")


class KubernetesSecret(Reference):
    """`{secret: {namespace, name, key}}`: a Secret that exists in the cluster."""

    label = "A Secret in the cluster"
    secret: SecretKey = answer(label="Secret", help="The entry of a Secret in the cluster.")


class VaultKey(Section):
    """The address of one value in a key-value store of Vault or OpenBao."""

    mount: Text = answer("secret", label="Mount", help="Where the key-value store is mounted.")
    path: Text = answer(label="Path", help="The path below the mount.", example="harbor/admin")
    key: Text = answer(label="Key", help="The entry at that path.", example="password")


class VaultSecret(Reference):
    """`{vault: {mount, path, key}}`: a value in a key-value store (version 2) of the Vault or
    OpenBao that you run, which `pki.authority.server` names.
    """

    label = "Vault or OpenBao"
    vault: VaultKey = answer(label="Vault", help="The value in Vault or OpenBao.")


class PromptSecret(Reference):
    """`{prompt: true}`: asked on the terminal before anything else happens."""

    label = "Typed by a person"
    prompt: Affirmed = answer(
        label="Ask", help="Ask for the secret on the terminal before anything else happens."
    )


class GeneratedSecret(Reference):
    """`{generate: true}`: made once in the cluster, read back for ever."""

    label = "Made in the cluster"
    generate: Affirmed = answer(
        label="Generate", help="Make the secret once and keep it in a Secret of the cluster."
    )


SECRET_KINDS = ("env", "file", "secret", "vault", "prompt", "generate")


def _kind(value: Any) -> str | None:
    """The tag of a reference: its only key, or the class of one that is already built."""
    if isinstance(value, Mapping):
        kinds = [kind for kind in SECRET_KINDS if kind in value]
    else:
        kinds = [kind for kind in SECRET_KINDS if hasattr(value, kind)]
    return kinds[0] if len(kinds) == 1 else None


GivenSecret = Annotated[
    Annotated[EnvSecret, Tag("env")]
    | Annotated[FileSecret, Tag("file")]
    | Annotated[KubernetesSecret, Tag("secret")]
    | Annotated[VaultSecret, Tag("vault")]
    | Annotated[PromptSecret, Tag("prompt")],
    Discriminator(_kind),
]
"""A secret that somebody else made: it cannot be generated here."""

Secret = Annotated[
    Annotated[EnvSecret, Tag("env")]
    | Annotated[FileSecret, Tag("file")]
    | Annotated[KubernetesSecret, Tag("secret")]
    | Annotated[VaultSecret, Tag("vault")]
    | Annotated[PromptSecret, Tag("prompt")]
    | Annotated[GeneratedSecret, Tag("generate")],
    Discriminator(_kind),
]
"""A secret that the wizard may also make itself."""

GENERATE = GeneratedSecret.model_validate({"generate": True})
