"""Profiles fill in what a person did not give, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.answers.conftest import MINIMAL
from wizard.answers.components import Replicas, Resources
from wizard.answers.loading import load
from wizard.answers.profiles import PROFILES, effective
from wizard.answers.storage import Volumes

GIVEN = (
    MINIMAL
    + """\
  profile: lab
  replicas: {core: 3}
  resources:
    core: {requests: {memory: 2Gi}}
    portal: {limits: {memory: 16Mi}}
storage: {volumes: {registry: {size: 1Ti}}}
"""
)


def test_what_is_given_stays_and_the_rest_is_filled_in(write: Callable[..., Path]) -> None:
    preset = effective(load([write(GIVEN)]))
    assert (preset.harbor.replicas.core, preset.harbor.replicas.portal) == (3, 1)
    core = preset.harbor.resources.core.requests
    assert (core.cpu, core.memory) == ("50m", "2Gi")
    assert preset.storage.volumes.registry.size == "1Ti"
    assert preset.storage.volumes.database.size == "1Gi"


def test_no_request_is_put_above_a_limit(write: Callable[..., Path]) -> None:
    portal = effective(load([write(GIVEN)])).harbor.resources.portal
    assert (portal.requests.cpu, portal.requests.memory) == ("10m", None)


def test_filling_in_twice_changes_nothing(write: Callable[..., Path]) -> None:
    once = effective(load([write(GIVEN)]))
    assert effective(once) == once


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_speaks_for_every_component(name: str) -> None:
    table = PROFILES[name]
    assert set(table.replicas) == set(Replicas.model_fields)
    assert set(table.requests) == set(Resources.model_fields)
    assert set(table.volumes) == set(Volumes.model_fields)
