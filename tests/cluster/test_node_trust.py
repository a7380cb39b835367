"""trust.nodes on a real API server; what the pods would do is tried in a shell by unit tests."""

from __future__ import annotations

from typing import Any

from tests.cluster.kube import CORE, Object
from tests.cluster.test_issuer import steps
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.wizard import Wizard

BASELINE = {"pod-security.kubernetes.io/enforce": "baseline"}
HOST = "missing.test"
"""A registry that nodes reach and trust, and that has no such image."""
FILE = f"/etc/containerd/certs.d/{HOST}/ca.crt"
REFUSED = "untrusted-on-worker-b.test"


def daemon_sets(wizard: Wizard) -> list[Object]:
    return wizard.admin.items(wizard.path("apps/v1", "daemonsets"))


def told(events: list[Any], step: str) -> list[str]:
    said = [e for e in events if e["event"] == "log" and e["step"] == step]
    return [e["text"] for e in said if e["text"].startswith("node ")]


def nodes(wizard: Wizard) -> list[str]:
    return sorted(one["metadata"]["name"] for one in wizard.admin.items(f"{CORE}/nodes"))


def nobody_pulls(wizard: Wizard) -> None:
    """Wait until the pods are gone that the garbage collector takes with their DaemonSet."""
    assert [one for one in wizard.names("apps/v1", "daemonsets") if "node-pull" in one] == []
    pods = wizard.path("", "pods")
    wizard.admin.wait(pods, lambda found: "node-pull" not in str(found), 60)


def test_the_root_is_written_on_every_node_and_taken_back(wizard: Wizard) -> None:
    wizard.preset({"url": f"https://{HOST}"}, trust={"nodes": "daemonset"})
    wizard.identity = apply_role(wizard, printed_role(wizard))
    ended = wizard.install().require(0)
    assert [steps(ended)[id_] for id_ in ("trust.nodes", "trust.nodes.pull")] == ["done", "done"]
    assert told(ended.events, "trust.nodes") == [f"node {name}: done" for name in nodes(wizard)]
    pulled = [f"node {name}: trusts {HOST}, as a pull showed" for name in nodes(wizard)]
    assert told(ended.events, "trust.nodes.pull") == pulled
    (writer,) = daemon_sets(wizard)
    (annotation,) = writer["spec"]["template"]["metadata"]["annotations"]
    assert annotation == "harbor-wizard/root"
    wizard.nothing_to_do()

    nobody_pulls(wizard)

    wizard.preset({"url": f"https://{HOST}"})
    plan = wizard.plan()
    (change,) = [one for step in plan["steps"] for one in step["changes"]]
    assert (change["action"], change["fields"][0]["path"]) == ("delete", FILE)
    ended = wizard.install("--allow", "delete").require(0)
    removed = told(ended.events, "trust.nodes.removed")
    assert removed == [f"node {name}: done" for name in nodes(wizard)]
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


def test_a_node_that_does_not_read_the_file_is_named_and_tried_again(wizard: Wizard) -> None:
    wizard.preset({"url": f"https://{REFUSED}"}, trust={"nodes": "daemonset"})
    ended = wizard.install().require(5)
    assert steps(ended)["trust.nodes.pull"] == "failed"
    assert steps(ended)["harbor.healthy"] == "unchanged"
    good, bad, other = told(ended.events, "trust.nodes.pull")
    assert f"node worker-a: trusts {REFUSED}" in good
    assert f"node worker-b: refuses the certificate of {REFUSED}: tls: failed to verify" in bad
    assert f"node worker-c: trusts {REFUSED}" in other
    assert f"1 of 3 nodes do not trust {REFUSED}: worker-b" in ended.stderr
    assert "config_path" in ended.stderr
    nobody_pulls(wizard)
    (step,) = [one for one in wizard.plan()["steps"] if one["changes"]]
    assert step["id"] == "trust.nodes.pull"
