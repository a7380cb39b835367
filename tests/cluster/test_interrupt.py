"""Ctrl-C and SIGTERM: nothing is left running, and the run goes on where it was."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.cluster.command import Ended, Running
from tests.cluster.wizard import Wizard, annotated

Moment = Callable[[Wizard, Running], object]

SLOW = annotated("portal", ready_after="600s")
READY = "harbor.values.portal.podAnnotations={}"


def _while_helm_works(wizard: Wizard, running: Running) -> None:
    running.until_event("step.started", "harbor.release")
    wizard.wait_release(1, "pending-install")


MOMENTS: dict[str, tuple[Moment, signal.Signals]] = {
    "checks": (lambda _, run: run.until_event("check.finished"), signal.SIGINT),
    "secrets": (lambda _, run: run.until_event("step.started", "harbor.secrets"), signal.SIGTERM),
    "Helm": (_while_helm_works, signal.SIGINT),
    "pods": (lambda _, run: run.until_event("step.waiting", "harbor.release"), signal.SIGTERM),
}


@pytest.mark.parametrize(("moment", "number"), MOMENTS.values(), ids=MOMENTS)
def test_an_interrupted_run_leaves_nothing_running(
    wizard: Wizard, moment: Moment, number: signal.Signals
) -> None:
    wizard.preset({"values": SLOW})
    if moment is _while_helm_works:
        wizard.helm_that_waits()
    scratch = wizard.folder / "scratch"
    scratch.mkdir()
    with wizard.begin(TMPDIR=str(scratch)) as running:
        moment(wizard, running)
        assert list(scratch.iterdir()), "credentials and charts lie there while it runs"
        running.signal(number)
        ended = running.wait(20).require(130)
        assert running.processes() == []
    assert list(scratch.iterdir()) == []
    _told_to_the_end(ended)
    assert wizard.lease() is None
    assert "a run goes on from here" in ended.stderr


def _told_to_the_end(ended: Ended) -> None:
    names = [event["event"] for event in ended.events]
    assert ended.events[-1]["exit"] == 130
    assert names[-1] == ("run.finished" if "run.started" in names else "error")
    started = [e["step"] for e in ended.events if e["event"] == "step.started"]
    finished = {e["step"]: e["state"] for e in ended.events if e["event"] == "step.finished"}
    assert set(started) <= set(finished)


def test_an_interrupted_run_goes_on_with_its_own_answers_or_with_others(wizard: Wizard) -> None:
    preset = wizard.preset({"values": SLOW})
    for again in ((), ("--resume",)):
        arguments = again or ("--preset", str(preset))
        with wizard.start(*arguments, "--output", "jsonl") as running:
            running.until_event("step.waiting", "harbor.release")
            running.signal(signal.SIGINT)
            running.wait().require(130)
    first, second = wizard.journals()

    wizard.preset()
    ended = wizard.install().require(0)
    assert second.name in ended.stderr
    assert "-    portal:" in ended.stderr, "how the answers differ is told"
    for superseded in (first, second):
        assert "run.superseded" in (superseded / "journal.jsonl").read_text()
    assert "no unfinished run" in wizard.run("--resume").require(2).stderr
    wizard.nothing_to_do()
