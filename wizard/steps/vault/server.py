"""A server that the wizard installs: its namespace, certificate and seal, and the way into it."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from secrets import token_bytes
from typing import Any

from wizard.answers.authority import DeployedServer, ServedAuthority
from wizard.answers.secrets import KubernetesSecret, Secret
from wizard.answers.unseal import StaticUnseal, TransitUnseal, Unseal
from wizard.certificates import CertificateRequest
from wizard.charts.openbao import (
    PORT,
    PULL_SECRET,
    RELEASE_NAME,
    Requests,
    ServerSecrets,
    openbao_chart,
    openbao_values,
    server_names,
)
from wizard.errors import NotFound, UsageError
from wizard.ports import Charts, NeededRight, Ref, Right, World
from wizard.steps.base import Step
from wizard.steps.certificates import SignedCertificates, Wanted
from wizard.steps.commercial import file_content
from wizard.steps.gate import Wait
from wizard.steps.helm_release import RELEASE, HelmRelease, Values
from wizard.steps.inputs import Inputs
from wizard.steps.namespace import TargetNamespace
from wizard.steps.pull_login import pull_login
from wizard.steps.secrets import Copied, CopySecrets, Entries, KeepSecrets, Kept
from wizard.steps.vault.accounts import RBAC, KeptObjects, role_ref
from wizard.steps.vault.api_server import RIGHT_TO_AUTHORITY, api_authority
from wizard.steps.vault.policy import needed_capabilities, policy_text
from wizard.steps.vault.reaching import ACCOUNT
from wizard.steps.vault.sessions import Sessions
from wizard.vaults import VaultLogin, VaultReply, VaultServer, VaultSession

API_SERVER = "https://kubernetes.default.svc:443"
"""Where pods reach the API server."""
_UNSEAL = "pki.authority.server.unseal"
_YEARS = 10
"""The server's own certificate is trusted by cert-manager and the wizard alone, so it may last."""
_UNKNOWN_AUTHORITY = "to be read"
_MOUNT = "harbor-wizard"
_TOKEN_SECONDS = 900


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """Where the server is, and what its Secrets are called."""

    namespace: str

    @property
    def address(self) -> str:
        """Where pods reach it."""
        return f"https://{RELEASE_NAME}.{self.namespace}.svc:{PORT}"

    @property
    def secrets(self) -> ServerSecrets:
        """Its Secrets."""
        return ServerSecrets(f"{RELEASE_NAME}-server-tls", f"{RELEASE_NAME}-seal-key")

    @property
    def authority(self) -> str:
        """Secret: the authority of its certificate, with the key."""
        return f"{RELEASE_NAME}-server-ca-key"

    @classmethod
    def of(cls, authority: ServedAuthority, server: DeployedServer) -> "ServerPlace":
        """The place that the answers give it."""
        kind: str = getattr(authority, "kind", RELEASE_NAME)
        return cls(server.namespace or kind)


def server_steps(
    inputs: Inputs, authority: ServedAuthority, server: DeployedServer
) -> Sequence[Step]:
    """The steps that install the server; the last one's id is `pki.vault.server`, and after it
    the server is open and the wizard may log in.
    """
    place = ServerPlace.of(authority, server)
    there = _in_namespace(inputs, place.namespace)
    namespace = ServerNamespace(there)
    certificate = SignedCertificates(
        "pki.vault.certificate",
        "Certificate of the server",
        there,
        authority=Wanted(place.authority, _authority_request()),
        signed=[Wanted(place.secrets.certificate, _server_request(place.namespace))],
    )
    seal = _seal(inputs, there, place, server.unseal)
    account = KeptObjects("pki.vault.account", "Account of the wizard", inputs, _account(place))
    ground: list[Step] = [certificate, seal, account, *_image_login(inputs, there)]
    for step in ground:
        step.needs = (namespace.id,)
    release = ServerRelease(inputs, authority, server, [step.id for step in ground])
    return (namespace, *ground, release)


