"""trust.nodes on a real API server; what the pods would do is tried in a shell by unit tests."""

from __future__ import annotations

from typing import Any

from tests.cluster.kube import CORE, Object
from tests.cluster.test_issuer import steps
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.wizard import Wizard

BASELINE = {"pod-security.kubernetes.io/enforce": "baseline"}
FILE = "/etc/containerd/certs.d/harbor.test/ca.crt"


def daemon_sets(wizard: Wizard) -> list[Object]:
    return wizard.admin.items(wizard.path("apps/v1", "daemonsets"))


def told(events: list[Any]) -> list[str]:
    return [e["text"] for e in events if e["event"] == "log" and e["text"].startswith("node ")]


def test_the_root_is_written_on_every_node_and_taken_back(wizard: Wizard) -> None:
    wizard.preset(trust={"nodes": "daemonset"})
    wizard.identity = apply_role(wizard, printed_role(wizard))
    ended = wizard.install().require(0)
    assert steps(ended)["trust.nodes"] == "done"
    nodes = [one["metadata"]["name"] for one in wizard.admin.items(f"{CORE}/nodes")]
    assert told(ended.events) == [f"node {name}: done" for name in sorted(nodes)]
    (writer,) = daemon_sets(wizard)
    (annotation,) = writer["spec"]["template"]["metadata"]["annotations"]
    assert annotation == "harbor-wizard/root"
    wizard.nothing_to_do()

    wizard.preset()
    plan = wizard.plan()
    (change,) = [one for step in plan["steps"] for one in step["changes"]]
    assert (change["action"], change["fields"][0]["path"]) == ("delete", FILE)
    ended = wizard.install("--allow", "delete").require(0)
    assert told(ended.events) == [f"node {name}: done" for name in sorted(nodes)]
    assert daemon_sets(wizard) == []
    denied = wizard.control_plane.audit.denied(wizard.identity.user)
    assert [str(one) for one in denied] == []


def test_a_namespace_that_would_refuse_its_pods_is_told_first(wizard: Wizard) -> None:
    wizard.make_namespace(**BASELINE)
    wizard.preset(trust={"nodes": "daemonset"})
    refused = wizard.run(*wizard.unattended[:2], "--check").require(3)
    assert "enforces the Pod Security level baseline" in refused.stdout
    assert "hostPath" in refused.stdout
    assert daemon_sets(wizard) == []
