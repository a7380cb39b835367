"""What the wizard's own login has to be allowed in a server that somebody else runs."""

from collections.abc import Mapping, Sequence

from wizard.answers.authority import OfflineSigner, ServedAuthority
from wizard.answers.preset import Preset
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import VaultKey, VaultSecret
from wizard.steps.vault.names import IssuerNames
from wizard.steps.vault.reaching import existing_server, served_authority

_MAKE = ("create", "read", "update")
_ASK = ("create", "update")
_READ = ("read",)


def needed_capabilities(preset: Preset, authority: ServedAuthority) -> Mapping[str, Sequence[str]]:
    """Path and capabilities, for setting up the authority and for seeing that it is set up.

    `sudo` is what a server asks for where logins are mounted
    (https://openbao.org/api-docs/system/auth/).
    """
    names = IssuerNames.of(preset)
    issuing = authority.issuing.mount
    login = names.auth_mount
    return {
        **{f"sys/mounts/{mount}": _MAKE for mount in authority.mounts},
        **{f"sys/mounts/{mount}/tune": _MAKE for mount in authority.mounts},
        **{f"{mount}/cert/*": _READ for mount in authority.mounts},
        **{f"{mount}/config/urls": _MAKE for mount in authority.mounts},
        f"{issuing}/intermediate/generate/internal": _ASK,
        f"{issuing}/intermediate/set-signed": _ASK,
        **_of_signer(authority),
        f"{issuing}/roles/{authority.issuing.role}": _MAKE,
        f"sys/policies/acl/{names.issuer}": _MAKE,
        f"sys/auth/{login}": (*_MAKE, "sudo"),
        f"sys/auth/{login}/tune": (*_MAKE, "sudo"),
        f"auth/{login}/config": _MAKE,
        f"auth/{login}/role/{names.issuer}": _MAKE,
    }


def _of_signer(authority: ServedAuthority) -> Mapping[str, Sequence[str]]:
    """For the signature of the issuing certificate: by the root, or by somebody outside."""
    root, issuing = authority.root.mount, authority.issuing
    if isinstance(issuing.signer, OfflineSigner):
        return {
            f"{issuing.mount}/keys": ("list",),
            f"{issuing.mount}/key/*": _READ,
            f"{issuing.mount}/intermediate/generate/existing": _ASK,
            f"{issuing.mount}/config/issuers": _ASK,
        }
    return {
        f"{root}/root/generate/internal": _ASK,
        f"{root}/root/sign-intermediate": (*_ASK, "sudo"),
    }


def policy_of(preset: Preset) -> str:
    """The policy that the login of the answers needs; empty: there is no such login."""
    server, authority = existing_server(preset), served_authority(preset)
    if server is None or authority is None:
        return ""
    needed = (
        {server.sign_path: _ASK} if server.sign_path else needed_capabilities(preset, authority)
    )
    return policy_text({**needed, **_of_secrets(preset)})


def _of_secrets(preset: Preset) -> Mapping[str, Sequence[str]]:
    """For the secrets of the answers that are kept there."""
    references = [secret.reference for secret in secret_paths(preset)]
    return {value_path(one.vault): _READ for one in references if isinstance(one, VaultSecret)}


def value_path(key: VaultKey) -> str:
    """Where the newest version of a value is read, in a key-value store of version 2."""
    return f"{key.mount.strip('/')}/data/{key.path.strip('/')}"


def policy_text(needed: Mapping[str, Sequence[str]]) -> str:
    """The capabilities as a policy that can be written to the server."""
    return "\n".join(rule_text(path, capabilities) for path, capabilities in needed.items())


def rule_text(path: str, capabilities: Sequence[str]) -> str:
    """The rule of a policy for one path."""
    listed = ", ".join(f'"{one}"' for one in capabilities)
    return f'path "{path}" {{\n  capabilities = [{listed}]\n}}\n'
