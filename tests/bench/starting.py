"""What needs no cluster: start-up, checks of a rehearsal, the graph."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from backends.helm import Helm
from tests.bench.measuring import Row, alternate, run_wizard, seconds
from wizard.answers.loading import load
from wizard.answers.problems import PresetInvalid
from wizard.answers.profiles import effective
from wizard.charts.package import Packages
from wizard.plan.graph import build_graph
from wizard.steps.inputs import Inputs

REPOSITORY = Path(__file__).parents[2]
PRESETS = REPOSITORY / "presets"
TURNS = 10


def starting() -> list[Row]:
    """All of it."""
    return [version(), rehearsed_check(), graph()]


def version() -> Row:
    """`wizard --version` against a bare interpreter."""

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)

    wizard = str(Path(sys.executable).with_name("wizard"))
    values, peers = alternate(
        TURNS, lambda: run(wizard, "--version"), lambda: run(sys.executable, "-c", "pass")
    )
    return Row("wizard --version / python -c pass", "s", 5, values, peers)


def rehearsed_check() -> Row:
    """The processor time of `wizard --demo --check`."""
    arguments = ["--demo", "--preset", str(PRESETS / "demo.yaml"), "--check"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        environment = {"HOME": name, "XDG_STATE_HOME": name}
        taken = [run_wizard(folder, arguments, environment) for _ in range(TURNS)]
    return Row("CPU of wizard --demo --check", "s", 1, [one.cpu for one in taken])


def graph() -> Row:
    """Building the graph of the shipped preset that has the most steps, after all imports."""
    fullest = max(_carried_out(), key=lambda inputs: len(build_graph(inputs).steps))
    steps = len(build_graph(fullest).steps)
    taken = [1000 * seconds(lambda: build_graph(fullest)) for _ in range(100)]
    return Row(f"graph of {steps} steps (preset {fullest.preset.name})", "ms", 20, taken)


def _carried_out() -> Iterator[Inputs]:
    for path in sorted(PRESETS.rglob("*.yaml")):
        for sets in ([], ["harbor.internalTls=true"]):
            with suppress(PresetInvalid):  # it asks for what is not carried out yet
                inputs = Inputs(effective(load([path], sets)), Packages(Helm(), Path()))
                build_graph(inputs)
                yield inputs
