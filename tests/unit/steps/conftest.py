"""A simulated cluster in which nothing waits, and inputs for steps against it."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from wizard.answers.preset import Preset
from wizard.answers.profiles import effective
from wizard.charts.package import Packages
from wizard.diagnose.finding import Finding
from wizard.ports import LogLine, World
from wizard.steps.inputs import Inputs


@pytest.fixture
async def world() -> AsyncIterator[SimulatedWorld]:
    """A healthy cluster with an empty namespace for Harbor."""
    async with simulated_world(speed=0) as world:
        await world.stage.objects.create(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}}
        )
        yield world


class Heard:
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.findings: list[Finding] = []

    def waiting(self, text: str) -> None:
        self.texts.append(text)

    def progress(self, done: int, total: int) -> None:
        self.texts.append(f"{done}/{total}")

    def log(self, text: str, source: str = "wizard") -> None:
        self.texts.append(text)

    def pod_log(self, line: LogLine) -> None:
        self.texts.append(line.text)

    def finding(self, finding: Finding) -> None:
        self.findings.append(finding)


def inputs_for(
    world: World,
    folder: Path,
    *,
    secrets: dict[str, str] | None = None,
    clock: datetime | None = None,
    gate_seconds: float = 3600.0,
    pki: dict[str, Any] | None = None,
    **sections: Any,
) -> Inputs:
    """Inputs for a preset with these sections; `harbor` is laid over a small one."""
    harbor = {"url": "https://harbor.example.com", "profile": "lab", **sections.pop("harbor", {})}
    own = {"kind": "self-signed", "authority": {"kind": "local"}}
    preset = Preset.model_validate(
        {"schemaVersion": 1, "name": "test", "pki": pki or own, "harbor": harbor, **sections}
    )
    given = {} if clock is None else {"clock": lambda: clock}
    return Inputs(
        effective(preset),
        Packages(world.charts, folder),
        secrets or {},
        gate_seconds=gate_seconds,
        **given,
    )
