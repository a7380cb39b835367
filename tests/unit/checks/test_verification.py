"""What `wizard verify` asks Harbor."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import simulated_world
from tests.unit.steps.conftest import inputs_for
from wizard.checks.verification import address
from wizard.ports import Component, Endpoint


class Listening:
    """A Harbor that keeps how it was asked."""

    def __init__(self) -> None:
        self.asked: list[Endpoint] = []

    async def health(self, endpoint: Endpoint) -> Sequence[Component]:
        self.asked.append(endpoint)
        return ()

    async def version(self, endpoint: Endpoint, username: str, password: str) -> str:
        raise AssertionError


@pytest.mark.parametrize("pki", [{"kind": "none"}, {"kind": "secret", "name": "harbor-tls"}])
async def test_extra_authorities_count_for_harbors_url(tmp_path: Path, pki: dict[str, Any]) -> None:
    bundle = tmp_path / "corporate.pem"
    bundle.write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    harbor = Listening()
    async with simulated_world(speed=0) as simulated:
        world = replace(simulated, harbor=harbor)
        network = {"caBundle": str(bundle)}
        inputs = inputs_for(
            world, tmp_path, pki=pki, network=network, harbor={"resolve": "10.0.0.5"}
        )
        await address(world, inputs)

    assert harbor.asked[0].authority == bundle.read_bytes()
