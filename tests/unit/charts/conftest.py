"""Real charts and a real Helm for the tests of chart values; skipped with a reason without them."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from backends.helm import Helm
from tests.real import charts_folder, helm_program
from wizard.answers.preset import Preset
from wizard.charts.values import Pins, harbor_values
from wizard.ports import Object, ReleaseRequest, Server

Render = Callable[[Preset], Awaitable[list[Object]]]


@pytest.fixture(scope="session")
def charts() -> Path:
    """The folder of unmodified chart packages."""
    return charts_folder()


@pytest.fixture
def helm() -> Helm:
    """The real Helm, without a cluster."""
    return Helm(environ={**os.environ, "WIZARD_HELM": helm_program()})


@pytest.fixture
def render(helm: Helm, charts: Path) -> Render:
    """The objects of Harbor's chart for a preset."""

    async def rendered(preset: Preset) -> list[Object]:
        minor = int(preset.versions.harbor.split(".")[1]) + 4
        patch = preset.versions.harbor.split(".")[2]
        request = ReleaseRequest(
            preset.target.release,
            preset.target.namespace,
            charts / f"harbor-1.{minor}.{patch}.tgz",
            harbor_values(preset, Pins("a-pinned-password", ("10.96.0.0/12", "10.244.0.0/16"))),
        )
        return await helm.render(request, SERVER)

    return rendered


SERVER = Server("test", "https://127.0.0.1:6443", "v1.34.1", 0.0, "tester")


def preset_of(harbor: dict[str, Any] | None = None, **sections: Any) -> Preset:
    """A preset with these answers of `harbor` and these sections, written as in a file."""
    answers: dict[str, Any] = {
        "schemaVersion": 1,
        "name": "test",
        "pki": {"kind": "secret", "name": "given-tls"},
        "harbor": {"url": "https://harbor.example.com", **(harbor or {})},
        **sections,
    }
    return Preset.model_validate(answers)
