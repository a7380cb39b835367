"""The API server itself: answer, version, identity, rights, clock."""

from dataclasses import replace

import pytest

from tests.unit.checks.conftest import Given, preset_of, thing
from wizard.errors import Unauthorized, Unreachable
from wizard.ports import NeededRight, Right, Server

SERVER = Server("test", "https://10.0.0.1:6443", "v1.34.4+k3s1", 0.0, "jane")
UID = "5b0c2f3e-8a53-4e55-9f0c-2f1f0a7e4d11"
OTHER = "00000000-8a53-4e55-9f0c-2f1f0a7e4d11"


async def test_a_new_server_is_introduced(given: Given) -> None:
    given.server = SERVER
    outcome = await given.ask("cluster.answers")
    assert outcome.state == "ok"
    assert "v1.34.4+k3s1" in outcome.fact
    assert "jane" in outcome.fact


async def test_a_server_older_than_the_chart_asks_for_fails(given: Given) -> None:
    given.server = replace(SERVER, version="v1.19.16")
    outcome = await given.ask("cluster.answers")
    assert outcome.state == "fail"
    assert "1.20" in outcome.why


@pytest.mark.parametrize("error", [Unreachable, Unauthorized])
async def test_a_silent_or_unwilling_server_fails_with_its_own_words(
    given: Given, error: type[Unreachable]
) -> None:
    given.server = error("nobody there", why="port closed", fix="start it")
    outcome = await given.ask("cluster.answers")
    assert (outcome.state, outcome.fact) == ("fail", "nobody there")
    assert (outcome.why, outcome.fix) == ("port closed", "start it")


async def test_another_cluster_is_refused(given: Given) -> None:
    given(thing("v1/Namespace", "kube-system", uid=UID))
    outcome = await given.ask("cluster.identity", preset_of(target={"clusterUid": OTHER}))
    assert outcome.state == "fail"
    assert UID in outcome.fact
    assert OTHER in outcome.fact
    assert "--retarget" in outcome.fix


@pytest.mark.parametrize("target", [{"clusterUid": UID}, {}])
async def test_the_right_cluster_and_an_unbound_preset_pass(
    given: Given, target: dict[str, str]
) -> None:
    given(thing("v1/Namespace", "kube-system", uid=UID))
    outcome = await given.ask("cluster.identity", preset_of(target=target))
    assert outcome.state == "ok"
    assert UID in outcome.fact


async def test_a_bound_preset_warns_where_the_cluster_cannot_be_told(given: Given) -> None:
    given.denied.add(("get", "namespaces"))
    outcome = await given.ask("cluster.identity", preset_of(target={"clusterUid": UID}))
    assert outcome.state == "warn"


async def test_missing_rights_are_listed_with_their_reasons(given: Given) -> None:
    rights = [
        NeededRight(Right("create", "apps", "deployments", "harbor"), "Harbor's components"),
        NeededRight(Right("get", "", "secrets", "harbor"), "passwords"),
    ]
    given.denied.add(("create", "deployments"))
    outcome = await given.ask("cluster.rights", rights=rights)
    assert outcome.state == "fail"
    assert "create deployments.apps in harbor: Harbor's components" in outcome.fact
    assert "secrets" not in outcome.fact
    assert "wizard rbac" in outcome.fix


async def test_all_rights_there(given: Given) -> None:
    rights = [NeededRight(Right("get", "", "secrets", "harbor"), "passwords")]
    assert (await given.ask("cluster.rights", rights=rights)).state == "ok"


@pytest.mark.parametrize(
    ("skew", "state"), [(0.4, "ok"), (-59, "ok"), (61, "warn"), (-3600, "warn")]
)
async def test_clock_skew(given: Given, skew: float, state: str) -> None:
    given.server = replace(SERVER, clock_skew=skew)
    outcome = await given.ask("cluster.clock")
    assert outcome.state == state
    if state == "warn":
        assert ("ahead of" if skew > 0 else "behind") in outcome.fact


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("monitoring.coreos.com/v1/ServiceMonitor", "harbor.metrics.serviceMonitor"),
        ("gateway.networking.k8s.io/v1/HTTPRoute", "Gateway API"),
        ("example.com/v1/Other", "Install what brings"),
    ],
)
async def test_every_kind_of_the_release_has_to_be_served(
    given: Given, kind: str, fix: str
) -> None:
    manifest = [thing("v1/Service", "harbor", "harbor"), thing(kind, "harbor", "harbor")]
    served = frozenset({"v1", "v1/Service"})
    given.server = replace(SERVER, api_versions=served)
    outcome = await given.ask("cluster.kinds", manifest=manifest)
    assert outcome.state == "fail"
    assert kind in outcome.fact
    assert "v1/Service," not in outcome.fact
    assert fix in outcome.fix
    given.server = replace(SERVER, api_versions=served | {kind})
    assert (await given.ask("cluster.kinds", manifest=manifest)).state == "ok"
