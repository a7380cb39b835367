"""A server that the wizard installs: where it is, its pods, and the way to each of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wizard.answers.authority import DeployedServer, ServedAuthority, VaultAuthority
from wizard.charts.engine import PORT, Engine, ServerSecrets
from wizard.charts.openbao import OPENBAO
from wizard.charts.vault import VAULT
from wizard.diagnose.kinds import STATEFUL_SET
from wizard.errors import CheckFailed, NotFound, Unreachable
from wizard.ports import NeededRight, Ref, Right, World
from wizard.steps.inputs import Inputs
from wizard.vaults import VaultServer, VaultState, VaultStatus

OPEN: frozenset[VaultState] = frozenset({"active", "standby"})
"""The states of a server that can read what it stores."""


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """Which server it is and where, and what its Secrets are called."""

    engine: Engine
    namespace: str

    @property
    def address(self) -> str:
        """Where pods reach it."""
        return f"https://{self.engine.name}.{self.namespace}.svc:{PORT}"

    @property
    def secrets(self) -> ServerSecrets:
        """Its Secrets."""
        return ServerSecrets(f"{self.engine.name}-server-tls", f"{self.engine.name}-seal-key")

    @property
    def authority(self) -> str:
        """Secret: the authority of its certificate, with the key."""
        return f"{self.engine.name}-server-ca-key"

    @classmethod
    def of(cls, authority: ServedAuthority, server: DeployedServer) -> "ServerPlace":
        """The place that the answers give it."""
        engine = VAULT if isinstance(authority, VaultAuthority) else OPENBAO
        return cls(engine, server.namespace or engine.name)


@dataclass(frozen=True, slots=True)
class Replicas:
    """The pods of a server. Each has a seal of its own, so each is reached by itself."""

    inputs: Inputs
    place: ServerPlace
    count: int

    @property
    def pods(self) -> Sequence[str]:
        """Their names; the first is the one that is initialised, the others join it."""
        return [f"{self.place.engine.name}-{number}" for number in range(self.count)]

    @property
    def title(self) -> str:
        """What people call the server."""
        return self.place.engine.title

    def rights(self, reason: str) -> Sequence[NeededRight]:
        """What reaching them takes."""
        namespace = self.place.namespace
        ways = (
            Right("get", "", "pods/portforward", namespace),
            Right("create", "", "pods/portforward", namespace),
            Right("get", "", "secrets", namespace, self.place.authority),
        )
        return [NeededRight(right, reason) for right in ways]

    @asynccontextmanager
    async def reached(self, world: World, pod: str) -> AsyncIterator[VaultServer]:
        """The server in a pod, through a port-forward. Raises NotFound, Unreachable."""
        async with world.pods.forward(self.place.namespace, pod, PORT) as local:
            held = await self.inputs.entries(world, self.place.authority, self.place.namespace)
            yield VaultServer(f"https://{local.host}:{local.port}", held.get("tls.crt", b""))

    async def status(self, world: World, pod: str) -> VaultStatus | None:
        """What the server in a pod tells everybody; None: nobody answers there yet."""
        try:
            async with self.reached(world, pod) as server:
                return await world.vault.status(server)
        except (NotFound, Unreachable):
            return None

    async def require_as_many(self, world: World) -> None:
        """Raise CheckFailed where the server was installed with another number of replicas: of
        three that agree one alone decides nothing, and others could not read who belongs to them.
        """
        ref = Ref(STATEFUL_SET, self.place.namespace, self.place.engine.name)
        found = (await world.objects.get(ref) or {}).get("spec", {}).get("replicas", self.count)
        if found not in {0, self.count}:
            raise CheckFailed(
                f"{self.title} has {found} replicas, which no run makes {self.count}",
                why="they have agreed on who belongs to them, and one that is taken away still "
                "counts",
                where="pki.authority.server.replicas",
                fix=f"give {found}; or move to a new server, in another pki.authority.server."
                "namespace",
            )

    async def states(self, world: World) -> Mapping[str, VaultState | None]:
        """The state of each pod, by its name; None: nobody answers there yet."""
        found = {pod: await self.status(world, pod) for pod in self.pods}
        return {pod: status.state if status else None for pod, status in found.items()}
