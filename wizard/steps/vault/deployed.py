"""The wizard's own login to a server that it installs, and sessions by it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from wizard.errors import NotFound, Unreachable, VaultClosed, WorldError
from wizard.ports import World
from wizard.steps.vault.reaching import ACCOUNT
from wizard.steps.vault.replicas import OPEN, Replicas
from wizard.steps.vault.sessions import Sessions
from wizard.vaults import VaultLogin, VaultReply, VaultServer, VaultSession

MOUNT = "harbor-wizard"
"""The wizard's login in the server, and its policy there."""

RAFT = "sys/storage/raft/configuration"
"""Where a server of several tells who belongs to it."""


async def account_login(replicas: Replicas, world: World) -> VaultLogin:
    """The login with a token of the wizard's own ServiceAccount beside the server."""
    token = await world.access.token(replicas.place.namespace, ACCOUNT, "")
    replicas.inputs.conceal(token)
    return VaultLogin(path=f"auth/{MOUNT}/login", data={"role": ACCOUNT, "jwt": token})


def deployed_sessions(
    replicas: Replicas, closed: Callable[[World], Awaitable[bool]] | None = None
) -> Sessions:
    """Sessions through a port-forward to the server's pod. Before there is one, nothing is to be
    found there.

    `closed`, for a server that a step of the run opens, says whether that is still to be done:
    until then nothing can be seen of what it holds either.
    """

    @asynccontextmanager
    async def opened(world: World) -> AsyncIterator[VaultSession]:
        async with AsyncExitStack() as stack:
            try:
                server = await stack.enter_async_context(in_charge(replicas, world))
                if closed and await closed(world):
                    raise NotFound("The server is not set up yet")
                login = await account_login(replicas, world)
                session = await stack.enter_async_context(world.vault.session(server, login))
            except (NotFound, Unreachable, VaultClosed) as error:
                if not isinstance(error, NotFound) and not (
                    closed and await _shut(replicas, world)
                ):
                    raise
                session = _NothingThere(error)
            yield session

    return opened


async def _shut(replicas: Replicas, world: World) -> bool:
    """Whether no replica is open: nothing can be seen before people opened one."""
    return not OPEN & {*(await replicas.states(world)).values()}


@asynccontextmanager
async def in_charge(replicas: Replicas, world: World) -> AsyncIterator[VaultServer]:
    """The server in the pod that writes: others may answer with what was there before."""
    chosen, *others = replicas.pods
    if others:
        states = await replicas.states(world)
        chosen = next((pod for pod in replicas.pods if states[pod] == "active"), chosen)
    async with replicas.reached(world, chosen) as server:
        yield server


async def followers(replicas: Replicas, world: World) -> str:
    """Which of several replicas could not take over yet; empty: all could.

    One that has just joined has no vote (measured: up to twelve seconds), and without enough
    votes nobody takes over.
    """
    async with deployed_sessions(replicas)(world) as session:
        found = await session.read(RAFT) or {}
    servers = (found.get("config") or {}).get("servers") or ()
    voting = sum(1 for one in servers if one.get("voter"))
    if voting < replicas.count:
        return f"{voting} of {replicas.count} replicas of {replicas.title} have a vote"
    return ""


class _NothingThere:
    """A server that is yet to be installed, or to be opened."""

    def __init__(self, error: WorldError) -> None:
        self._error = error

    async def read(self, path: str) -> Mapping[str, Any] | None:
        """Nothing."""
        return None

    async def list(self, path: str) -> Sequence[str]:
        """Nothing."""
        return ()

    async def write(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        """Raises what is in the way."""
        raise self._error

    async def delete(self, path: str) -> None:
        """There is nothing to delete."""
