"""The way to Harbor's core: a port-forward, past load balancers and certificates."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from wizard.errors import NotFound
from wizard.ports import Endpoint, Kind, NeededRight, Object, World
from wizard.steps.inputs import Inputs

POD = Kind("v1", "Pod")
_PORT, _TLS_PORT = 8080, 8443


def core_rights(inputs: Inputs) -> Sequence[NeededRight]:
    """What the way takes; API servers ask for `get` or `create`, by their version."""
    reason = "to ask Harbor for its health, past load balancers and certificates"
    forward = inputs.rights_in_namespace("pods/portforward", reason, "get", "create")
    return [*inputs.rights_in_namespace("pods", reason, "list"), *forward]


@asynccontextmanager
async def core_endpoint(world: World, inputs: Inputs) -> AsyncIterator[Endpoint]:
    """Core's API at an address of this machine. Raises NotFound while no pod of it is ready."""
    labels = f"release={inputs.preset.target.release},component=core"
    pods = (await world.objects.list(POD, inputs.namespace, labels)).items
    pod = next((pod["metadata"]["name"] for pod in pods if _ready(pod)), "")
    if not pod:
        raise NotFound("No pod of core is ready")
    scheme, port, authority = "http", _PORT, b""
    if inputs.preset.harbor.internal_tls:
        secret = inputs.names.internal_certificate("core")
        scheme, port = "https", _TLS_PORT
        authority = (await inputs.entries(world, secret)).get("ca.crt", b"")
    async with world.pods.forward(inputs.namespace, pod, port) as local:
        yield Endpoint(f"{scheme}://{local.host}:{local.port}", authority)


def _ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
