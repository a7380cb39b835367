"""The real Harbor client, led to the stand-in inside this process."""

from functools import partial
from typing import TYPE_CHECKING

from backends.simulated.harbor_api import create_app
from backends.simulated.harbor_state import HarborState
from wizard.ports import Harbor

if TYPE_CHECKING:
    import httpx


FORWARDED = "127.0.0.1"
"""Where port-forwards listen."""


def harbor_client(state: HarborState, *, reached: bool = True) -> Harbor:
    """A client that reaches the stand-in under any address, while core listens.

    Where the cluster's entrances are not `reached` from here, only port-forwards lead to it.
    """
    from backends.harbor import HarborClient

    return HarborClient(partial(_transport, state, reached))


def _transport(state: HarborState, reached: bool) -> "httpx.AsyncBaseTransport":
    import httpx

    class InProcess(httpx.ASGITransport):
        """Hands requests to the application; nobody listens while core does not."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if not reached and request.url.host != FORWARDED:
                raise httpx.ConnectTimeout("the connection timed out", request=request)
            if not state.listening:
                raise httpx.ConnectError("connection refused", request=request)
            return await super().handle_async_request(request)

    return InProcess(app=create_app(state))
