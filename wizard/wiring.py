"""Opens the world of a command: with the screens' own wiring the only place that knows backends."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.certificates import Certificates
from wizard.charts.manifest import plural
from wizard.contexts import Context
from wizard.environment import number_of, state_folder
from wizard.ports import Charts, Ref, World

if TYPE_CHECKING:
    from wizard.answers.network import Network


@dataclass(frozen=True, slots=True)
class Site:
    """Which world: a cluster by kubeconfig and context, or the simulated one by its scenario."""

    kubeconfig: Path | None = None
    context: str | None = None
    scenario: str | None = None


def _unheard(line: str) -> None:
    pass


@asynccontextmanager
async def open_world(
    site: Site,
    network: "Network | None",
    notice: Callable[[str], None] = _unheard,
    *,
    screens: bool = False,
) -> AsyncIterator[World]:
    """The world of a command. `network` says how Helm fetches charts; None: nothing is said of it.

    `notice` is told what a login program of the kubeconfig says, as it comes. It may ask on the
    terminal where there is one that no `screens` use.
    Raises UsageError for a kubeconfig that cannot be used, or an unknown scenario.
    """
    if site.scenario is not None:
        async with _simulated(site.scenario) as simulated:
            yield simulated
        return
    async with _real_world(site, network, notice, screens) as world:
        yield world


@asynccontextmanager
async def _real_world(
    site: Site, network: "Network | None", notice: Callable[[str], None], screens: bool
) -> AsyncIterator[World]:
    from backends.cluster import Audience, open_cluster
    from backends.cluster.proxying import proxy_for
    from backends.harbor import HarborClient
    from backends.nfs import NfsClient
    from backends.resolver import SystemResolver
    from backends.s3 import S3Client
    from backends.vault import VaultClient

    terminal, proxies = os.isatty(0) and not screens, _proxies(network)
    audience = Audience(notice, present=terminal or screens, terminal=terminal)
    async with open_cluster(site.kubeconfig, site.context, audience=audience) as cluster:
        yield World(
            objects=cluster.objects,
            pods=cluster.pods,
            access=cluster.access,
            charts=_helm(network, cluster.kubeconfig),
            harbor=HarborClient(),
            certificates=open_certificates(network),
            resolver=SystemResolver(),
            buckets=S3Client(lambda url: proxy_for(url, proxies)),
            nfs=NfsClient(),
            vault=VaultClient(),
        )


def _simulated(scenario: str) -> AbstractAsyncContextManager[World]:
    from backends.simulated.world import simulated_world

    state = state_folder() / "demo" / "world.json"
    return simulated_world(scenario, state, number_of("WIZARD_DEMO_SPEED", 1))


def contexts(site: Site) -> Sequence[Context]:
    """The contexts that may be chosen instead of the site's, read without connecting to any.

    Raises UsageError for a kubeconfig that cannot be used, or an unknown scenario.
    """
    if site.scenario is not None:
        from backends.simulated.access import CONTEXTS
        from backends.simulated.scenarios import find

        find(site.scenario)
        return CONTEXTS
    from backends.cluster.kubeconfig import contexts as in_kubeconfig

    return in_kubeconfig(site.kubeconfig)


def opener(site: Site) -> Callable[[str, Ref], None] | None:
    """Opens k9s at an object of a context, and returns when it is left; None where there is no
    such program, or nothing for it to see.

    It raises StepFailed where the program fails.
    """
    if site.scenario is not None:
        return None
    from backends.k9s import K9s

    k9s = K9s.find(site.kubeconfig)
    return None if k9s is None else lambda context, ref: k9s.open(context, ref, plural(ref.kind))


@asynccontextmanager
async def open_charts(site: Site, network: "Network") -> AsyncIterator[Charts]:
    """Charts alone, without a cluster."""
    if site.scenario is None:
        yield _helm(network, None)
        return
    async with open_world(site, network) as world:
        yield world.charts


def open_certificates(network: "Network | None" = None) -> Certificates:
    """X.509 alone, without a cluster; `network` says how intermediates are fetched."""
    from backends.certificates import X509
    from backends.certificates.fetching import Fetching

    if network is None:
        return X509(fetch=Fetching({}, ()))
    given = {"http": network.http_proxy, "https": network.https_proxy}
    proxies = {scheme: proxy for scheme, proxy in given.items() if proxy}
    return X509(fetch=Fetching(proxies, network.no_proxy))


def _helm(network: "Network | None", kubeconfig: Path | None) -> Charts:
    from backends.helm import Helm

    return Helm(
        kubeconfig, proxies=_proxies(network), ca_bundle=network.ca_bundle if network else None
    )


def _proxies(network: "Network | None") -> dict[str, str]:
    """The proxies of a network, as environment variables name them."""
    if network is None:
        return {}
    proxies = {
        "HTTP_PROXY": network.http_proxy,
        "HTTPS_PROXY": network.https_proxy,
        "NO_PROXY": ",".join(network.no_proxy),
    }
    return {name: value for name, value in proxies.items() if value}
