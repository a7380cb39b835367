"""Harbor's chart values from a preset: a pure function, so that a second rendering is the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from wizard.answers.preset import Preset
from wizard.charts.components import (
    metrics_values,
    replica_values,
    resource_values,
    scanner_values,
)
from wizard.charts.exposure import exposure_values
from wizard.charts.images import image_values
from wizard.charts.names import Names
from wizard.charts.overrides import merged
from wizard.charts.persistence import persistence_values
from wizard.charts.proxy import proxy_values
from wizard.charts.references import secret_values
from wizard.charts.services import database_values, redis_values
from wizard.charts.tls import tls_values


@dataclass(frozen=True, slots=True)
class Pins:
    """What the values take from the world, fixed once so that it never changes by itself.

    `database_password`: the internal database's, which the chart takes only as a value; it rests
    in Helm's release Secret. `cluster_ranges`: the ranges of Service and pod addresses, for
    components that would else go through a proxy.
    """

    database_password: str = field(default="", repr=False)
    cluster_ranges: tuple[str, ...] = ()


def harbor_values(preset: Preset, pins: Pins) -> dict[str, Any]:
    """The values of Harbor's chart for a preset whose profile is filled in.

    Everything that the chart would make up is given by reference to Secrets (`names`), which the
    wizard makes before. `harbor.values` is merged last; the rules of the answers have seen to it
    that it sets nothing that other answers own.
    """
    parts = (
        image_values(preset),
        secret_values(preset),
        exposure_values(preset),
        tls_values(preset),
        persistence_values(preset),
        replica_values(preset),
        resource_values(preset),
        _named(
            database=database_values(preset, pins.database_password),
            redis=redis_values(preset),
            trivy=scanner_values(preset),
            metrics=metrics_values(preset),
            proxy=proxy_values(preset, pins.cluster_ranges),
            imagePullSecrets=_pull_secrets(preset),
        ),
        preset.harbor.values,
    )
    return reduce(merged, parts, {})


def _named(**parts: Any) -> Mapping[str, Any]:
    return {name: part for name, part in parts.items() if part}


def _pull_secrets(preset: Preset) -> list[dict[str, str]]:
    if preset.delivery.pull_secret is None:
        return []
    return [{"name": Names(preset.target.release).pull}]
