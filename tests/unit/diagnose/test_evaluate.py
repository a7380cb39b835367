"""Ranking, suppression, time and missing rights."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.unit.diagnose import world
from wizard.diagnose import kinds
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.rules import RULES
from wizard.diagnose.view import View

NO_CLASS = "no persistent volumes available for this claim and no storage class is set"
UNTRUSTED = "x509: certificate signed by unknown authority"


def test_every_rule_has_an_id_of_its_own() -> None:
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)


def test_the_first_to_blame_comes_first() -> None:
    """A claim is no image, and the portal does not need the database: both are causes."""
    data = world.claim("data")
    view = world.view(
        world.pod("portal", world.waits("ErrImagePull", UNTRUSTED)),
        world.pod("core", world.waits("CrashLoopBackOff", restarts=5, **world.LOOP), age=999),
        data,
        world.event(data, "FailedBinding", NO_CLASS, type_="Normal"),
    )
    assert [(one.id, one.suppressed_by) for one in evaluate(view).findings] == [
        ("HW-001", None),
        ("HW-022", None),
        ("HW-201", "HW-001"),
    ]


def test_a_dependency_explains_the_restarts_of_what_needs_it() -> None:
    """Redis is killed for want of memory again and again, and core cannot do without it."""
    end: Any = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": world.ago(5)}
    redis = world.pod("redis", world.runs(3, ready=True, restarts=4, **end))
    redis["status"]["conditions"][0]["lastTransitionTime"] = world.ago(400)
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=5, **world.LOOP))
    assert [(one.id, one.suppressed_by) for one in evaluate(world.view(redis, core)).findings] == [
        ("HW-041", None),
        ("HW-201", "HW-041"),
    ]


def test_a_node_whose_clock_is_ahead_delays_nothing() -> None:
    portal = world.pod("portal", world.waits("ErrImagePull", "Back-off pulling image"), age=-90)
    image = portal["spec"]["containers"][0]["image"]
    told = f'Failed to pull image "{image}": {UNTRUSTED}'
    failed = world.event(portal, "Failed", told, first=-80, last=-60)
    (found,) = evaluate(world.view(portal, failed)).findings
    assert (found.id, found.terminal) == ("HW-022", True)


def test_a_missing_right_disables_only_its_rules() -> None:
    portal = world.pod("portal", world.waits("CrashLoopBackOff", restarts=9, **world.LOOP))
    data = world.claim("data")
    reason = 'User "me" cannot watch persistentvolumeclaims'
    event = world.event(data, "FailedBinding", NO_CLASS)
    view = world.view(portal, data, event, not_checked={kinds.CLAIM: reason})
    diagnosis = evaluate(view)
    assert [one.id for one in diagnosis.findings] == ["HW-201"]
    unread = {one.rule for one in diagnosis.not_checked if one.reason == reason}
    assert unread == {"HW-001", "HW-002", "HW-003", "HW-101", "HW-208", "HW-232"}


def test_what_nobody_looked_at_is_not_checked_and_never_good() -> None:
    diagnosis = evaluate(world.view(world.pod("core")))
    unread = {one.rule: one.reason for one in diagnosis.not_checked}
    assert (
        unread.items()
        >= {
            "HW-004": "StorageClass: not looked at",
            "HW-047": "Namespace: not looked at",
            "HW-207": "Node: not looked at",
        }.items()
    )
    assert not {"HW-001", "HW-201"} & unread.keys()


def test_one_of_two_kinds_is_judged_and_the_other_told_as_not_checked() -> None:
    """An installation with a ClusterIssuer watches no Issuers, and the other way round."""
    ready = {"type": "Ready", "status": "False", "message": "Vault is sealed"}
    issuer = world.made(kinds.ISSUER, "corp", status={"conditions": [ready]})
    diagnosis = evaluate(world.view(issuer))
    assert [one.id for one in diagnosis.findings] == ["HW-034"]
    unread = {one.rule: one.reason for one in diagnosis.not_checked}
    assert unread["HW-034"] == "ClusterIssuer: not looked at"


def test_of_a_kind_that_the_cluster_does_not_serve_there_is_nothing() -> None:
    unknown = {kinds.STORAGE_CLASS: "The cluster does not know StorageClass"}
    view = replace(world.view(not_checked=unknown), unserved=frozenset(unknown))
    assert "HW-004" not in {one.rule for one in evaluate(view).not_checked}


def test_a_node_explains_only_what_is_on_it() -> None:
    told = {"type": "Ready", "status": "False", "lastTransitionTime": world.ago(400)}
    sick = world.node("worker-a", told)
    database, portal = (
        world.pod(name, world.waits("CrashLoopBackOff", restarts=5, **world.LOOP), age=999)
        for name in ("database", "portal")
    )
    database["spec"]["nodeName"], portal["spec"]["nodeName"] = "worker-a", "worker-b"
    findings = evaluate(world.view(sick, database, portal)).findings
    assert [(one.id, one.component, one.suppressed_by) for one in findings] == [
        ("HW-207", "nodes", None),
        ("HW-201", "database", "HW-207"),
        ("HW-201", "portal", None),
    ]


def test_what_goes_on_in_spite_of_a_fault_explains_nothing_else() -> None:
    core = world.pod("core")
    jobs = world.pod("jobservice", world.waits("CrashLoopBackOff", restarts=5, **world.LOOP))
    untrusted = world.line(f"ping registry: {UNTRUSTED}", 60)
    findings = evaluate(world.view(core, jobs, logs=((core, untrusted),))).findings
    assert [(one.id, one.suppressed_by) for one in findings] == [("HW-121", None), ("HW-201", None)]


def refused(last: float) -> View:
    core = world.pod("core", world.waits("ImagePullBackOff", "Back-off"), age=3600)
    image = core["spec"]["containers"][0]["image"]
    message = f'Failed to pull image "{image}": {UNTRUSTED}'
    return world.view(core, world.event(core, "Failed", message, first=3500, last=last))


def test_what_was_seen_only_before_the_wait_may_have_been_mended() -> None:
    begun = world.NOW - timedelta(seconds=60)
    (stale,), (fresh,) = (evaluate(refused(last), since=begun).findings for last in (90, 30))
    assert (stale.terminal, fresh.terminal) == (False, True)


def test_what_was_seen_in_the_second_that_the_wait_began_in_is_of_the_wait() -> None:
    begun = world.NOW - timedelta(seconds=60) + timedelta(milliseconds=800)
    (finding,) = evaluate(refused(last=60), since=begun).findings
    assert finding.terminal


def test_it_is_not_waited_for_longer_than_the_kubelet_takes_to_try_again() -> None:
    begun = world.NOW - timedelta(minutes=6)
    (finding,) = evaluate(refused(last=3000), since=begun).findings
    assert finding.terminal


def test_a_grace_counts_from_the_beginning_of_the_wait() -> None:
    pod = world.unplaced("core", "0/3 nodes are available: 3 Insufficient cpu.", 3600)
    begun = world.NOW - timedelta(seconds=60)
    (long_ago,) = evaluate(world.view(pod)).findings
    (now,) = evaluate(world.view(pod), since=begun).findings
    assert (long_ago.terminal, now.terminal) == (True, False)
