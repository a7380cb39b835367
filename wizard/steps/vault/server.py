"""A server that the wizard installs: its namespace, certificate and seal, and the way into it."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from secrets import token_bytes
from typing import Any

from wizard.answers.authority import DeployedServer, ServedAuthority, holders_of
from wizard.answers.secrets import KubernetesSecret, Secret
from wizard.answers.unseal import Shamir, StaticUnseal, TransitUnseal, Unseal
from wizard.certificates import CertificateRequest
from wizard.charts.engine import Requests
from wizard.charts.openbao import openbao_values
from wizard.charts.seals import seal_secrets
from wizard.charts.vault import VAULT, vault_values
from wizard.ports import Charts, NeededRight, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.certificates import SignedCertificates, Wanted
from wizard.steps.commercial import file_content
from wizard.steps.gate import Wait, wait_until_ready
from wizard.steps.helm_release import RELEASE, HelmRelease, Values
from wizard.steps.inputs import Inputs
from wizard.steps.namespace import TargetNamespace
from wizard.steps.pull_login import pull_login
from wizard.steps.secrets import Copied, CopySecrets, Entries, KeepSecrets, Kept
from wizard.steps.vault.accounts import RBAC, KeptObjects, role_ref
from wizard.steps.vault.api_server import RIGHT_TO_AUTHORITY, api_authority
from wizard.steps.vault.deployed import MOUNT
from wizard.steps.vault.own_rights import POLICY, OwnRights
from wizard.steps.vault.reaching import ACCOUNT
from wizard.steps.vault.replicas import Replicas, ServerPlace

API_SERVER = "https://kubernetes.default.svc:443"
"""Where pods reach the API server."""
_UNSEAL = "pki.authority.server.unseal"
AUDIT = "sys/audit/log"
AUDIT_DEVICE = {"type": "file", "options": {"file_path": "stdout"}}
"""Every request is told to the pod's log, secrets hashed."""
_YEARS = 10
"""The server's own certificate is trusted by cert-manager and the wizard alone, so it may last."""
_UNKNOWN_AUTHORITY = "to be read"
_TOKEN_SECONDS = 900
_PAUSE = 0.5
"""Seconds between two questions: a server that opens has nothing to watch."""


def server_steps(
    inputs: Inputs, authority: ServedAuthority, server: DeployedServer
) -> tuple[Sequence[Step], "ServerRelease"]:
    """The steps before the server, and its own, `pki.vault.server`. After it the server is open
    and the wizard may log in, unless people hold its key: then it only answers.
    """
    place = ServerPlace.of(authority, server)
    there = _in_namespace(inputs, place.namespace)
    namespace = ServerNamespace(there)
    certificate = SignedCertificates(
        "pki.vault.certificate",
        "Certificate of the server",
        there,
        authority=Wanted(place.authority, _authority_request(place)),
        signed=[Wanted(place.secrets.certificate, _server_request(place, server))],
    )
    seal = _seal(inputs, there, place, server)
    account = KeptObjects("pki.vault.account", "Account of the wizard", inputs, _account(place))
    ground: list[Step] = [certificate, *seal, account, *_image_login(inputs, there, place)]
    for step in ground:
        step.needs = (namespace.id,)
    release = ServerRelease(inputs, authority, server, [step.id for step in ground])
    return (namespace, *ground), release


def _in_namespace(inputs: Inputs, namespace: str) -> Inputs:
    """Inputs for steps that work as in the target namespace, in another one."""
    target = inputs.preset.target.model_copy(update={"namespace": namespace})
    return replace(inputs, preset=inputs.preset.model_copy(update={"target": target}))


def _image_login(inputs: Inputs, there: Inputs, place: ServerPlace) -> Sequence[Step]:
    """The login with which the server's image is pulled, where the answers have one."""
    reference = inputs.preset.delivery.pull_secret
    copied = pull_login(inputs, place.engine.pull_secret)
    if copied is None or reference is None:
        return ()
    copied = replace(copied, reference=_in_target(inputs, reference))
    return (CopySecrets("pki.vault.pull", "Login for the server's image", there, [copied]),)


class ServerNamespace(TargetNamespace):
    """The server's namespace."""

    id = "pki.vault.namespace"
    title = "Namespace of the server"


def _authority_request(place: ServerPlace) -> CertificateRequest:
    name, days = f"{place.engine.title} servers", 365 * _YEARS
    return CertificateRequest(name, days=days, key_type="ec-256", is_authority=True)


def _server_request(place: ServerPlace, server: DeployedServer) -> CertificateRequest:
    names = place.engine.server_names(place.namespace, server.replicas)
    return CertificateRequest(place.engine.name, names, days=365 * _YEARS)


def _seal(
    inputs: Inputs, there: Inputs, place: ServerPlace, server: DeployedServer
) -> Sequence[Step]:
    """The step that keeps what the seal needs in a Secret, if it needs anything; `there` is in
    the server's namespace.
    """
    unseal = server.unseal
    if isinstance(unseal, Shamir):
        return ()
    if not isinstance(unseal, StaticUnseal):
        copied = _given_to_seal(inputs, there, place, unseal)
        title = "Token of the seal" if isinstance(unseal, TransitUnseal) else "Login of the seal"
        return [CopySecrets("pki.vault.seal", title, there, copied)] if copied else ()
    reference = _in_target(inputs, unseal.key)

    def make(_: World, given: str) -> Entries:
        """32 bytes in base64: OpenBao reads them from a file in that form too."""
        return {"key": given.strip().encode() or b64encode(token_bytes(32))}

    key = Kept(place.secrets.seal, ("key",), make, f"{_UNSEAL}.key", reference)
    return [KeepSecrets("pki.vault.seal", "Key of the seal", there, [key])]


