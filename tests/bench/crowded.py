"""The live view of a namespace of 5,000 pods on the test cluster, against k9s."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measuring import Row, peak_memory
from tests.bench.peers import k9s
from tests.cluster.build import ensure_programs
from tests.cluster.control_plane import ControlPlane
from tests.cluster.crowd import fill, spoil, wait_running
from tests.cluster.kube import CORE
from tests.cluster.wizard import COMMAND
from tests.terminal import Terminal

PODS, TURNS = 5_000, 5
SIZE = (200, 50)
NAMESPACE = "crowd"


@dataclass(frozen=True)
class Shown:
    """Seconds until all of it was on the screen, and the most memory until then, in MiB."""

    seconds: float
    memory: float


def crowds() -> list[Row]:
    """Both in turns, each started anew."""
    program = str(k9s())
    with _crowded() as kubeconfig, tempfile.TemporaryDirectory() as home:
        where = ["--kubeconfig", str(kubeconfig), "--namespace", NAMESPACE]
        wizard = [str(COMMAND), "troubleshoot", *where]
        peer = [program, *where, "--command", "pods", "--logoless", "--splashless", "--readonly"]
        turns = [
            (_shown(wizard, "HW-025", home), _shown(peer, f"[{PODS:,}]", home))
            for _ in range(TURNS)
        ]
    seconds = [[one.seconds for one in both] for both in zip(*turns, strict=True)]
    memory = [[one.memory for one in both] for both in zip(*turns, strict=True)]
    return [
        Row(f"{PODS:,} pods on the screen / k9s", "s", 0.5, *seconds),
        Row(f"peak memory of {PODS:,} pods / k9s", "MiB", 1, *memory),
    ]


@contextmanager
def _crowded() -> Iterator[Path]:
    """A kubeconfig of a cluster with the pods, of which the last cannot get its image."""
    with ControlPlane(ensure_programs(print)) as plane:
        plane.admin.create(f"{CORE}/namespaces", {"metadata": {"name": NAMESPACE}})
        plane.admin.wait(f"{CORE}/namespaces/{NAMESPACE}/serviceaccounts/default", bool)
        fill(plane.admin, NAMESPACE, PODS - 1)
        wait_running(plane.admin, NAMESPACE)
        spoil(plane.admin, NAMESPACE, PODS - 1)
        yield plane.identity().kubeconfig


def _shown(command: Sequence[str], text: str, home: str) -> Shown:
    begun = time.perf_counter()
    environment = {"HOME": home, "XDG_STATE_HOME": home, "PATH": os.environ["PATH"]}
    with Terminal(command, environment, SIZE) as terminal:
        terminal.until(text)
        return Shown(time.perf_counter() - begun, peak_memory(terminal.pid))
