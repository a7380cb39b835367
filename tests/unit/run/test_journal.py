"""The journal: what it keeps, who may read it, and what is left after a kill or a full disk."""

import json
import resource
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.run.sample import EVENTS, PLAN, RUN, START, TARGET
from wizard.errors import ExitCode, UsageError
from wizard.run.events import RunFinished, StepStarted
from wizard.run.journal import Journal, supersede
from wizard.run.records import newest, read_record, runs_folder, unfinished
from wizard.run.redaction import Redactor

PRESET = ("production", "schemaVersion: 1\nname: production\n")
CANARY = "canary-S3cret-value"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "harbor-wizard"


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def begin(warnings):
    """Opens journals, each a second younger than the one before."""
    opened = []

    def begin(target=TARGET, preset=PRESET, redactor=None, **options):
        moment = START + timedelta(seconds=len(opened))
        journal = Journal.open(
            target,
            preset,
            redactor or Redactor(),
            warnings.append,
            now=lambda: moment,
            **options,
        )
        opened.append(journal)
        return journal

    yield begin
    for journal in opened:
        journal.close()


def entries(journal):
    lines = (journal.folder / "journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def start(journal):
    journal.event(EVENTS[2])
    return journal


def finish(journal, exit_code):
    journal.event(RunFinished(time=START, run=journal.run, exit=exit_code, seconds=1.0, summary=""))


def test_a_run_has_a_folder_of_its_own_that_only_its_owner_reads(begin, state):
    journal = begin()
    journal.event(EVENTS[0])
    assert journal.folder.parent == state / "runs" == runs_folder()
    assert {path.name for path in journal.folder.iterdir()} == {
        "journal.jsonl",
        "log.txt",
        "preset.yaml",
    }
    assert stat.S_IMODE(journal.folder.stat().st_mode) == 0o700
    for path in [*journal.folder.iterdir(), state / "digest.key"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_run_ids_sort_by_time(begin):
    runs = [begin().run for _ in range(3)]
    assert runs == sorted(runs)
    assert runs[0].startswith("20261123T213000000Z-")


def test_the_journal_holds_every_transition_and_the_log_everything(begin):
    journal = begin()
    journal.planned(PLAN)
    for event in EVENTS:
        journal.event(event)
    told = [(entry["event"], entry.get("step"), entry.get("state")) for entry in entries(journal)]
    assert told == [
        ("run.opened", None, None),
        ("step.planned", "namespace", "planned"),
        ("step.planned", "harbor.release", "planned"),
        ("run.planned", None, None),
        ("run.started", None, None),
        ("step.started", "namespace", "started"),
        ("step.finished", "namespace", "done"),
        ("step.started", "harbor.secrets", "started"),
        ("step.finished", "harbor.secrets", "unchanged"),
        ("step.started", "harbor.release", "started"),
        ("step.finished", "harbor.release", "failed"),
        ("step.finished", "acceptance", "blocked"),
        ("run.finished", None, None),
    ]
    assert all(entry["target"] == TARGET.document() for entry in entries(journal))
    assert all(entry["run"] == journal.run for entry in entries(journal))
    log = (journal.folder / "log.txt").read_text()
    assert "registry-core-7d9f/core: naïve start" in log
    assert "0 of 2 replicas ready" in log
    assert "2026-11-23T21:30:01.000Z" in log


def test_no_secret_reaches_the_folder(begin):
    redactor = Redactor()
    redactor.conceal(CANARY)
    text = f"harbor: {{values: {{x: {CANARY}}}}}\n"
    journal = begin(preset=("p", text), redactor=redactor, secret_values={"a.b": CANARY})
    journal.event(StepStarted(time=START, run=RUN, step="s", title=f"with {CANARY}", changes=1))
    journal.record("note", text=f"{CANARY} and password=hunter2")
    for path in journal.folder.iterdir():
        content = path.read_text()
        assert content
        assert CANARY not in content
        assert "hunter2" not in content


def test_digests_are_the_same_in_every_run_and_tell_secrets_apart(begin):
    one, other = begin(secret_values={"a": CANARY}), begin(secret_values={"a": "another"})
    assert one.digest(["x", CANARY]) == other.digest(["x", CANARY])
    assert one.digest(["x", CANARY]) != one.digest(["x", "another"])
    assert entries(one)[0]["hash"] != entries(other)[0]["hash"]


def test_digests_differ_between_installations(begin, tmp_path, monkeypatch):
    here = begin()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    there = begin()
    assert here.digest(CANARY) != there.digest(CANARY)


def test_log_dir_takes_the_runs_but_not_the_key(begin, tmp_path, state):
    logs = tmp_path / "logs"
    journal = start(begin(log_dir=logs))
    assert journal.folder.parent == logs / "runs"
    assert (state / "digest.key").exists()
    assert [path.name for path in logs.iterdir()] == ["runs"]
    assert unfinished(TARGET, logs).id == journal.run
    assert unfinished(TARGET) is None


def test_the_newest_unfinished_run_of_the_target_is_found(begin):
    assert unfinished(TARGET) is None
    begin(replace(TARGET, namespace="other"))
    killed = begin()
    killed.planned(PLAN)
    for event in EVENTS[:9]:
        killed.event(event)
    record = unfinished(replace(TARGET, context="renamed"))
    assert (record.id, record.preset, record.exit) == (killed.run, "production", None)
    assert record.started == START + timedelta(seconds=1)
    assert record.plan == PLAN.hash
    assert record.steps == {
        "namespace": "done",
        "harbor.release": "started",
        "harbor.secrets": "unchanged",
    }
    assert record.preset_text() == PRESET[1]


@pytest.mark.parametrize("exit_code", [5, 6, 130])
def test_a_run_that_ended_badly_counts_as_unfinished(begin, exit_code):
    journal = start(begin())
    finish(journal, exit_code)
    record = unfinished(TARGET)
    assert (record.id, record.exit) == (journal.run, exit_code)


def test_a_run_that_reached_its_goal_ends_the_story(begin):
    start(begin())
    finish(start(begin()), 0)
    assert unfinished(TARGET) is None


def test_another_target_that_reached_its_goal_hides_no_unfinished_run(begin):
    killed = start(begin())
    finish(start(begin(replace(TARGET, namespace="other"))), 0)
    assert unfinished(None).id == killed.run
    finish(start(begin()), 0)
    assert unfinished(None) is None


def test_a_run_finds_what_stood_before_it(begin):
    former, current = start(begin()), start(begin())
    assert unfinished(TARGET, besides=current.run).id == former.run


def test_a_run_that_never_began_is_passed_over(begin):
    former = start(begin())
    refused = begin()
    refused.planned(PLAN)
    finish(start(begin()), int(ExitCode.LOCK_HELD))
    assert not read_record(refused.folder).unfinished
    assert unfinished(TARGET).id == former.run


def test_a_superseded_run_is_passed_over(begin):
    old, new = start(begin()), start(begin())
    supersede(read_record(old.folder), new.run)
    assert read_record(old.folder).superseded_by == new.run
    assert unfinished(TARGET).id == new.run
    finish(new, 0)
    assert unfinished(TARGET) is None


def test_a_last_line_cut_off_by_a_kill_is_passed_over_and_kept_apart(begin):
    journal = start(begin())
    journal.event(EVENTS[3])
    path = journal.folder / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    record = read_record(journal.folder)
    assert record.unfinished
    assert record.steps == {}
    supersede(record, "another")
    assert read_record(journal.folder).superseded_by == "another"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]\n",
        '{"event": "run.opened"}\n',
        '{"event": "run.opened", "target": 3}\n',
        "\0\xff",
    ],
)
def test_a_damaged_journal_is_no_run(begin, content):
    journal = begin()
    (journal.folder / "journal.jsonl").write_text(content, encoding="latin-1")
    assert unfinished(TARGET) is None


