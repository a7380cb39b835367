"""Nodes: ready, architecture, room, IPv6."""

import pytest

from tests.unit.checks.conftest import NAMESPACE, Given, deployment, node, preset_of, thing
from wizard.ports import Object

TAINT = [{"key": "dedicated", "effect": "NoSchedule"}]
SOFT_TAINT = [{"key": "busy", "effect": "PreferNoSchedule"}]


def not_ready(name: str) -> Object:
    sick = node(name)
    sick["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]
    return sick


async def test_one_usable_node_is_enough(given: Given) -> None:
    given(node("good", taints=SOFT_TAINT), node("tainted", taints=TAINT), not_ready("sick"))
    outcome = await given.ask("nodes.ready")
    assert outcome.state == "ok"
    assert "1 of 3" in outcome.fact
    assert "sick, tainted" in outcome.fact


async def test_no_usable_node_fails(given: Given) -> None:
    given(node("cordoned", unschedulable=True), not_ready("sick"))
    outcome = await given.ask("nodes.ready")
    assert outcome.state == "fail"
    assert "cordoned" in outcome.fact


async def test_no_nodes_at_all_fail(given: Given) -> None:
    assert (await given.ask("nodes.ready")).state == "fail"


@pytest.mark.parametrize(
    ("architectures", "state"),
    [(["amd64"], "ok"), (["amd64", "arm64"], "warn"), (["arm64"], "fail")],
)
async def test_architecture(given: Given, architectures: list[str], state: str) -> None:
    given(*(node(f"{arch}-node", arch=arch) for arch in architectures))
    outcome = await given.ask("nodes.architecture")
    assert outcome.state == state
    assert ("arm64-node" in outcome.fact) == (state != "ok")


async def test_mirrors_and_node_selectors_settle_the_architecture(given: Given) -> None:
    given(node("a"), node("b", arch="arm64"))
    mirrored = preset_of(delivery={"imageMirrors": {"docker.io": "registry.corp/hub"}})
    assert (await given.ask("nodes.architecture", mirrored)).state == "ok"
    bound = deployment(nodeSelector={"kubernetes.io/arch": "amd64"})
    assert (await given.ask("nodes.architecture", manifest=[bound])).state == "ok"


def running(name: str, cpu: str, *, namespace: str = "other", release: str = "x") -> Object:
    return thing(
        "v1/Pod",
        name,
        namespace,
        labels={"release": release},
        spec={
            "nodeName": "worker",
            "containers": [{"name": "c", "resources": {"requests": {"cpu": cpu}}}],
        },
        status={"phase": "Running"},
    )


async def test_room(given: Given) -> None:
    given(NAMESPACE, thing("v1/Namespace", "other"), node(cpu="2"), running("busy", "1"))
    fits = deployment(replicas=2)
    outcome = await given.ask("nodes.room", manifest=[fits])
    assert outcome.state == "ok"
    assert outcome.fact == "The nodes have room for 1 cpu, 2.0 GiB memory, 2 pods."
    more = deployment(replicas=3)
    outcome = await given.ask("nodes.room", manifest=[more])
    assert outcome.state == "warn"
    assert "harbor-core" in outcome.fact


async def test_finished_pods_and_the_release_itself_leave_room(given: Given) -> None:
    done = running("done", "2")
    done["status"]["phase"] = "Succeeded"
    own = running("own", "2", namespace="harbor", release="harbor")
    given(NAMESPACE, thing("v1/Namespace", "other"), node(cpu="2"), done, own)
    assert (await given.ask("nodes.room", manifest=[deployment(replicas=4)])).state == "ok"


async def test_a_pod_larger_than_every_node_fails(given: Given) -> None:
    given(node(cpu="2"), node("second", cpu="2"))
    huge = deployment(resources={"requests": {"cpu": "3"}})
    outcome = await given.ask("nodes.room", manifest=[huge])
    assert outcome.state == "fail"


async def test_room_without_the_right_to_see_pods_says_so(given: Given) -> None:
    given(node())
    given.denied.add(("list", "pods"))
    outcome = await given.ask("nodes.room", manifest=[deployment()])
    assert outcome.state == "ok"
    assert "not counted" in outcome.fact


async def test_ipv6_listeners_are_told_where_no_node_shows_ipv6(given: Given) -> None:
    portal = thing(
        "v1/ConfigMap", "harbor-portal", "harbor", data={"nginx.conf": "listen [::]:80;"}
    )
    given(node())
    outcome = await given.ask("nodes.ipv6", manifest=[portal])
    assert outcome.state == "ok"
    assert "harbor-portal" in outcome.fact
    assert "ipFamily" in outcome.fix
    given(node("dual", podCIDRs=["10.1.0.0/24", "fd00::/64"]))
    outcome = await given.ask("nodes.ipv6", manifest=[portal])
    assert outcome.fix == ""
