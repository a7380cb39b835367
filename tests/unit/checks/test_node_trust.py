"""What the checks say of writing the root certificate on nodes."""

from typing import Any

import pytest

from tests.unit.checks.conftest import NAMESPACE, Given, node, preset_of

KIND = "trust.nodes-pools"


def on_nodes(**trust: Any) -> Any:
    own = {"kind": "self-signed", "authority": {"kind": "local"}}
    return preset_of(pki=own, trust={"nodes": "daemonset", **trust})


def made_by(
    name: str, *labels: str, system: str = "Linux", version: str = "v1.33.1", runtime: str = ""
) -> Any:
    found = node(name)
    found["metadata"]["labels"] = dict.fromkeys(labels, "pool")
    found["status"]["nodeInfo"] |= {
        "osImage": system,
        "kubeletVersion": version,
        "containerRuntimeVersion": runtime or "containerd://2.1.4",
    }
    return found


async def test_an_ordinary_node_is_good_and_the_setting_that_it_needs_is_told(given: Given) -> None:
    given(NAMESPACE, made_by("worker"))
    outcome = await given.ask(KIND, on_nodes())
    assert outcome.state == "ok"
    assert 'config_path = "/etc/containerd/certs.d"' in outcome.fact


@pytest.mark.parametrize(
    ("made", "state", "setting"),
    [
        (made_by("a", "eks.amazonaws.com/nodegroup"), "warn", "certs.d/harbor.example.com/ca.crt"),
        (made_by("a", version="v1.33.1-eks-113cf36"), "warn", "launch template"),
        (made_by("a", "cloud.google.com/gke-nodepool"), "warn", 'fqdns ["harbor.example.com"]'),
        (made_by("a", "kubernetes.azure.com/agentpool"), "warn", "--custom-ca-trust-certificates"),
        (made_by("a", system="Talos (v1.10.1)"), "fail", "TrustedRootsConfig"),
        (
            made_by("a", "eks.amazonaws.com/nodegroup", system="Bottlerocket OS 1.40"),
            "fail",
            "settings.pki",
        ),
        (made_by("a", version="v1.33.1+k3s1"), "fail", "registries.yaml"),
        (made_by("a", version="v1.33.1+rke2r1"), "fail", "registries.yaml"),
        (made_by("a", runtime="cri-o://1.33.0"), "fail", "the last screen"),
    ],
    ids=["eks", "eks-version", "gke", "aks", "talos", "bottlerocket", "k3s", "rke2", "cri-o"],
)
async def test_pools_are_told_with_their_own_setting(
    given: Given, made: Any, state: str, setting: str
) -> None:
    given(NAMESPACE, made_by("ordinary"), made)
    outcome = await given.ask(KIND, on_nodes())
    assert (outcome.state, "temporary" in outcome.fact) == (state, state == "warn")
    assert "ordinary" not in outcome.fact
    assert setting in outcome.fix
    assert "instructions" in outcome.fix


async def test_many_nodes_of_a_pool_are_not_all_named(given: Given) -> None:
    label = "cloud.google.com/gke-nodepool"
    given(NAMESPACE, *(made_by(f"n{number}", label) for number in range(5)))
    outcome = await given.ask(KIND, on_nodes())
    assert "n0, n1, n2 and 2 more" in outcome.fact


@pytest.mark.parametrize("level", ["baseline", "restricted"])
async def test_a_namespace_that_refuses_folders_of_nodes_fails(given: Given, level: str) -> None:
    labels = {"pod-security.kubernetes.io/enforce": level}
    given({**NAMESPACE, "metadata": {**NAMESPACE["metadata"], "labels": labels}})
    outcome = await given.ask("trust.nodes-security", on_nodes())
    assert outcome.state == "fail"
    assert level in outcome.fact


async def test_a_namespace_without_a_level_is_good(given: Given) -> None:
    given(NAMESPACE)
    assert (await given.ask("trust.nodes-security", on_nodes())).state == "ok"


@pytest.mark.parametrize(
    ("image", "state"),
    [
        ("harbor.example.com/library/busybox:1.37", "fail"),
        ("registry.corp/busybox:1.37", "ok"),
        (None, "ok"),
    ],
)
async def test_its_image_comes_from_elsewhere(given: Given, image: Any, state: str) -> None:
    outcome = await given.ask("trust.nodes-image", on_nodes(nodesImage=image))
    assert outcome.state == state
