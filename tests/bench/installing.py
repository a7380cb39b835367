"""Installations on the test cluster against Helm with the same values."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measuring import Row, Taken, run_wizard, seconds
from tests.cluster.build import ensure_programs
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import Object
from tests.cluster.plain_helm import PlainHelm
from tests.cluster.wizard import Wizard, site
from tests.real import charts_folder
from wizard.answers.loading import load
from wizard.answers.profiles import effective
from wizard.charts.catalogue import harbor_chart
from wizard.charts.package import package_file
from wizard.charts.values import Pins, harbor_values

INSTALLATIONS, REPEATS = 3, 7
STAGES = {"database": 10, "redis": 10, "registry": 15, "core": 20, "jobservice": 25, "portal": 30}
"""Seconds after which the pods of a component are ready."""


def _staged() -> Object:
    return {
        name: {"podAnnotations": {"harbor-wizard.test/ready-after": f"{after}s"}}
        for name, after in STAGES.items()
    }


@dataclass
class Pair:
    """The same Harbor twice: by the wizard, and by Helm in a namespace of its own."""

    wizard: Wizard
    helm: PlainHelm

    def install(self) -> Taken:
        """A run of the wizard."""
        preset = str(self.wizard.folder / "preset.yaml")
        environment = {
            "HOME": str(self.wizard.folder),
            "KUBECONFIG": str(self.wizard.identity.kubeconfig),
            "WIZARD_HELM": self.wizard.helm,
            "XDG_STATE_HOME": str(self.wizard.state),
        }
        return run_wizard(self.wizard.folder, ["--preset", preset], environment)

    def upgrade(self) -> None:
        """What a person would type instead."""
        preset = effective(load([self.wizard.folder / "preset.yaml"]))
        chart = self.wizard.charts / package_file(harbor_chart(preset.versions.harbor))
        place = ["harbor", str(chart), "-n", f"{self.wizard.namespace}-helm", "--create-namespace"]
        values = harbor_values(preset, Pins("Bench-Passw0rd"))
        self.helm.run("upgrade", "--install", "--wait", *place, values=values)


@contextmanager
def _pair(plane: ControlPlane) -> Iterator[Pair]:
    with (
        tempfile.TemporaryDirectory(prefix="harbor-wizard-bench-") as name,
        site(plane, charts_folder(), Path(name)) as wizard,
    ):
        wizard.preset({"values": _staged()})
        helm = PlainHelm(wizard.helm, wizard.identity.kubeconfig, Path(name) / "helm")
        yield Pair(wizard, helm)
        plane.admin.delete(f"/api/v1/namespaces/{wizard.namespace}-helm")


def installations() -> list[Row]:
    """First installations and second runs, in turns."""
    first: list[Taken] = []
    first_helm: list[float] = []
    second: list[Taken] = []
    second_helm: list[float] = []
    with ControlPlane(ensure_programs(print)) as plane:
        for _ in range(INSTALLATIONS):
            with _pair(plane) as pair:
                first.append(pair.install())
                first_helm.append(seconds(pair.upgrade))
                for _ in range(REPEATS):
                    second.append(pair.install())
                    second_helm.append(seconds(pair.upgrade))
    memory = [one.memory for one in (*first, *second)]
    return [
        Row("install / helm --wait", "s", 1.15, [one.wall for one in first], first_helm),
        Row("CPU of an install", "s", 4, [one.cpu for one in first]),
        Row("second run / helm no-op", "s", 2, [one.wall for one in second], second_helm),
        Row("CPU of a second run", "s", 4, [one.cpu for one in second]),
        Row("peak memory of a run", "MiB", 200, memory),
    ]
