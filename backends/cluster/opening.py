"""From a kubeconfig to the ports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from . import kubeconfig as kubeconfigs
from .access import ClusterAccess
from .audience import NOBODY, Audience
from .calls import Calls
from .connection import connect
from .discovery import Discovery
from .objects import ClusterObjects
from .pods import ClusterPods


@dataclass(frozen=True, slots=True)
class Cluster:
    """The ports of one cluster, as long as it is open."""

    objects: ClusterObjects
    pods: ClusterPods
    access: ClusterAccess
    kubeconfig: Path
    """A private file (0600) with this one context, for Helm; removed at the end."""


@asynccontextmanager
async def open_cluster(
    kubeconfig: Path | None = None,
    context: str | None = None,
    *,
    audience: Audience = NOBODY,
    budget: float = 15,
) -> AsyncIterator[Cluster]:
    """Log in at the cluster of --kubeconfig and --context, else of KUBECONFIG or the pod's own.

    The `audience` follows what a login program says. `budget` bounds the seconds spent on
    repeating one call. Raises UsageError for a kubeconfig that cannot be used; whether the server
    answers shows with the first call.
    """
    async with connect(kubeconfigs.load(kubeconfig, context), audience=audience) as connection:
        calls = Calls(connection, budget=budget)
        discovery = Discovery(calls)
        objects = ClusterObjects(calls, discovery)
        yield Cluster(
            objects=objects,
            pods=ClusterPods(calls, objects),
            access=ClusterAccess(calls, discovery),
            kubeconfig=connection.file,
        )
