"""Names as this machine resolves them: the port Resolver over the system's resolver."""

import asyncio
import socket
from collections.abc import Sequence

from wizard.errors import Unreachable


class SystemResolver:
    """Asks what every other program of this machine would be told (hosts file, DNS, …)."""

    async def addresses(self, host: str) -> Sequence[str]:
        """See wizard.ports.Resolver. Raises Unreachable where no name server answers."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, None, type=socket.SOCK_STREAM
            )
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
