"""What a run tells of its steps."""

from datetime import UTC, datetime, timedelta

from wizard.diagnose.finding import Finding
from wizard.ports import LogLine
from wizard.run.events import Event, FindingSeen, Log
from wizard.run.redaction import Redactor
from wizard.run.telling import RunTeller

START = datetime(2026, 1, 1, tzinfo=UTC)


def line(number: int, pod: str = "core") -> LogLine:
    return LogLine(START + timedelta(seconds=number), pod, "main", f"{pod} {number}")


def test_a_log_line_is_told_by_one_step_only() -> None:
    events: list[Event] = []
    run = RunTeller("r", events.append, Redactor())
    first, second = run.step("first"), run.step("second")
    for told in (line(1), line(2), line(2)):
        first.pod_log(told)
    for told in (line(1), line(2), line(3), line(1, "portal"), line(3)):
        second.pod_log(told)
    texts = [event.text for event in events if isinstance(event, Log)]
    assert texts == ["core 1", "core 2", "core 2", "core 3", "portal 1", "core 3"]


def test_another_attempt_tells_only_what_is_new() -> None:
    events: list[Event] = []
    step = RunTeller("r", events.append, Redactor()).step("waiting")
    for told in (line(1), line(2)):
        step.pod_log(told)
    step.again()
    for told in (line(1), line(2), line(3), line(3)):
        step.pod_log(told)
    texts = [event.text for event in events if isinstance(event, Log)]
    assert texts == ["core 1", "core 2", "core 3", "core 3"]


def test_a_line_says_whose_it_is() -> None:
    events: list[Event] = []
    step = RunTeller("r", events.append, Redactor()).step("release")
    step.log("The mount publishes no address of its authority")
    step.log("upgrading registry", source="helm")
    step.pod_log(line(1))
    assert [event.source for event in events if isinstance(event, Log)] == [
        "wizard",
        "helm",
        "core/main",
    ]


def test_no_text_of_a_finding_tells_a_secret() -> None:
    events: list[Event] = []
    redactor = Redactor()
    redactor.conceal("canary-7f3a")
    told = "see canary-7f3a"
    step = RunTeller("r", events.append, redactor).step("waiting")
    step.finding(Finding("HW-201", "fail", "Pod harbor/core", told, told, told, (told,)))
    (event,) = events
    assert isinstance(event, FindingSeen)
    assert "canary" not in repr(event)
