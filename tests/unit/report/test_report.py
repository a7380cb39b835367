"""What the wizard says, byte by byte, and that the published schemas describe it.

`GOLDEN=write pytest tests/unit/report` writes the golden files anew; read their difference.
"""

import io
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.run.sample import CHECKED, EVENTS, FINDING, PLAN, RESULTS, START, TARGET
from tests.unit.schemas import validator
from wizard.answers.problems import PresetInvalid, Problem
from wizard.console import Console
from wizard.errors import CheckFailed, NotAccepted, StepFailed, UsageError
from wizard.report import JsonLinesReport, JsonReport, TextReport, open_report
from wizard.run.events import RunFinished
from wizard.run.redaction import Redactor
from wizard.run.rendering import finding_parts

GOLDEN = Path(__file__).parent / "golden"
FAILED = StepFailed(
    "1 of 4 steps failed", why="the image cannot be pulled", fix="push it", where="harbor.release"
)
NOT_READY = CheckFailed("1 check failed", fix="see above")
UNCLEAR = UsageError(
    "harbor.url is missing", where="my.yaml:3:1", why="it has no default", fix="a\nb"
)


def stream(encoding="utf-8"):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")


def new_report(output, to):
    redactor = Redactor()
    kinds = {
        "text": lambda: TextReport(to, redactor, zone=UTC),
        "json": lambda: JsonReport(to, redactor),
        "jsonl": lambda: JsonLinesReport(to, redactor, now=lambda: START),
    }
    return kinds[output]()


def checks(report):
    for event in CHECKED:
        report.event(event)
    report.checks("production", TARGET, RESULTS)
    report.error(NOT_READY)


def plan(report):
    report.plan(PLAN)


def refused_plan(report):
    report.plan(PLAN)
    report.error(NotAccepted("2 destructive changes were not accepted", fix="--allow replace"))


def failed_run(report):
    for event in EVENTS[:2]:
        report.event(event)
    report.checks("production", TARGET, RESULTS[:2])
    report.plan(PLAN)
    for event in EVENTS[2:]:
        report.event(event)
    report.error(FAILED)


def usage(report):
    report.error(UNCLEAR)


def invalid(report):
    report.error(
        PresetInvalid(
            [
                Problem("harbor.url", "is missing"),
                Problem("harbor.expse", "is not a known key", "Did you mean?", "my.yaml", 3, 1),
            ]
        )
    )


STORIES = [checks, plan, refused_plan, failed_run, usage, invalid]


def told(story, output, encoding="utf-8"):
    to = stream(encoding)
    report = new_report(output, to)
    story(report)
    report.close()
    return to.buffer.getvalue()


def compare(name, content):
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(content)
    assert content == path.read_bytes()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
@pytest.mark.parametrize("output", ["text", "json", "jsonl"])
def test_every_story_is_told_in_the_same_bytes(story, output):
    compare(f"{story.__name__}.{'txt' if output == 'text' else output}", told(story, output))


@pytest.mark.parametrize("story", [plan, failed_run], ids=lambda story: story.__name__)
def test_a_stream_without_unicode_gets_ascii_signs(story):
    compare(f"{story.__name__}.ascii.txt", told(story, "text", "ascii"))


def test_what_was_seen_twice_is_told_once():
    finding = replace(FINDING, evidence=("Failed to pull image", "not found", "not found"))
    assert finding_parts(finding)[2].count("seen: not found") == 1


def test_a_terminal_gets_colours_unless_told_otherwise(monkeypatch):
    class Terminal(io.TextIOWrapper):
        def isatty(self):
            return True

    def shown():
        to = Terminal(io.BytesIO(), encoding="utf-8")
        failed_run(TextReport(to, Redactor(), zone=UTC))
        return to.buffer.getvalue()

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    compare("failed_run.colour.txt", shown())
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown() == (GOLDEN / "failed_run.txt").read_bytes()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert shown() == (GOLDEN / "failed_run.txt").read_bytes()


@pytest.mark.parametrize(
    ("schema", "story"),
    [
        ("checks.json", checks),
        ("plan.json", plan),
        ("plan.json", refused_plan),
        ("result.json", failed_run),
        ("error.json", usage),
        ("error.json", invalid),
    ],
)
def test_documents_are_as_their_schema_says(schema, story):
    validator(schema).validate(json.loads(told(story, "json")))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_lines_are_as_their_schema_says(story):
    lines = told(story, "jsonl").splitlines()
    assert lines
    for line in lines:
        validator("events.json").validate(json.loads(line))


def test_the_schemas_refuse_what_is_not_so():
    document = json.loads(told(plan, "json"))
    assert not validator("plan.json").is_valid(document | {"hash": "short"})
    assert not validator("plan.json").is_valid(document | {"more": 1})
    line = json.loads(told(failed_run, "jsonl").splitlines()[0])
    assert not validator("events.json").is_valid(line | {"event": "run.paused"})


def test_the_schema_of_troubleshoot_takes_the_example_of_the_reference():
    example = {
        "version": 1,
        "target": TARGET.document(),
        "components": [{"id": "core", "state": "waiting", "needs": ["database", "redis"]}],
        "findings": [json.loads(told(failed_run, "json"))["findings"][0]["finding"]],
        "notChecked": [{"rule": "HW-030", "reason": "no right to list nodes"}],
    }
    validator("troubleshoot.json").validate(example)
    assert not validator("troubleshoot.json").is_valid(example | {"components": [{"id": "core"}]})


@pytest.mark.parametrize("output", ["text", "json", "jsonl"])
def test_no_secret_is_told(output):
    to = stream()
    redactor = Redactor()
    redactor.conceal("canary-S3cret-value")
    report = open_report(output, to, redactor)
    event = {"time": START, "run": "r", "exit": 5, "seconds": 1.0}
    report.event(EVENTS[2])
    report.event(RunFinished(**event, summary="with canary-S3cret-value and password=hunter2"))
    report.error(UsageError("canary-S3cret-value"))
    report.close()
    content = to.buffer.getvalue()
    assert content
    assert b"canary" not in content
    assert b"hunter2" not in content


def test_people_read_errors_with_where_why_and_fix():
    to = stream()
    console = Console(to, Redactor())
    console.error(UNCLEAR)
    console.warning(FAILED)
    console.note("see log.txt")
    compare("console.txt", to.buffer.getvalue())


def test_times_are_told_in_the_zone_of_this_machine(monkeypatch):
    to = stream()
    report = open_report("text", to, Redactor())
    report.event(EVENTS[2])
    local = datetime.fromtimestamp((START + timedelta(seconds=1)).timestamp())
    assert to.buffer.getvalue().decode().startswith(f"{local:%H:%M:%S} ")
