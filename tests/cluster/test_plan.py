"""The plan: what it says is what the run does, and what it needs a yes for."""

from __future__ import annotations

from tests.cluster.kube import Object
from tests.cluster.snapshot import APPS, differences, planned
from tests.cluster.wizard import Wizard

METRICS: Object = {"metrics": {"enabled": True}}
EXPORTER = {"Deployment": "exporter", "Service": "exporter", "ConfigMap": "exporter-env"}


def test_what_is_planned_for_an_empty_namespace_is_what_is_made(wizard: Wizard) -> None:
    wizard.preset(METRICS)
    wizard.make_namespace()
    plan = wizard.plan()
    changes = [change for step in plan["steps"] for change in step["changes"]]
    assert all(change["validated"] for change in changes), "the namespace exists: all was tried"
    assert plan["summary"]["create"] == len(changes)
    assert wizard.plan()["hash"] == plan["hash"]

    refused = wizard.install("--expect-plan", "0123456789ab").require(4)
    assert plan["hash"] in refused.stderr
    assert wizard.objects() == {}
    wizard.install("--expect-plan", plan["hash"]).require(0)
    stays = {one for one in planned(plan) if "/harbor-probe-" not in one[1]}
    assert differences({}, wizard.objects()) == stays, "what only tried something out is gone"

    _an_update_touches_only_what_it_names(wizard)
    _a_removal_needs_a_yes(wizard)


def _an_update_touches_only_what_it_names(wizard: Wizard) -> None:
    wizard.preset({**METRICS, "replicas": {"portal": 2}})
    plan, before = wizard.plan(), wizard.objects()
    assert planned(plan) == {("update", f"Deployment {wizard.namespace}/harbor-portal")}
    (step,) = [one for one in plan["steps"] if one["changes"]]
    (field,) = step["changes"][1]["fields"]
    assert field == {"path": "spec.replicas", "before": "1", "after": "2"}
    wizard.install().require(0)
    assert differences(before, wizard.objects()) == planned(plan)


def _a_removal_needs_a_yes(wizard: Wizard) -> None:
    wizard.preset({"replicas": {"portal": 2}})
    plan, before = wizard.plan(), wizard.objects()
    gone = {("delete", f"{kind} {wizard.namespace}/harbor-{n}") for kind, n in EXPORTER.items()}
    assert gone <= planned(plan)
    mark = wizard.control_plane.audit.mark()
    refused = wizard.install("--yes").require(4)
    assert "--allow delete" in refused.stderr
    assert wizard.control_plane.audit.writes(wizard.identity.user, mark) == []
    wizard.install("--allow", "delete").require(0)
    assert differences(before, wizard.objects()) == planned(plan)
    wizard.nothing_to_do()


def test_what_cannot_be_changed_is_made_anew_with_a_yes_and_data_stays(wizard: Wizard) -> None:
    wizard.preset()
    wizard.install().require(0)
    claims = _claims(wizard)
    wizard.preset(storage={"volumes": {"database": {"size": "2Gi"}}})
    plan, before = wizard.plan(), wizard.objects()
    assert planned(plan) == {("replace", f"StatefulSet {wizard.namespace}/harbor-database")}
    refused = wizard.install("--yes", "--allow", "delete").require(4)
    assert "--allow replace" in refused.stderr
    assert wizard.objects() == before
    wizard.install("--allow", "replace").require(0)
    assert differences(before, wizard.objects()) == planned(plan)
    assert _claims(wizard) == claims
    wizard.nothing_to_do()

    wizard.preset(storage={"volumes": {"registry": {"accessMode": "ReadWriteMany"}}})
    refused = wizard.install("--yes", "--allow", "replace").require(3)
    assert "harbor-registry cannot be changed any more (spec.accessModes)" in refused.stderr
    assert _claims(wizard) == claims


def _claims(wizard: Wizard) -> set[str]:
    """The UIDs of all claims, of which none is being deleted."""
    claims = wizard.admin.items(wizard.path("", "persistentvolumeclaims"))
    assert not [claim for claim in claims if "deletionTimestamp" in claim["metadata"]]
    return {claim["metadata"]["uid"] for claim in claims}


def test_a_plan_for_a_namespace_that_is_missing_says_what_it_could_not_try(
    wizard: Wizard,
) -> None:
    wizard.preset()
    mark = wizard.control_plane.audit.mark()
    plan = wizard.plan()
    changes = {c["object"]: c for step in plan["steps"] for c in step["changes"]}
    assert changes[f"Namespace {wizard.namespace}"]["validated"]
    untried = changes[f"Deployment {wizard.namespace}/harbor-core"]
    assert not untried["validated"]
    assert "does not exist yet" in untried["reason"]
    assert wizard.control_plane.audit.writes(wizard.identity.user, mark) == []


def test_an_upgrade_of_harbor_changes_what_is_planned(wizard: Wizard) -> None:
    wizard.preset(versions={"harbor": "2.14.4"})
    wizard.install().require(0)
    wizard.preset(versions={"harbor": "2.15.2"})
    plan, before = wizard.plan(), wizard.objects()
    (release,) = [one for one in plan["steps"] if one["id"] == "harbor.release"]
    fields = {one["path"]: one for one in release["changes"][0]["fields"]}
    assert fields["chart"]["before"] == "harbor 1.18.4"
    assert fields["chart"]["after"] == "harbor 1.19.2"
    wizard.install().require(0)
    assert differences(before, wizard.objects()) == planned(plan)
    core = wizard.admin.get(wizard.path(APPS, "deployments", "harbor-core"))
    assert core["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":v2.15.2")
    wizard.nothing_to_do()
    wizard.preset(versions={"harbor": "2.14.4"})
    assert "never goes back" in wizard.install().require(3).stdout


def test_what_helm_stores_otherwise_than_planned_is_told(wizard: Wizard) -> None:
    program = wizard.folder / "helm-of-its-own-mind"
    change = '[ "$1" = upgrade ] && set -- "$@" --set portal.replicas=2'
    program.write_text(f'#!/bin/sh\n{change}\nexec "{wizard.helm}" "$@"\n')
    program.chmod(0o700)
    honest, wizard.helm = wizard.helm, str(program)
    wizard.preset()
    ended = wizard.install().require(0)
    found = [event["finding"] for event in ended.events if event["event"] == "finding"]
    portal = f"Deployment {wizard.namespace}/harbor-portal"
    assert [(one["id"], one["object"]) for one in found] == [("HW-205", portal)]
    wizard.helm = honest
    assert planned(wizard.plan()) == {("update", portal)}
