"""A release that somebody else upgrades between the plan and its execution."""

from __future__ import annotations

from tests.cluster.command import Ended
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.plain_helm import PlainHelm
from tests.cluster.process import poll
from tests.cluster.snapshot import APPS
from tests.cluster.wizard import Wizard

PLANNED = "harbor.replicas.portal=2"


def _overtaken(wizard: Wizard, way: FaultProxy, *values: str) -> Ended:
    """A run that is held up behind its plan, before Helm, until somebody has called Helm."""
    wizard.admin.delete(wizard.path("", "secrets", "harbor-tls"))
    plain = PlainHelm(wizard.helm, wizard.identity.kubeconfig, wizard.folder)
    chart = str(wizard.charts / "harbor-1.19.2.tgz")
    held = way.fail(503, method="PATCH", path=r"/secrets/harbor-tls\?(?!.*dryRun)")
    kubeconfig = str(wizard.identity.through(way.url))
    with wizard.begin("--set", PLANNED, KUBECONFIG=kubeconfig) as running:
        poll("the run is behind its plan", lambda: held.hits > 0, 60)
        place = ["harbor", chart, "-n", wizard.namespace]
        plain.run("upgrade", *place, "--reuse-values", *(f"--set={value}" for value in values))
        way.clear()
        return running.wait()


def _replicas(wizard: Wizard, part: str) -> int:
    found = wizard.admin.get(wizard.path(APPS, "deployments", f"harbor-{part}"))
    return int(found["spec"]["replicas"])


def test_what_was_planned_is_still_done_where_nothing_else_is_to_do(
    wizard: Wizard, fault_proxy: FaultProxy
) -> None:
    wizard.preset()
    wizard.install().require(0)
    ended = _overtaken(wizard, fault_proxy).require(0)
    assert any("changed since it was planned" in e.get("text", "") for e in ended.events)
    assert _replicas(wizard, "portal") == 2
    wizard.nothing_to_do("--set", PLANNED)


def test_what_nobody_has_seen_in_a_plan_is_not_done(
    wizard: Wizard, fault_proxy: FaultProxy
) -> None:
    wizard.preset()
    wizard.install().require(0)
    ended = _overtaken(wizard, fault_proxy, "core.replicas=2").require(5)
    assert "changed since it was planned" in ended.stderr
    assert (_replicas(wizard, "core"), _replicas(wizard, "portal")) == (2, 1)
    wizard.install("--set", PLANNED).require(0)
    assert (_replicas(wizard, "core"), _replicas(wizard, "portal")) == (1, 2)
    wizard.nothing_to_do("--set", PLANNED)
