"""The real Harbor client, led to the stand-in inside this process."""

from functools import partial
from typing import TYPE_CHECKING

from backends.simulated.harbor_api import create_app
from backends.simulated.harbor_state import HarborState
from wizard.ports import Harbor

if TYPE_CHECKING:
    import httpx


def harbor_client(state: HarborState) -> Harbor:
    """A client that reaches the stand-in under any address, while core listens."""
    from backends.harbor import HarborClient

    return HarborClient(partial(_transport, state))


def _transport(state: HarborState) -> "httpx.AsyncBaseTransport":
    import httpx

    class InProcess(httpx.ASGITransport):
        """Hands requests to the application; nobody listens while core does not."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if not state.listening:
                raise httpx.ConnectError("connection refused", request=request)
            return await super().handle_async_request(request)

    return InProcess(app=create_app(state))
