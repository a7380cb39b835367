"""Sessions of steps with the server that keeps the authority."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from wizard.answers.authority import ExistingServer
from wizard.ports import World
from wizard.steps.inputs import Inputs
from wizard.steps.vault.reaching import address_of, login_of, own_token
from wizard.vaults import VaultSession

Sessions = Callable[[World], AbstractAsyncContextManager[VaultSession]]
"""Opens a session as the identity that may set up the authority."""


def existing_sessions(inputs: Inputs, server: ExistingServer) -> Sessions:
    """Sessions with a server that somebody else runs, by the login of the answers."""

    @asynccontextmanager
    async def opened(world: World) -> AsyncIterator[VaultSession]:
        account_token = partial(own_token, world, inputs.preset, inputs.conceal)
        login = await login_of(server.auth, partial(inputs.given, world), account_token)
        async with world.vault.session(address_of(server), login) as session:
            yield session

    return opened
