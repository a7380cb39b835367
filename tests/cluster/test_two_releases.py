"""Two Harbors side by side in one namespace: neither sees the other as its own."""

from __future__ import annotations

from tests.cluster.snapshot import APPS
from tests.cluster.wizard import Wizard


def test_a_second_release_leaves_the_first_alone(wizard: Wizard) -> None:
    wizard.preset()
    wizard.install().require(0)
    before = wizard.objects()
    wizard.preset(target={"release": "registry"})
    wizard.install().require(0)
    assert "registry-harbor-core" in wizard.names(APPS, "deployments")
    after = wizard.objects()
    assert {name: after.get(name) for name in before} == before
    wizard.nothing_to_do()
    wizard.preset()
    wizard.nothing_to_do()
