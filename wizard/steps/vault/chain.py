"""All steps from a Vault or OpenBao to Harbor's certificate, whoever runs the server."""

from collections.abc import Iterator, Sequence

from wizard.answers.authority import DeployedServer, ExistingServer, ServedAuthority, holders_of
from wizard.answers.pki import SelfSigned
from wizard.answers.vaultauth import KubernetesAuth
from wizard.ports import Object, World
from wizard.steps.base import Step
from wizard.steps.cert_manager import cert_manager_steps
from wizard.steps.commercial import file_content
from wizard.steps.inputs import Inputs
from wizard.steps.issuers import issuing_steps
from wizard.steps.issuing import IssuerRef
from wizard.steps.secrets import Copied, CopySecrets, Entries
from wizard.steps.vault.accounts import VaultAccounts
from wizard.steps.vault.authority import held_by
from wizard.steps.vault.deployed import deployed_sessions
from wizard.steps.vault.issuer import issuer_of_deployed, issuer_of_existing, login_copies
from wizard.steps.vault.names import IssuerNames
from wizard.steps.vault.opening import ServerOpened
from wizard.steps.vault.own_rights import OwnRights, WidenedRights, widening
from wizard.steps.vault.replicas import Replicas, ServerPlace
from wizard.steps.vault.server import API_SERVER, server_steps
from wizard.steps.vault.sessions import Sessions, existing_sessions
from wizard.steps.vault.setup import setup_steps


def vault_steps(inputs: Inputs, pki: SelfSigned, authority: ServedAuthority) -> Iterator[Step]:
    """The server's steps, cert-manager's, and the root for those who have to trust it."""
    yield from cert_manager_steps(inputs)
    before: Sequence[Step]
    match authority.server:
        case ExistingServer() as server:
            sessions = existing_sessions(inputs, server) if server.sign_path is None else None
            before = list(_existing(inputs, authority, server, sessions))
        case DeployedServer() as server:
            sessions, before = _deployed(inputs, authority, server)
    yield from before

    async def made(world: World | None) -> Sequence[Object]:
        if isinstance(authority.server, ExistingServer):
            return [issuer_of_existing(inputs, authority, authority.server)]
        return [await issuer_of_deployed(inputs, authority, authority.server, world)]

    issuer = IssuerRef(IssuerNames.of(inputs.preset).issuer)
    needs = ["pki.cert-manager", *(step.id for step in before)]
    yield from issuing_steps(inputs, issuer, pki.certificate, made=made, needs=needs)
    yield PublishedRoot(inputs, authority.issuing.mount, sessions)


def _existing(
    inputs: Inputs,
    authority: ServedAuthority,
    server: ExistingServer,
    sessions: Sessions | None,
) -> Iterator[Step]:
    """The steps in a server of others; without sessions it only signs for us."""
    if sessions is not None:
        yield from setup_steps(inputs, authority, sessions, server.address.rstrip("/"))
        return
    if copies := login_copies(inputs, server.auth):
        yield CopySecrets("pki.vault.login", "Login for cert-manager", inputs, copies)
    if isinstance(server.auth, KubernetesAuth):
        yield VaultAccounts(inputs, ["target.namespace"], reviewing=False)


def _deployed(
    inputs: Inputs, authority: ServedAuthority, server: DeployedServer
) -> tuple[Sessions, Sequence[Step]]:
    """Sessions with a server of ours, and the steps from nothing to its authority."""
    place = ServerPlace.of(authority, server)
    replicas = Replicas(inputs, place, server.replicas)
    ground, release = server_steps(inputs, authority, server)
    steps: list[Step] = [*ground, release]
    sessions = deployed_sessions(replicas)
    if holders := holders_of(authority, server):
        opened = ServerOpened(inputs, authority, holders, replicas, release)
        steps.append(opened)
        sessions = deployed_sessions(replicas, opened.is_to_be_set_up)
    own = OwnRights(inputs, authority)
    widened = WidenedRights(own, sessions, [steps[-1].id])
    steps.append(widened)
    sessions = widening(sessions, own)
    steps += setup_steps(inputs, authority, sessions, place.address, [widened.id], API_SERVER)
    return sessions, steps


class PublishedRoot(CopySecrets):
    """The root stands where the portal offers it and Harbor's own components trust it.

    cert-manager puts it beside the certificate: what the server's chain ends at. While a new root
    signs already, and Harbor's certificate is still below the old one, both stand there.
    """

    def __init__(self, inputs: Inputs, mount: str, sessions: Sessions | None) -> None:
        names, bundle = inputs.names, inputs.preset.network.ca_bundle
        self._mount, self._sessions = mount, sessions

        async def published(world: World) -> Entries:
            served = (await inputs.entries(world, names.certificate)).get("ca.crt", b"")
            return {"ca.crt": served + (await self._next(world, served) if served else b"")}

        async def trusted(world: World) -> Entries:
            return {"ca.crt": file_content(bundle) + (await published(world))["ca.crt"]}

        copied = [Copied(names.authority, published, "pki"), Copied(names.trusted, trusted, "pki")]
        super().__init__("pki.root", "Root for those who trust it", inputs, copied)
        self.needs = ("pki.certificate",)

    async def _next(self, world: World, served: bytes) -> bytes:
        """The root that the next certificate will end at, where that is another one."""
        if self._sessions is None:
            return b""
        async with self._sessions(world) as session:
            held = await held_by(world, session, self._mount)
        if held is None or not held.above or not held.above[-1].self_signed:
            return b""
        mark = "-----BEGIN CERTIFICATE-----"
        pem = world.certificates.pem
        root = pem(f"{mark}{held.chain.rpartition(mark)[2]}".encode())
        return b"" if root in pem(served) else root
