"""What the cluster's own network looks like, as far as proxies have to leave it alone."""

from collections.abc import Iterator
from ipaddress import ip_network

from wizard.answers.network import Network
from wizard.errors import Forbidden, KindUnknown
from wizard.ports import Kind, Object, World

NODE = Kind("v1", "Node")
SERVICE_RANGES = Kind("networking.k8s.io/v1", "ServiceCIDR")
_POD_PREFIX = {4: 16, 6: 48}


async def cluster_ranges(world: World, network: Network) -> tuple[str, ...]:
    """The ranges of Service and pod addresses, sorted; empty where no proxy is set.

    A node's pod range is widened (/16, or /48 for IPv6), so that a new node does not change the
    answer. What this identity may not read, or an older API server does not serve, is left out.
    """
    if network.http_proxy is None and network.https_proxy is None:
        return ()
    ranges = {
        found
        for kind in (NODE, SERVICE_RANGES)
        for obj in await _all(world, kind)
        for found in _ranges(obj)
    }
    return tuple(sorted(ranges))


async def _all(world: World, kind: Kind) -> list[Object]:
    try:
        return list((await world.objects.list(kind)).items)
    except (Forbidden, KindUnknown):
        return []


def _ranges(obj: Object) -> Iterator[str]:
    spec = obj.get("spec") or {}
    yield from spec.get("cidrs") or ()
    for text in spec.get("podCIDRs") or ():
        pods = ip_network(text, strict=False)
        prefix = min(pods.prefixlen, _POD_PREFIX[pods.version])
        yield str(pods.supernet(new_prefix=prefix))
