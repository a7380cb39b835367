"""stdout carries data alone, in the published forms; stderr is for people."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.cli.conftest import DEMO, PROGRAM, Ended, Run, runs_of
from tests.unit.schemas import validator
from wizard.errors import ExitCode

ESCAPE = "\x1b"
FAILING = (*DEMO, "--scenario", "image-pull")


@pytest.mark.parametrize(
    ("arguments", "code", "schema"),
    [
        ((*DEMO, "--check"), ExitCode.DONE, "checks.json"),
        ((*DEMO, "--check", "--scenario", "no-storage-class"), 3, "checks.json"),
        ((*DEMO, "--plan"), ExitCode.CHANGES, "plan.json"),
        ((*DEMO, "--expect-plan", "0123456789ab"), ExitCode.NOT_ACCEPTED, "plan.json"),
        (DEMO, ExitCode.DONE, "result.json"),
        (FAILING, ExitCode.STEP_FAILED, "result.json"),
        ((*DEMO, "--set", "nonsense"), ExitCode.USAGE, "error.json"),
        (("--demo",), ExitCode.USAGE, "error.json"),
        (("--preset", "demo.yaml"), ExitCode.USAGE, "error.json"),
        (("--demo", "--resume"), ExitCode.USAGE, "error.json"),
        (("preset", "validate", "no.yaml"), ExitCode.USAGE, "error.json"),
        (("unseal",), ExitCode.USAGE, "error.json"),
        (("verify", *DEMO), ExitCode.FINDINGS, "checks.json"),
        (("troubleshoot", "--demo", "--once"), ExitCode.DONE, "troubleshoot.json"),
    ],
)
def test_json_is_one_document_of_its_schema(
    wizard: Run, arguments: tuple[str, ...], code: int, schema: str
) -> None:
    done = wizard(*arguments, "--output", "json")
    assert done.code == code, done.stderr
    validator(schema).validate(done.document)
    error = done.document.get("error")
    assert (error is not None) == (code not in {0, 9, 10})
    if error:
        assert error["exit"] == code
        assert error["what"].splitlines()[0] in done.stderr


@pytest.mark.parametrize(
    ("arguments", "last"),
    [
        (DEMO, "run.finished"),
        (FAILING, "run.finished"),
        ((*DEMO, "--check"), "check.finished"),
        ((*DEMO, "--plan"), "plan"),
        ((*DEMO, "--set", "nonsense"), "error"),
        ((*DEMO, "--expect-plan", "0123456789ab"), "error"),
    ],
)
def test_every_json_line_is_an_event(wizard: Run, arguments: tuple[str, ...], last: str) -> None:
    done = wizard(*arguments, "--output", "jsonl")
    for event in done.events:
        validator("events.json").validate(event)
    assert done.events[-1]["event"] == last
    if last in {"run.finished", "error"}:
        assert done.events[-1]["exit"] == done.code


def test_every_started_step_finishes(wizard: Run) -> None:
    events = wizard(*FAILING, "--output", "jsonl").events
    started = [one["step"] for one in events if one["event"] == "step.started"]
    finished = {one["step"]: one["state"] for one in events if one["event"] == "step.finished"}
    assert started
    assert set(started) <= finished.keys()
    assert finished["harbor.release"] == "failed"
    assert finished["harbor.healthy"] == "blocked"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--output", "json", "--presett", "x"), "No such option '--presett'"),
        (("preset", "validate", "--output=json"), "Missing argument 'FILES...'"),
        (("--output", "text", "nonsense", "--output", "json"), "No such command 'nonsense'"),
    ],
)
def test_a_wrong_command_line_is_a_document_too(
    program: Run, arguments: tuple[str, ...], what: str
) -> None:
    refused = program(*arguments)
    assert refused.code is ExitCode.USAGE
    validator("error.json").validate(refused.document)
    told = refused.document["error"]
    assert what in told["what"]
    assert told["exit"] == ExitCode.USAGE
    assert "--help" in told["fix"]
    assert what in refused.stderr


def test_a_wrong_command_line_is_an_event_too(program: Run) -> None:
    refused = program("--output=jsonl", "--presett", "x")
    [event] = refused.events
    validator("events.json").validate(event)
    assert (event["event"], event["exit"]) == ("error", ExitCode.USAGE)


@pytest.mark.parametrize("output", [(), ("--output", "xml"), ("--output",)])
def test_a_wrong_command_line_for_people_leaves_stdout_empty(
    program: Run, output: tuple[str, ...]
) -> None:
    assert program("--presett", *output).stdout == ""


def test_a_plan_says_in_one_way_that_the_namespace_is_missing(wizard: Run) -> None:
    plan = wizard(*DEMO, "--plan", "--output", "json").document
    changes = [change for step in plan["steps"] for change in step["changes"]]
    told = {change["reason"] for change in changes if "namespace" in change.get("reason", "")}
    assert told == {"the namespace harbor does not exist yet"}


@pytest.mark.parametrize("output", ["json", "jsonl"])
def test_notes_for_people_stay_off_stdout(wizard: Run, output: str) -> None:
    done = wizard(*DEMO, "--output", output)
    assert "Journal and log of this run" in done.stderr
    assert "Journal and log of this run" not in done.stdout


def test_errors_stay_off_stdout(wizard: Run) -> None:
    refused = wizard(*DEMO, "--set", "nonsense")
    assert refused.stdout == ""
    assert "error: The preset has a problem" in refused.stderr


@pytest.mark.parametrize("no_color", ["1", ""])
def test_what_is_no_terminal_gets_no_colours(
    program: Run, env: dict[str, str], no_color: str
) -> None:
    env |= {"NO_COLOR": no_color, "TERM": "xterm-256color"}
    done = program(*DEMO, "--check", "--scenario", "no-storage-class")
    assert done.code is ExitCode.CHECK_FAILED
    assert ESCAPE not in done.stdout + done.stderr


def test_a_locale_without_unicode_gets_ascii(program: Run, env: dict[str, str]) -> None:
    env |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = program(*DEMO, "--check", "--scenario", "no-storage-class", "--preset", "naïve.yaml")
    assert "ve.yaml" in done.stderr
    assert (done.stdout + done.stderr).isascii()
    done = program(*DEMO, "--check", "--scenario", "no-storage-class")
    assert done.code is ExitCode.CHECK_FAILED
    assert re.search(r"^\S+ \+ Kubernetes answers", done.stdout, re.MULTILINE)
    assert re.search(r"^x error: ", done.stderr, re.MULTILINE)
    assert (done.stdout + done.stderr).isascii()


@pytest.mark.parametrize("output", ["text", "jsonl"])
def test_a_reader_that_goes_away_stops_nothing(env: dict[str, str], output: str) -> None:
    command = [PROGRAM, *DEMO, "--check", "--output", output]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 0, errors
    assert errors == ""


def closed(env: dict[str, str], streams: str, *arguments: str) -> Ended:
    """Run the program from a shell that closes some of the standard streams."""
    command = ["/bin/sh", "-c", f'exec "$0" "$@" {streams}', str(PROGRAM), *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return Ended(ExitCode(done.returncode), done.stdout, done.stderr)


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-"])
def test_a_closed_stream_stops_nothing(env: dict[str, str], streams: str) -> None:
    done = closed(env, streams, *DEMO, "--check", "--scenario", "no-storage-class")
    assert done.code is ExitCode.CHECK_FAILED
    assert ("Checks:" in done.stdout) == (streams != ">&-")
    assert ("error:" in done.stderr) == (streams != "2>&-")


def test_no_file_takes_the_place_of_closed_streams(env: dict[str, str], state: Path) -> None:
    assert closed(env, "<&- >&- 2>&-", *DEMO).code is ExitCode.DONE
    [run] = runs_of(state)
    for line in (run / "journal.jsonl").read_text().splitlines():
        assert json.loads(line)["run"] == run.name
    assert "Harbor is ready" in (run / "log.txt").read_text()


def test_a_closed_stdout_ends_no_other_way(env: dict[str, str]) -> None:
    assert closed(env, ">&-", "--version").code is ExitCode.DONE
    assert closed(env, ">&- 2>&-", *DEMO, "--set", "nonsense").code is ExitCode.USAGE
    prompted = ("--set", "harbor.adminPassword={prompt: true}")
    assert "no terminal" in closed(env, "<&-", *DEMO, *prompted).stderr


def test_output_that_cannot_be_written_is_told(env: dict[str, str]) -> None:
    done = closed(env, ">/dev/full", "preset", "schema")
    assert done.code is ExitCode.USAGE
    assert "The output is incomplete" in done.stderr


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_that_cannot_be_written_is_told(env: dict[str, str], option: str) -> None:
    done = closed(env, ">/dev/full", option)
    assert done.code is ExitCode.USAGE
    assert "The output is incomplete" in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_nobody_has_to_read_the_help_to_its_end(env: dict[str, str], option: str) -> None:
    read, write = os.pipe()
    os.close(read)
    streams = {"stdout": write, "stderr": subprocess.PIPE}
    done = subprocess.run([PROGRAM, option], env=env, check=False, **streams)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def words_of_the_log(state: Path) -> list[str]:
    """What the only run's own log says, line by line, without times."""
    (run,) = runs_of(state)
    return [line.partition("Z ")[2] for line in (run / "log.txt").read_text().splitlines()]


def test_a_run_is_told_in_text_by_the_words_of_its_log(wizard: Run, state: Path) -> None:
    text = wizard(*FAILING).stdout
    told = [words for words in words_of_the_log(state) if words]
    assert len(told) > 20
    assert [words for words in told if words not in text] == []


def test_a_run_is_told_in_json_by_the_words_of_its_log(wizard: Run, state: Path) -> None:
    document = wizard(*FAILING, "--output", "json").document
    log = "\n".join(words_of_the_log(state))
    titles = [check["title"] for check in document["checks"]]
    titles += [finding["finding"]["title"] for finding in document["findings"]]
    assert len(titles) > 20
    assert [title for title in titles if title not in log] == []
