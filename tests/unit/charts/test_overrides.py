"""Raw chart values of a person: merged last, within bounds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.charts.conftest import Render, preset_of
from tests.unit.charts.objects import entry, find
from tests.unit.charts.test_rendering import BLOBS, CERTIFICATES, EXPOSURES, SERVICES
from wizard.answers.rules_values import OWNED
from wizard.charts.overrides import merged, unknown
from wizard.charts.package import Package, values_text
from wizard.charts.values import Pins, harbor_values
from wizard.ports import ChartSource

FREE = {
    "expose.ingress.controller",
    "jobservice.jobLoggers",
    "persistence.resourcePolicy",
}
"""What the wizard sets but a person may set otherwise: nothing else depends on it."""


async def test_values_are_merged_last(render: Render) -> None:
    values = {"logLevel": "debug", "jobservice": {"maxJobWorkers": 3}}
    objects = await render(preset_of({"values": values}))
    assert entry(find(objects, "ConfigMap", "harbor-core"), "LOG_LEVEL") == "debug"
    config = entry(find(objects, "ConfigMap", "harbor-jobservice"), "config.yml")
    assert "workers: 3" in config


def test_maps_are_merged_deep_and_the_rest_is_replaced() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    assert merged(base, {"a": {"c": [3]}, "d": {"e": None}}) == {
        "a": {"b": 1, "c": [3]},
        "d": {"e": None},
    }
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 1}


def test_every_value_that_the_wizard_sets_is_owned_or_left_free() -> None:
    loose = {
        path
        for preset in some_presets()
        for path in leaves(harbor_values(preset, Pins("p")))
        if not any(path == one or path.startswith(f"{one}.") for one in OWNED.keys() | FREE)
    }
    assert loose == set()


def test_every_owned_path_is_one_of_the_charts(charts: Path) -> None:
    text = values_text(package(charts))
    values: dict[str, Any] = {}
    for path in OWNED:
        place = values
        *above, last = path.split(".")
        for key in above:
            place = place.setdefault(key, {})
        place[last] = "x"
    strange = {one.path for one in unknown(values, text)}
    overrides = {"harbor.values.nameOverride", "harbor.values.fullnameOverride"}
    assert strange == overrides, "only these two stand in templates alone"


@pytest.mark.parametrize(
    ("values", "path", "fix"),
    [
        ({"core": {"replica": 2}}, "core.replica", "core.replicas"),
        ({"logLevl": "debug"}, "logLevl", "logLevel"),
        ({"trivy": {"zzz": 1}}, "trivy.zzz", "values.yaml"),
        ({"replicas": 2}, "replicas", "values.yaml"),
    ],
)
def test_values_that_helm_would_ignore_are_told(
    charts: Path, values: dict[str, Any], path: str, fix: str
) -> None:
    text = values_text(package(charts))
    (problem,) = unknown(values, text)
    assert problem.path == f"harbor.values.{path}"
    assert problem.severity == "warning"
    assert fix in problem.fix


@pytest.mark.parametrize(
    "values",
    [
        {"core": {"nodeSelector": {"disk": "ssd"}, "resources": {"requests": {"cpu": "1"}}}},
        {"uaaSecretName": "uaa", "ipFamily": {"ipv6": {"enabled": False}}},
        {"core": {"podDisruptionBudget": {"maxUnavailable": 1}, "tolerations": [{"key": "a"}]}},
        {"trace": {"namespace": "n", "jaeger": {"agent_host": "h"}}},
        {"containerSecurityContext": {"privileged": False}},
    ],
)
def test_values_that_the_chart_knows_are_not_told(charts: Path, values: dict[str, Any]) -> None:
    text = values_text(package(charts))
    assert unknown(values, text) == []


def package(charts: Path) -> Package:
    path = charts / "harbor-1.19.2.tgz"
    return Package(ChartSource("harbor", "1.19.2"), path, "")


def some_presets() -> Iterator[Any]:
    full = {
        "replicas": {"core": 2},
        "resources": {"core": {"requests": {"cpu": "1"}}},
        "internalTls": True,
    }
    more = {
        "network": {"httpsProxy": "http://proxy.corp:3128", "caBundle": "/ca.pem"},
        "delivery": {"pullSecret": {"env": "D"}},
    }
    for exposure in EXPOSURES.values():
        yield preset_of({"expose": exposure, **full}, **more)
    for pki in CERTIFICATES.values():
        yield preset_of(pki=pki)
    for services in SERVICES.values():
        yield preset_of(services)
    for blobs in BLOBS.values():
        yield preset_of(storage={"blobs": blobs})


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
