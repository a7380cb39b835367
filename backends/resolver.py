"""Names as this machine resolves them: the port Resolver over the system's resolver."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from wizard.errors import Unreachable


class SystemResolver:
    """Asks what every other program of this machine would be told (hosts file, DNS, …)."""

    async def addresses(self, host: str) -> Sequence[str]:
        """See wizard.ports.Resolver. Raises Unreachable where no name server answers."""
        try:
            found = await _looked_up(host)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Unreachable(
                    f"The name {host} cannot be looked up now",
                    why="no name server answers",
                    fix="check this machine's network and its name servers",
                    where=host,
                ) from None
            return ()
        except UnicodeError:  # a label of more than 63 characters, or an empty one
            return ()
        return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


async def _looked_up(host: str) -> list[Any]:
    """What the system's resolver says, in a thread that nobody waits for at the end: where no name
    server answers it takes as long as the system wants.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def tell(found: list[Any], error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(found)
        else:
            answer.set_exception(error)

    def look_up() -> None:
        found: list[Any] = []
        failed: Exception | None = None
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failed = error
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(tell, found, failed)

    threading.Thread(target=look_up, name="names", daemon=True).start()
    return await answer