def _in_namespace(inputs: Inputs, namespace: str) -> Inputs:
    """Inputs for steps that work as in the target namespace, in another one."""
    target = inputs.preset.target.model_copy(update={"namespace": namespace})
    return replace(inputs, preset=inputs.preset.model_copy(update={"target": target}))


def _image_login(inputs: Inputs, there: Inputs) -> Sequence[Step]:
    """The login with which the server's image is pulled, where the answers have one."""
    copied, reference = pull_login(inputs, PULL_SECRET), inputs.preset.delivery.pull_secret
    if copied is None or reference is None:
        return ()
    copied = replace(copied, reference=_in_target(inputs, reference))
    return (CopySecrets("pki.vault.pull", "Login for the server's image", there, [copied]),)


class ServerNamespace(TargetNamespace):
    """The server's namespace."""

    id = "pki.vault.namespace"
    title = "Namespace of the server"


def _authority_request() -> CertificateRequest:
    days = 365 * _YEARS
    return CertificateRequest("OpenBao servers", days=days, key_type="ec-256", is_authority=True)


def _server_request(namespace: str) -> CertificateRequest:
    return CertificateRequest(RELEASE_NAME, server_names(namespace), days=365 * _YEARS)


def _seal(inputs: Inputs, there: Inputs, place: ServerPlace, unseal: Unseal) -> Step:
    """The step that keeps what the seal needs in a Secret; `there` is in the server's namespace."""
    if isinstance(unseal, TransitUnseal):
        return _transit_token(inputs, there, place, unseal)
    assert isinstance(unseal, StaticUnseal)
    reference = _in_target(inputs, unseal.key)

    def make(_: World, given: str) -> Entries:
        """32 bytes in base64: OpenBao reads them from a file in that form too."""
        return {"key": given.strip().encode() or b64encode(token_bytes(32))}

    key = Kept(place.secrets.seal, ("key",), make, f"{_UNSEAL}.key", reference)
    return KeepSecrets("pki.vault.seal", "Key of the seal", there, [key])


def _in_target(inputs: Inputs, reference: Secret) -> Secret:
    """The reference, with the namespace that it means."""
    if not isinstance(reference, KubernetesSecret) or reference.secret.namespace:
        return reference
    named = reference.secret.model_copy(update={"namespace": inputs.namespace})
    return reference.model_copy(update={"secret": named})


def _transit_token(
    inputs: Inputs, there: Inputs, place: ServerPlace, unseal: TransitUnseal
) -> Step:
    path = f"{_UNSEAL}.token"

    async def read(world: World) -> Entries:
        token = (await inputs.given(world, path, unseal.token)).strip().encode()
        authority = file_content(unseal.ca_bundle)
        return {"token": token, **({"ca.crt": authority} if authority else {})}

    copied = Copied(place.secrets.seal, read, path, _in_target(inputs, unseal.token))
    return CopySecrets("pki.vault.seal", "Token of the seal", there, [copied])


def _account(place: ServerPlace) -> Sequence[Mapping[str, Any]]:
    """The ServiceAccount that the wizard logs in as. Its own token asks the API server whose it
    is, which `system:auth-delegator` lets it.
    """
    subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": place.namespace}
    return (
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": ACCOUNT, "namespace": place.namespace},
        },
        {
            "apiVersion": RBAC,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"{place.namespace}-{ACCOUNT}-reviewer"},
            "roleRef": role_ref("ClusterRole", "system:auth-delegator"),
            "subjects": [subject],
        },
    )