def test_answers_that_held_a_secret_are_not_resumed(begin):
    start(begin(preset=("p", "password: hunter2\n")))
    with pytest.raises(UsageError, match="incomplete") as refused:
        unfinished(TARGET).preset_text()
    assert "--preset" in refused.value.fix


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(begin, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UsageError) as refused:
        begin(log_dir=blocked)
    assert refused.value.exit_code is ExitCode.USAGE
    assert "--log-dir" in refused.value.fix
    assert refused.value.where == str(blocked / "runs")


def test_a_full_disk_is_told_once_and_the_run_goes_on(begin, warnings):
    journal = begin()
    size = (journal.folder / "journal.jsonl").stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, limits[1]))
    try:
        for event in EVENTS:
            journal.event(event)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [str(warning.where) for warning in warnings] == [str(journal.folder)]
    assert "make room" in warnings[0].fix
    assert read_record(journal.folder).exit is None


KILLED = """
import sys, itertools
from pathlib import Path
from tests.unit.run.sample import EVENTS, TARGET
from wizard.run.journal import Journal
from wizard.run.redaction import Redactor
journal = Journal.open(TARGET, ("p", "name: p\\n"), Redactor(), print, log_dir=Path(sys.argv[1]))
for number, event in enumerate(itertools.cycle(EVENTS[2:12])):
    journal.event(event)
    print(number, flush=True)
"""


def test_a_killed_run_leaves_a_journal_that_reads(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if line.strip() == "25":
                process.send_signal(signal.SIGKILL)
    record = unfinished(TARGET, tmp_path)
    assert record.exit is None
    assert record.steps["namespace"] == "done"


def test_the_newest_runs_of_a_target_are_found_whatever_became_of_them(begin):
    kept = []
    for code in (0, 5, None):
        journal = begin()
        start(journal)
        if code is not None:
            finish(journal, code)
        kept.insert(0, journal.run)
    begin(target=replace(TARGET, namespace="other"))
    assert [one.id for one in newest(TARGET, 9)] == kept
    assert [one.id for one in newest(TARGET, 2)] == kept[:2]


def test_records_without_a_folder_are_none(tmp_path):
    assert unfinished(TARGET, tmp_path / "nowhere") is None


def test_a_journal_tells_its_time_by_default():
    journal = Journal.open(TARGET, PRESET, Redactor(), print)
    journal.close()
    told = datetime.fromisoformat(entries(journal)[0]["time"])
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)
