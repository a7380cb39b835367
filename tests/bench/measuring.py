"""What is measured, and how it is told: medians with their range, beside a limit."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, against what, and how much there may be."""

    name: str
    unit: str
    limit: float
    values: Sequence[float]
    peers: Sequence[float] = ()
    """What the peer took, turn by turn; with them the limit is on the ratio of the medians."""

    @property
    def figure(self) -> float:
        """What the limit is about: the median, or the ratio of both medians."""
        return median(self.values) / (median(self.peers) if self.peers else 1)

    def cells(self) -> list[str]:
        """As the table shows it."""
        limited = f"{self.figure:.2f}x" if self.peers else f"{self.figure:.4g} {self.unit}"
        allowed = f"{self.limit:g}x" if self.peers else f"{self.limit:g} {self.unit}"
        verdict = "ok" if self.figure <= self.limit else "MISSED"
        ranges = self._range(self.values), self._range(self.peers)
        return [self.name, *ranges, limited, allowed, verdict]

    def _range(self, values: Sequence[float]) -> str:
        if not values:
            return "-"
        middle, low, high = median(values), min(values), max(values)
        return f"{middle:.4g} {self.unit} ({low:.4g}-{high:.4g})"


HEAD = ["what", "wizard", "peer", "figure", "limit", ""]


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as lines of equal columns."""
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    for line in cells:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()


def seconds(work: Callable[[], object]) -> float:
    """How long it took, by the wall clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def alternate(
    turns: int, first: Callable[[], object], second: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Seconds of both, in turns, so that whatever else the machine does meets both."""
    pairs = [(seconds(first), seconds(second)) for _ in range(turns)]
    return [one for one, _ in pairs], [other for _, other in pairs]


@dataclass(frozen=True)
class Taken:
    """One run of the wizard: seconds of the wall and of its own processor time, and MiB."""

    wall: float
    cpu: float
    memory: float


def run_wizard(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str], code: int = 0
) -> Taken:
    """Run the command to its end. Raises RuntimeError where it ends with another exit code."""
    note = folder / "taken.json"
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.measured", str(note), *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - begun
    if done.returncode != code:
        raise RuntimeError(f"exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr}")
    taken = json.loads(note.read_text())
    return Taken(wall, taken["cpu"], taken["memory"])


def peak_memory(pid: int) -> float:
    """The most memory that a process has had so far, in MiB (Linux).

    `ru_maxrss` is no measure: it counts what the process had that made this one (getrusage(2)).
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (told,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(told) / 1024