def _in_target(inputs: Inputs, reference: Secret) -> Secret:
    """The reference, with the namespace that it means."""
    if not isinstance(reference, KubernetesSecret) or reference.secret.namespace:
        return reference
    named = reference.secret.model_copy(update={"namespace": inputs.namespace})
    return reference.model_copy(update={"secret": named})


def _given_to_seal(
    inputs: Inputs, there: Inputs, place: ServerPlace, unseal: Unseal
) -> Sequence[Copied]:
    """The Secret with what people gave for the seal; none where they gave nothing."""
    given = {f"{_UNSEAL}.{one.answer}": one for one in seal_secrets(unseal)}
    bundle = unseal.ca_bundle if isinstance(unseal, TransitUnseal) else None

    async def read(world: World) -> Entries:
        entries = {"ca.crt": file_content(bundle)} if bundle else {}
        for path, one in given.items():
            entries[one.key] = (await inputs.given(world, path, one.reference)).strip().encode()
        return entries

    sources = [(path, _in_target(inputs, one.reference)) for path, one in given.items()]
    return [
        Copied(place.secrets.seal, read, path, reference, also=tuple(sources[1:]))
        for path, reference in sources[:1]
    ]


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
    """The server runs. A single OpenBao that opens itself is open, with the wizard's own login: it
    sets itself up on its very first start, and neither root token nor shares ever exist outside
    (https://openbao.org/docs/configuration/self-init/). Every other one answers, and is
    not ready before another step initialised and opened it.
    """

    id = "pki.vault.server"

    def __init__(
        self,
        inputs: Inputs,
        authority: ServedAuthority,
        server: DeployedServer,
        needs: Sequence[str],
    ) -> None:
        self.needs = tuple(needs)
        self._authority, self._server = authority, server
        self._holders = holders_of(authority, server)
        self._place = ServerPlace.of(authority, server)
        self._replicas = Replicas(inputs, self._place, server.replicas)
        self.shares, self.title = self._place.namespace, self._place.engine.title
        engine = self._place.engine
        ref = Ref(RELEASE, self._place.namespace, engine.name)
        super().__init__(inputs, engine.chart, ref, self._waiting())

    def _waiting(self) -> Wait:
        return Wait(
            self._replicas.inputs,
            title=self._place.engine.title,
            namespace=self._place.namespace,
            selector={"app.kubernetes.io/instance": self._place.engine.name},
        )

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        place, reason = self._place.namespace, "the wizard sets up the authority in the server"
        ways = [Right("create", "", "serviceaccounts/token", place, ACCOUNT), RIGHT_TO_AUTHORITY]
        return [
            *await super().rights(charts),
            *self._replicas.rights(reason),
            *(NeededRight(right, reason) for right in ways),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed for another number of replicas."""
        await self._replicas.require_as_many(world)
        return await super().check(world)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step."""
        if self._holders:
            self._wait.enough = partial(self._answer, world)
        await super().verify(world, report)

    async def _answer(self, world: World) -> bool:
        """Whether the server answers in every pod."""
        return None not in (await self._replicas.states(world)).values()

    async def wait_until_open(
        self, world: World, report: Reporter, meaning: Callable[[], Awaitable[str]]
    ) -> None:
        """Wait until all is ready, and `meaning` says nothing any more."""
        server, wait = await world.access.server(), self._waiting()
        wait.meaning = meaning
        wait.look_again = _PAUSE
        refs = [Ref.of(obj) for obj in await self._manifest(world, server)]
        await wait_until_ready(world, self._inputs, refs, report, wait)

    async def values(self, world: World | None) -> Values:
        """See HelmRelease."""
        preset, secrets = self._inputs.preset, self._place.secrets
        first: Requests = ()
        if self._place.engine is VAULT:
            return vault_values(preset, self._server, secrets)
        if not self._holders:
            published = await api_authority(world) if world else _UNKNOWN_AUTHORITY
            first = first_requests(self._inputs, self._authority, self._place, published)
        return openbao_values(preset, self._server, secrets, first)


def first_requests(
    inputs: Inputs, authority: ServedAuthority, place: ServerPlace, published: str
) -> Requests:
    """What gives the wizard its policy and its login, in a server that is new; before that a
    Vault is told to tell its log of every request, which OpenBao has in its configuration.
    """
    config = {
        "kubernetes_host": API_SERVER,
        "kubernetes_ca_cert": published,
        "disable_local_ca_jwt": True,
    }
    role = {
        "bound_service_account_names": [ACCOUNT],
        "bound_service_account_namespaces": [place.namespace],
        "token_policies": [MOUNT],
        "token_ttl": f"{_TOKEN_SECONDS}s",
    }
    return (
        *((("audit", AUDIT, AUDIT_DEVICE),) if place.engine is VAULT else ()),
        ("policy", POLICY, {"policy": OwnRights(inputs, authority).text}),
        ("login", f"sys/auth/{MOUNT}", {"type": "kubernetes"}),
        ("cluster", f"auth/{MOUNT}/config", config),
        ("role", f"auth/{MOUNT}/role/{ACCOUNT}", role),
    )
