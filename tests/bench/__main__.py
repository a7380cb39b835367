"""Measure and print the table: `python -m tests.bench [GROUP…]`; without a group all of them."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench.bundles import bundles
from tests.bench.crowd import rules
from tests.bench.crowded import crowds
from tests.bench.first_frame import first_frames
from tests.bench.installing import installations
from tests.bench.judging import verdicts
from tests.bench.log_view import log_view
from tests.bench.looking import looks
from tests.bench.measuring import Row, table
from tests.bench.starting import starting
from tests.bench.switching import switching

GROUPS: Mapping[str, Callable[[], Sequence[Row]]] = {
    "starting": starting,
    "verdicts": verdicts,
    "log-view": log_view,
    "first-frames": first_frames,
    "switching": switching,
    "rules": rules,
    "installing": installations,
    "looking": looks,
    "crowded": crowds,
    "bundles": bundles,
}
"""Those that need a cluster come last."""


def _machine() -> str:
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    models = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    model = ", ".join(sorted(models)) or platform.processor()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    python = platform.python_version()
    return f"{os.cpu_count()} x {model}, {platform.platform()}, Python {python}, load {load}"


parser = argparse.ArgumentParser(prog="python -m tests.bench")
parser.add_argument("group", nargs="*", choices=[[], *GROUPS], help="what to measure")
wanted = parser.parse_args().group or GROUPS
rows = [row for name in wanted for row in GROUPS[name]()]
sys.stdout.write("\n".join([_machine(), *table(rows), ""]))
