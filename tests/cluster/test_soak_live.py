"""The live view over a namespace of 5,000 pods and 20,000 events that changes all the time.

HARBOR_WIZARD_SOAK_SECONDS makes it shorter than five minutes, to try it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.command import Running
from tests.cluster.control_plane import ControlPlane
from tests.cluster.crowd import fill, wait_running
from tests.cluster.identities import Identity
from tests.cluster.test_harness_pods import make_namespace
from wizard.answers.network import Network
from wizard.answers.target import Target
from wizard.diagnose import kinds
from wizard.live import pictures
from wizard.wiring import Site, open_world

PODS, EVENTS, RATE = 5_000, 20_000, 100
SECONDS = float(os.environ.get("HARBOR_WIZARD_SOAK_SECONDS", "300"))
WARM = min(60.0, SECONDS / 5)
LONGEST_STALL = 0.1
GROWTH = 1.1


@contextmanager
def churn(identity: Identity, namespace: str) -> Iterator[Running]:
    """Changes from a process of its own: threads of this one would stall its loop."""
    place = [str(identity.kubeconfig), namespace, *map(str, (RATE, PODS, EVENTS))]
    argv = [sys.executable, "-m", "tests.cluster.crowd", *place]
    with Running(argv, {"PATH": os.environ["PATH"]}) as running:
        yield running


@dataclass
class Stalls:
    """How long the loop did something else at the longest, in seconds of its processor time: what
    other programs take of a busy machine is no stall of ours.
    """

    longest: float = 0.0

    async def watch(self) -> None:
        """Sleep as shortly as can be, for ever."""
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - begun)

    def so_far(self) -> float:
        """The longest since this was asked last."""
        longest, self.longest = self.longest, 0.0
        return longest


@asynccontextmanager
async def stalls() -> AsyncIterator[Stalls]:
    """Watch the loop."""
    seen = Stalls()
    task = asyncio.create_task(seen.watch())
    try:
        yield seen
    finally:
        task.cancel()


def resident() -> int:
    """Bytes of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 1200)
async def test_it_neither_grows_nor_stalls_however_much_changes(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str
) -> None:
    make_namespace(control_plane, namespace)
    await asyncio.to_thread(fill, control_plane.admin, namespace, PODS, EVENTS)
    await asyncio.to_thread(wait_running, control_plane.admin, namespace)
    site, wanted = Site(kubeconfig=wizard_identity.kubeconfig), Target(namespace=namespace)
    with churn(wizard_identity, namespace) as changing:
        async with (
            open_world(site, Network()) as world,
            aclosing(pictures(world, wanted, lambda _: None)) as seen,
            stalls() as stalled,
        ):
            begun = time.monotonic()
            await anext(seen)
            first, loading = time.monotonic() - begun, stalled.so_far()
            begun, used, warm, count = time.monotonic(), time.process_time(), 0, 0
            async for picture in seen:
                pods, count = len(picture.view.collections[kinds.POD].items), count + 1
                passed = time.monotonic() - begun
                warm = warm or (resident() if passed > WARM else 0)
                if passed > SECONDS:
                    break
            used = time.process_time() - used
        changing.kill()
        changed = int(changing.wait().stdout.split()[-1])
        longest = stalled.so_far()
    sys.stderr.write(
        f"\nfirst picture {first:.1f} s, its longest stall {1000 * loading:.0f} ms; {count} "
        f"pictures of {changed} changes in {passed:.0f} s, {used:.0f} s of CPU; longest stall "
        f"{1000 * longest:.0f} ms; {warm >> 20} MiB warm, {resident() >> 20} MiB at the end\n"
    )
    assert pods == PODS
    assert resident() <= GROWTH * warm
    assert longest <= LONGEST_STALL
