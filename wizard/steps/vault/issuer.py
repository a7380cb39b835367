"""The Issuer that lets cert-manager ask the server, with whatever it logs in by."""

from base64 import b64encode
from collections.abc import Sequence

from wizard.answers.authority import DeployedServer, ExistingServer, ServedAuthority
from wizard.answers.vaultauth import (
    AppRoleAuth,
    CertificateAuth,
    KubernetesAuth,
    TokenAuth,
    UserpassAuth,
    VaultAuth,
)
from wizard.diagnose.kinds import PRESET_LABEL
from wizard.errors import UsageError
from wizard.ports import Object, World
from wizard.steps.commercial import file_content
from wizard.steps.inputs import Inputs
from wizard.steps.secrets import Copied, Entries
from wizard.steps.vault.names import IssuerNames
from wizard.steps.vault.reaching import AUTH, address_of
from wizard.steps.vault.replicas import ServerPlace
from wizard.steps.vault.roles import sign_path
from wizard.vaults import VaultServer

_ISSUER = "cert-manager.io/v1"
_TOKEN, _SECRET_ID = "token", "secret-id"


def issuer_object(inputs: Inputs, server: VaultServer, path: str, auth: Object) -> Object:
    """The Issuer; `path` is what signs, `auth` how cert-manager logs in."""
    names = IssuerNames.of(inputs.preset)
    vault: Object = {"server": server.url, "path": path, "auth": auth}
    if server.namespace:
        vault["namespace"] = server.namespace
    if server.authority:
        vault["caBundle"] = b64encode(server.authority).decode()
    labels = {PRESET_LABEL: inputs.preset.name, "release": inputs.preset.target.release}
    return {
        "apiVersion": _ISSUER,
        "kind": "Issuer",
        "metadata": {"name": names.issuer, "namespace": names.namespace, "labels": labels},
        "spec": {"vault": vault},
    }


def issuer_of_existing(
    inputs: Inputs, authority: ServedAuthority, server: ExistingServer
) -> Object:
    """The Issuer for a server that somebody else runs. Raises UsageError: a file is missing."""
    names = IssuerNames.of(inputs.preset)
    if server.sign_path is not None:
        auth = _answered(server.auth, names)
        return issuer_object(inputs, address_of(server), server.sign_path, auth)
    auth = service_account(names.auth_mount, names.issuer, names)
    return issuer_object(inputs, address_of(server), sign_path(authority), auth)


async def issuer_of_deployed(
    inputs: Inputs, authority: ServedAuthority, server: DeployedServer, world: World | None
) -> Object:
    """The Issuer for a server that is installed here, whose authority is read from the world."""
    place, names = ServerPlace.of(authority, server), IssuerNames.of(inputs.preset)
    held = await inputs.entries(world, place.authority, place.namespace) if world else {}
    reached = VaultServer(place.address, held.get("tls.crt", b""))
    auth = service_account(names.auth_mount, names.issuer, names)
    return issuer_object(inputs, reached, sign_path(authority), auth)


def service_account(mount: str, role: str, names: IssuerNames) -> Object:
    """The login by the Issuer's own ServiceAccount; cert-manager makes short tokens of it."""
    login = {
        "mountPath": f"/v1/auth/{mount}",
        "role": role,
        "serviceAccountRef": {"name": names.issuer},
    }
    return {"kubernetes": login}


def _answered(auth: VaultAuth, names: IssuerNames) -> Object:
    match auth:
        case TokenAuth():
            return {"tokenSecretRef": {"name": names.login, "key": _TOKEN}}
        case AppRoleAuth():
            secret = {"name": names.login, "key": _SECRET_ID}
            login = {"path": auth.mount, "roleId": auth.role_id, "secretRef": secret}
            return {"appRole": login}
        case KubernetesAuth():
            return service_account(auth.mount, auth.role, names)
        case CertificateAuth():
            login = {"mountPath": f"/v1/auth/{auth.mount}", "secretName": names.login}
            return {"clientCertificate": login | ({"name": auth.role} if auth.role else {})}
        case UserpassAuth():
            raise UsageError(
                "cert-manager cannot log in with user and password",
                where=f"{AUTH}.kind",
                fix="choose token, approle, kubernetes or certificate",
            )


def login_copies(inputs: Inputs, auth: VaultAuth) -> Sequence[Copied]:
    """What cert-manager reads to log in, where it is a secret of the answers."""
    name = IssuerNames.of(inputs.preset).login
    match auth:
        case TokenAuth():
            path, reference = f"{AUTH}.token", auth.token
            key = _TOKEN
        case AppRoleAuth():
            path, reference = f"{AUTH}.secretId", auth.secret_id
            key = _SECRET_ID
        case CertificateAuth():
            path, reference = f"{AUTH}.key", auth.key

            async def pair(world: World) -> Entries:
                held = await inputs.given(world, path, reference)
                return {"tls.crt": file_content(auth.certificate), "tls.key": held.encode()}

            return (Copied(name, pair, path, reference, "kubernetes.io/tls"),)
        case _:
            return ()

    async def one(world: World) -> Entries:
        return {key: (await inputs.given(world, path, reference)).strip().encode()}

    return (Copied(name, one, path, reference),)
