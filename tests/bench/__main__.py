"""Measure everything and print the table: `python -m tests.bench [--quick]` (without a cluster)."""

import os
import platform
import sys
from pathlib import Path

from tests.bench.first_frame import first_frames
from tests.bench.installing import installations
from tests.bench.judging import verdicts
from tests.bench.log_view import log_view
from tests.bench.measuring import table
from tests.bench.starting import graph, rehearsed_check, version
from tests.bench.switching import switching


def _machine() -> str:
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    models = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    model = ", ".join(sorted(models)) or platform.processor()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    python = platform.python_version()
    return f"{os.cpu_count()} x {model}, {platform.platform()}, Python {python}, load {load}"


rows = [version(), rehearsed_check(), graph(), *verdicts()]
rows += [*log_view(), *first_frames(), switching()]
if "--quick" not in sys.argv:
    rows += installations()
sys.stdout.write("\n".join([_machine(), *table(rows), ""]))
