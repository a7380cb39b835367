"""Installations while the API server is away, in trouble or slow; Helm goes the same way."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.cluster.command import Ended, Running
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.kube import Object
from tests.cluster.pod_logs import PodLogs
from tests.cluster.wizard import Wizard, annotated, let_be_ready

STAGED: Object = {
    "values": {"portal": {"podAnnotations": {"harbor-wizard.test/ready-after": "8s"}}}
}
"""One pod is ready later, so that there is something to wait for."""


@pytest.fixture
def way(wizard: Wizard, fault_proxy: FaultProxy) -> FaultProxy:
    """The way to the API that every command of this test takes."""
    wizard.environment = {"KUBECONFIG": str(wizard.identity.through(fault_proxy.url))}
    wizard.preset()
    return fault_proxy


def all_is_well(wizard: Wizard, way: FaultProxy, ended: Ended) -> None:
    """It ended well, and left nothing to do."""
    ended.require(0)
    way.clear()
    wizard.nothing_to_do()


def trying_again(event: Object) -> bool:
    """Whether it tells that somebody did not answer."""
    return event["event"] == "step.waiting" and "trying again in" in event["text"]


def test_an_api_server_that_is_down_fails_one_check_at_once(
    wizard: Wizard, way: FaultProxy
) -> None:
    way.down()
    begun = time.monotonic()
    ended = wizard.install().require(3)
    assert time.monotonic() - begun < 15
    failed = [event for event in ended.events if event.get("state") == "fail"]
    assert [event["check"] for event in failed] == ["cluster.answers"]
    assert f"The API server {way.url} cannot be reached" in failed[0]["fact"]
    assert failed[0]["fix"]


def test_an_api_server_that_goes_away_while_helm_works_is_waited_for(
    wizard: Wizard, way: FaultProxy
) -> None:
    with wizard.begin() as running:
        running.until_event("step.started", "harbor.release")
        way.down()
        told = running.until(trying_again)
        way.up()
        ended = running.wait()
    assert "cannot be reached" in told["text"] or "Helm could not" in told["text"]
    all_is_well(wizard, way, ended)


def test_an_api_server_that_goes_away_while_pods_start_is_waited_for(
    wizard: Wizard, way: FaultProxy
) -> None:
    wizard.preset({"values": annotated("portal", ready_after="3600s")})
    logs = PodLogs(wizard.admin, wizard.namespace, wizard.folder)
    logs.write("core", "one", "two")
    with wizard.begin() as running:
        _until_all(running, _waiting_for_pods, lambda event: event.get("text") == "two")
        way.down()
        told = running.until(trying_again)
        logs.write("core", "three")
        way.up()
        running.until(lambda event: event.get("text") == "three")
        let_be_ready(wizard, "portal")
        ended = running.wait()
    logs.remove()
    assert "cannot be reached" in told["text"]
    lines = [e["text"] for e in ended.events if e["event"] == "log" and "/" in e["source"]]
    assert lines == ["one", "two", "three"]
    all_is_well(wizard, way, ended)


def _waiting_for_pods(event: Object) -> bool:
    return event["event"] == "step.waiting" and "harbor-portal" in event["text"]


def _until_all(running: Running, *conditions: Callable[[Object], bool]) -> None:
    """Until each was true of an event, in whatever order."""
    left = list(conditions)

    def heard_all(event: Object) -> bool:
        left[:] = [one for one in left if not one(event)]
        return not left

    running.until(heard_all)


def test_an_api_server_that_stays_away_ends_the_run_which_can_be_resumed(
    wizard: Wizard, way: FaultProxy
) -> None:
    """The lock is lost before the patience ends: 45 s after its last renewal."""
    with wizard.begin() as running:
        running.until_event("step.started", "harbor.release")
        way.down()
        ended = running.wait().require(5)
    assert ended.events[-1]["event"] == "run.finished"
    assert "The lock of this run was lost" in ended.events[-1]["summary"]
    assert "same command" in ended.stderr
    way.up()
    all_is_well(wizard, way, wizard.install())


def test_a_crash_of_the_api_server_in_the_middle_does_no_harm(wizard: Wizard) -> None:
    wizard.preset()
    with wizard.begin() as running:
        running.until_event("step.started", "harbor.release")
        wizard.control_plane.restart_api()
        ended = running.wait()
    ended.require(0)
    wizard.nothing_to_do()


OWN = r"selfsubject|dryRun=All|/leases|/version|/pods\?"
"""Requests that the wizard makes, not Helm: it would need all of its hundred to go well at once."""


def test_requests_that_fail_now_and_then_are_repeated(wizard: Wizard, way: FaultProxy) -> None:
    own, others = way.fail(500, path=OWN, share=0.3), way.fail(500, share=0.01)
    all_is_well(wizard, way, wizard.install())
    assert own.hits > 10
    assert others.hits > 0


def test_a_server_that_asks_to_slow_down_is_obeyed(wizard: Wizard, way: FaultProxy) -> None:
    own, others = (
        way.fail(429, path=OWN, share=0.1, retry_after=1),
        way.fail(429, share=0.05, retry_after=1),
    )
    all_is_well(wizard, way, wizard.install())
    assert own.hits > 3
    assert others.hits > 0


def test_connections_that_are_reset_are_opened_again(wizard: Wizard, way: FaultProxy) -> None:
    own, others = way.reset(path=OWN, share=0.3), way.reset(share=0.01)
    all_is_well(wizard, way, wizard.install())
    assert own.hits > 10
    assert others.hits > 0


def test_every_request_takes_longer(wizard: Wizard, way: FaultProxy) -> None:
    rule = way.delay(0.3)
    begun = time.monotonic()
    ended = wizard.install()
    took = time.monotonic() - begun
    all_is_well(wizard, way, ended)
    assert took < rule.hits * 0.3  # what can be asked at the same time is


def test_watches_that_break_off_are_taken_up_again(wizard: Wizard, way: FaultProxy) -> None:
    rule = way.truncate(3000)
    wizard.preset(STAGED)
    with wizard.begin() as running:
        running.until(_waiting_for_pods)
        assert way.cut() > 0
        all_is_well(wizard, way, running.wait())
    assert rule.hits > 5


def test_what_cannot_be_listed_is_told_while_it_is_waited_for(
    wizard: Wizard, way: FaultProxy
) -> None:
    way.fail(500, path=r"/events\?")
    with wizard.begin() as running:
        told = running.until_event("step.waiting")
        way.clear()
        ended = running.wait()
    assert told["text"].endswith("is being looked at, not seen yet: Event")
    all_is_well(wizard, way, ended)


def test_a_slow_port_forward_is_waited_for(wizard: Wizard, way: FaultProxy) -> None:
    rule = way.delay(3, path="/portforward")
    all_is_well(wizard, way, wizard.install())
    assert rule.hits > 0