class ServerRelease(HelmRelease):
    """The server runs, open and with the wizard's own login.

    It sets itself up on its very first start and keeps no key that somebody could lose: neither
    root token nor shares ever exist outside (https://openbao.org/docs/configuration/self-init/).
    """

    id = "pki.vault.server"
    title = "OpenBao"

    def __init__(
        self,
        inputs: Inputs,
        authority: ServedAuthority,
        server: DeployedServer,
        needs: Sequence[str],
    ) -> None:
        self.needs = tuple(needs)
        self._authority, self._server = authority, server
        self._place = ServerPlace.of(authority, server)
        self.shares = self._place.namespace
        wait = Wait(
            inputs,
            title="OpenBao",
            namespace=self._place.namespace,
            selector={"app.kubernetes.io/instance": RELEASE_NAME},
        )
        ref = Ref(RELEASE, self._place.namespace, RELEASE_NAME)
        super().__init__(inputs, openbao_chart(), ref, wait)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        place, reason = self._place.namespace, "the wizard sets up the authority in the server"
        ways = [
            Right("create", "", "serviceaccounts/token", place, ACCOUNT),
            Right("get", "", "pods/portforward", place),
            Right("create", "", "pods/portforward", place),
            Right("get", "", "secrets", place, self._place.authority),
            RIGHT_TO_AUTHORITY,
        ]
        return [*await super().rights(charts), *(NeededRight(right, reason) for right in ways)]

    async def values(self, world: World | None) -> Values:
        """See HelmRelease."""
        published = await api_authority(world) if world else _UNKNOWN_AUTHORITY
        first = first_requests(self._inputs, self._authority, self._place, published)
        return openbao_values(self._inputs.preset, self._server, self._place.secrets, first)


def first_requests(
    inputs: Inputs, authority: ServedAuthority, place: ServerPlace, published: str
) -> Requests:
    """What the server does on its first start: the wizard's policy, and its login."""
    rules = policy_text(needed_capabilities(inputs.preset, authority))
    config = {
        "kubernetes_host": API_SERVER,
        "kubernetes_ca_cert": published,
        "disable_local_ca_jwt": True,
    }
    role = {
        "bound_service_account_names": [ACCOUNT],
        "bound_service_account_namespaces": [place.namespace],
        "token_policies": [_MOUNT],
        "token_ttl": f"{_TOKEN_SECONDS}s",
    }
    return (
        ("policy", f"sys/policies/acl/{_MOUNT}", {"policy": rules}),
        ("login", f"sys/auth/{_MOUNT}", {"type": "kubernetes"}),
        ("cluster", f"auth/{_MOUNT}/config", config),
        ("role", f"auth/{_MOUNT}/role/{ACCOUNT}", role),
    )


def deployed_sessions(inputs: Inputs, place: ServerPlace) -> Sessions:
    """Sessions through a port-forward to the server's pod. Before there is one, nothing is to be
    found there.
    """

    @asynccontextmanager
    async def opened(world: World) -> AsyncIterator[VaultSession]:
        async with AsyncExitStack() as stack:
            try:
                way = world.pods.forward(place.namespace, f"{RELEASE_NAME}-0", PORT)
                local = await stack.enter_async_context(way)
            except NotFound:
                yield _NothingThere()
                return
            held = await inputs.entries(world, place.authority, place.namespace)
            url = f"https://{local.host}:{local.port}"
            token = await world.access.token(place.namespace, ACCOUNT, "")
            inputs.conceal(token)
            login = VaultLogin(path=f"auth/{_MOUNT}/login", data={"role": ACCOUNT, "jwt": token})
            server = VaultServer(url, held.get("tls.crt", b""))
            yield await stack.enter_async_context(world.vault.session(server, login))

    return opened


class _NothingThere:
    """A server that is yet to be installed."""

    async def read(self, path: str) -> Mapping[str, Any] | None:
        """Nothing."""
        return None

    async def list(self, path: str) -> Sequence[str]:
        """Nothing."""
        return ()

    async def write(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        """Raises UsageError."""
        raise UsageError("The server is not there", fix="give the same command again")

    async def delete(self, path: str) -> None:
        """There is nothing to delete."""
