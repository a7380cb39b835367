"""cert-manager's chart: where it comes from, what it is called, its values."""

from collections.abc import Mapping, Sequence
from typing import Any

from wizard.answers.preset import Preset
from wizard.answers.versions import CERT_MANAGER_VERSION
from wizard.charts.images import mirrored
from wizard.charts.names import MARK
from wizard.charts.proxy import direct_hosts
from wizard.ports import ChartSource

REPOSITORY = "oci://quay.io/jetstack/charts"

NAMESPACE = "cert-manager"
"""Its namespace and its release, as its makers recommend: other software looks for it there."""

PULL_SECRET = "cert-manager-pull"  # noqa: S105 - the name of a Secret

_IMAGES = "quay.io/jetstack"


def cert_manager_chart(version: str | None) -> ChartSource:
    """The chart of a cert-manager version (None: the one that this wizard was tested with)."""
    return ChartSource("cert-manager", f"v{version or CERT_MANAGER_VERSION}", repository=REPOSITORY)


def cert_manager_values(
    preset: Preset, cluster_ranges: Sequence[str], *, gateways: bool
) -> Mapping[str, Any]:
    """The chart's values, the same for every preset with the same network and delivery.

    `gateways`: whether the cluster serves the Gateway API, without which its controllers would
    not start with support for it.
    The lease of its controllers stays in its own namespace, so that nothing is written to
    kube-system. The chart's own test of the API is left out: the step asks the same, and says why.
    """
    registry, _, project = mirrored(_IMAGES, preset.delivery.image_mirrors).rpartition("/")
    shared: dict[str, Any] = {
        "commonLabels": {MARK: NAMESPACE},
        "leaderElection": {"namespace": NAMESPACE},
    }
    if preset.delivery.pull_secret is not None:
        shared["imagePullSecrets"] = [{"name": PULL_SECRET}]
    return {
        "crds": {"enabled": True, "keep": True},
        "global": shared,
        "imageRegistry": registry,
        "imageNamespace": project,
        "startupapicheck": {"enabled": False},
        **({"config": {"enableGatewayAPI": True}} if gateways else {}),
        **_proxy(preset, cluster_ranges),
    }


def _proxy(preset: Preset, cluster_ranges: Sequence[str]) -> Mapping[str, Any]:
    network = preset.network
    if network.http_proxy is None and network.https_proxy is None:
        return {}
    return {
        "http_proxy": network.http_proxy or "",
        "https_proxy": network.https_proxy or "",
        "no_proxy": ",".join(direct_hosts(network, cluster_ranges)),
    }
