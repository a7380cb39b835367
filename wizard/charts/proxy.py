"""The way to the world outside, as chart values."""

from collections.abc import Sequence
from typing import Any

from wizard.answers.network import Network
from wizard.answers.preset import Preset
from wizard.charts.blobs import on_volume
from wizard.charts.names import Names

DIRECT = ("127.0.0.1", "localhost", ".local", ".internal", ".svc")


def proxy_values(preset: Preset, cluster_ranges: Sequence[str]) -> dict[str, Any]:
    """`proxy`; empty without a proxy.

    `cluster_ranges`: the ranges of Service and pod addresses. The chart itself adds the Services
    that it makes, all but Redis. The registry needs the proxy only to reach object storage.
    """
    network = preset.network
    if network.http_proxy is None and network.https_proxy is None:
        return {}
    redis = Names(preset.target.release).component("redis")
    return {
        "httpProxy": network.http_proxy or "",
        "httpsProxy": network.https_proxy or "",
        "noProxy": ",".join(direct_hosts(network, [redis, *cluster_ranges])),
        "components": ["core", "jobservice", "trivy", *([] if on_volume(preset) else ["registry"])],
    }


def direct_hosts(network: Network, inside: Sequence[str]) -> Sequence[str]:
    """What is reached without the proxy: `inside` (the cluster's own) and what the answers name."""
    return tuple(dict.fromkeys([*DIRECT, *inside, *network.no_proxy]))
