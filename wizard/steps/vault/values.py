"""Secrets of the answers that stand in the Vault or OpenBao of the authority, read before a run."""

from collections.abc import Mapping

from wizard.answers.secret_values import SecretAnswer, require_usable, secret_paths, together
from wizard.answers.secrets import VaultKey, VaultSecret
from wizard.errors import CheckFailed, Forbidden, SecretMissing, WorldError
from wizard.ports import World
from wizard.steps.inputs import Inputs
from wizard.steps.vault.policy import rule_text, value_path
from wizard.steps.vault.reaching import existing_server
from wizard.steps.vault.sessions import existing_sessions
from wizard.vaults import VaultSession


async def values_in_vault(world: World, inputs: Inputs) -> Mapping[str, str]:
    """The values of `{vault: …}` by path, where no variable stands in for them.

    Raises SecretMissing with all that cannot be had; CheckFailed where the server does not let
    anybody look: it does not answer, is sealed, or refuses the login.
    """
    preset, server = inputs.preset, existing_server(inputs.preset)
    wanted = [
        (secret, secret.reference.vault)
        for secret in secret_paths(preset)
        if isinstance(secret.reference, VaultSecret) and secret.path not in inputs.secrets
    ]
    if not wanted or server is None:
        return {}
    values: dict[str, str] = {}
    missing: list[SecretMissing] = []
    try:
        async with existing_sessions(inputs, server)(world) as session:
            for secret, key in wanted:
                try:
                    value = await _value(session, secret, key)
                    inputs.conceal(value)
                    require_usable(preset, secret, value)
                    values[secret.path] = value
                except SecretMissing as error:
                    missing.append(error)
    except WorldError as error:
        paths = ", ".join(secret.path for secret, _ in wanted)
        raise CheckFailed(
            f"No value for secrets that are kept there: {error.what}",
            why=f"{error.why}; the answers refer to it for {paths}".removeprefix("; "),
            where=error.where,
            fix=error.fix,
        ) from error
    if missing:
        raise together(missing)
    return values


async def _value(session: VaultSession, secret: SecretAnswer, key: VaultKey) -> str:
    """One value. Raises SecretMissing: nothing is there, or it may not be read."""
    path, place = value_path(key), f"{key.path} in the key-value store {key.mount}"
    try:
        found = await session.read(path)
    except Forbidden:
        rule = " ".join(rule_text(path, ("read",)).split())
        raise _missing(
            secret,
            f"the login may not read {place}, or the store is none of version 2",
            f"give the login this policy: {rule}",
        ) from None
    entries = (found or {}).get("data")
    if not isinstance(entries, Mapping):
        raise _missing(
            secret,
            f"there is nothing at {place}, or the store is none of version 2",
            "put it there (`bao kv put` or `vault kv put`), or correct mount and path",
        )
    value = entries.get(key.key)
    if value is None:
        raise _missing(secret, f"{place} has no entry {key.key}", "put it there, or correct key")
    if not isinstance(value, str) or not value:
        raise _missing(secret, f"the entry {key.key} of {place} is no text", "put text there")
    return value


def _missing(secret: SecretAnswer, why: str, fix: str) -> SecretMissing:
    return SecretMissing(
        f"No value for the secret {secret.path}",
        why=why,
        where=secret.path,
        fix=f"{fix}; or set {secret.variable}",
    )
