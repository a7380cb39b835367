"""Locks held while something works; what is lost ends it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from wizard.errors import WizardError
from wizard.ports import Objects, Ref
from wizard.run.holder import Holder
from wizard.run.lock import Lock


@asynccontextmanager
async def holding(
    objects: Objects, refs: Sequence[Ref], tell: Callable[[str], None]
) -> AsyncIterator[None]:
    """Hold these Leases while the context is open (see Lock).

    Where one is lost, what runs in the context is cancelled, and the context raises why. Raises
    LockHeld where somebody else has one.
    """
    running = asyncio.current_task()
    lost: list[WizardError] = []

    def stop(error: WizardError) -> None:
        lost.append(error)
        if running:
            running.cancel()

    try:
        async with AsyncExitStack() as held:
            for ref in refs:
                lock = Lock(objects, ref, Holder.current(), on_lost=stop, tell=tell)
                await held.enter_async_context(lock)
            yield
    except asyncio.CancelledError:
        if lost and running and running.uncancel() == 0:
            raise lost[0] from None
        raise
