"""How the wizard reaches and logs in to a Vault or OpenBao that exists."""

from collections.abc import Awaitable, Callable

from wizard.answers.authority import ExistingServer, ServedAuthority
from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.secrets import Secret
from wizard.answers.vaultauth import (
    AppRoleAuth,
    CertificateAuth,
    KubernetesAuth,
    TokenAuth,
    UserpassAuth,
    VaultAuth,
)
from wizard.errors import NotFound
from wizard.ports import World
from wizard.steps.commercial import file_content
from wizard.vaults import VaultLogin, VaultServer

AUTH = "pki.authority.server.auth"
"""The path of the answers that say how to log in."""

ACCOUNT = "harbor-wizard"
"""The wizard's own ServiceAccount in the target namespace: `wizard rbac` makes it."""

Given = Callable[[str, Secret], Awaitable[str]]
"""The value of a secret, by the path of its answer. Raises SecretMissing."""


def served_authority(preset: Preset) -> ServedAuthority | None:
    """The authority that a Vault or OpenBao keeps; None: another kind signs."""
    pki = preset.pki
    if isinstance(pki, SelfSigned) and isinstance(pki.authority, ServedAuthority):
        return pki.authority
    return None


def existing_server(preset: Preset) -> ExistingServer | None:
    """The server that somebody else runs; None: there is none among the answers."""
    authority = served_authority(preset)
    if authority and isinstance(authority.server, ExistingServer):
        return authority.server
    return None


def address_of(server: ExistingServer) -> VaultServer:
    """Where it is reached. Raises UsageError: the CA bundle cannot be read."""
    authority = file_content(server.ca_bundle)
    return VaultServer(server.address.rstrip("/"), authority, server.namespace or "")


async def own_token(world: World, preset: Preset, conceal: Callable[[str], None]) -> str:
    """A token of the wizard's own ServiceAccount, for nobody but such a server.

    Raises NotFound: that account is not there.
    """
    namespace = preset.target.namespace
    try:
        token = await world.access.token(namespace, ACCOUNT, f"vault://{namespace}/{ACCOUNT}")
    except NotFound as error:
        raise NotFound(
            f"There is no ServiceAccount {ACCOUNT} in the namespace {namespace}",
            why="the wizard logs in with its tokens to set up the authority",
            fix="create it, `wizard rbac --preset FILE | kubectl apply -f -` does, "
            f"or choose another login in {AUTH}",
        ) from error
    conceal(token)
    return token


async def login_of(
    auth: VaultAuth, given: Given, account_token: Callable[[], Awaitable[str]]
) -> VaultLogin:
    """The login, with its secrets. `account_token` makes a token of the wizard's ServiceAccount.

    Raises SecretMissing; UsageError where a file cannot be read.
    """
    match auth:
        case TokenAuth():
            return VaultLogin(token=(await given(f"{AUTH}.token", auth.token)).strip())
        case AppRoleAuth():
            secret = (await given(f"{AUTH}.secretId", auth.secret_id)).strip()
            data = {"role_id": auth.role_id, "secret_id": secret}
            return VaultLogin(path=f"auth/{auth.mount}/login", data=data)
        case UserpassAuth():
            password = await given(f"{AUTH}.password", auth.password)
            path = f"auth/{auth.mount}/login/{auth.username}"
            return VaultLogin(path=path, data={"password": password})
        case CertificateAuth():
            key = (await given(f"{AUTH}.key", auth.key)).encode()
            data = {"name": auth.role} if auth.role else {}
            certificate = file_content(auth.certificate)
            path = f"auth/{auth.mount}/login"
            return VaultLogin(path=path, data=data, certificate=certificate, key=key)
        case KubernetesAuth():
            data = {"role": auth.role, "jwt": await account_token()}
            return VaultLogin(path=f"auth/{auth.mount}/login", data=data)
