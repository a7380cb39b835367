"""Every exit code, reached by what a person may really meet."""

import asyncio
import json
import re
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from tests.unit.cli.conftest import (
    DEMO,
    Run,
    nothing_changed,
    objects_of,
    runs_of,
)
from wizard.answers.problems import PresetInvalid
from wizard.errors import (
    CheckFailed,
    ExitCode,
    Interrupted,
    LockHeld,
    NotAccepted,
    OutOfTime,
    StepFailed,
    WizardError,
)
from wizard.execute import execute
from wizard.run.holder import Holder
from wizard.run.records import read_record
from wizard.voices import Voices

CANARY = "canary-in-a-trace"


def recorded(state: Path) -> int | None:
    """The exit code in the journal of the newest run."""
    record = read_record(runs_of(state)[-1])
    assert record
    return record.exit


def test_0_done_and_nothing_to_do(wizard: Run, state: Path) -> None:
    for summary in ("46 changes made", "nothing to do"):
        done = wizard(*DEMO)
        assert done.code is ExitCode.DONE
        assert summary in done.stdout
        assert recorded(state) == 0


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    """The wizard has a bug, in whose trace a secret stands."""

    async def carry_out(*_: object) -> NoReturn:
        raise ZeroDivisionError(f"division of {CANARY}")

    env["WIZARD_SECRET_HARBOR_ADMIN_PASSWORD"] = CANARY
    monkeypatch.setattr("wizard.run.session.Session.carry_out", carry_out)


@pytest.mark.usefixtures("bug")
def test_1_a_bug_names_the_file_with_its_trace(wizard: Run, state: Path) -> None:
    done = wizard(*DEMO)
    assert done.code is ExitCode.BUG
    [trace] = (state / "harbor-wizard" / "bugs").iterdir()
    assert "The wizard has a bug: ZeroDivisionError" in done.stderr
    assert f"where: {trace}" in done.stderr
    assert "ZeroDivisionError: division of" in trace.read_text()
    assert CANARY not in trace.read_text() + done.stdout + done.stderr
    assert stat.S_IMODE(trace.stat().st_mode) == 0o600


@pytest.mark.usefixtures("bug")
def test_1_a_trace_that_cannot_be_written_is_told(wizard: Run, state: Path) -> None:
    (state / "harbor-wizard").mkdir(parents=True)
    (state / "harbor-wizard" / "bugs").write_text("in the way")
    done = wizard(*DEMO)
    assert done.code is ExitCode.BUG
    assert "trace could not be written" in done.stderr


def test_2_usage(wizard: Run, state: Path) -> None:
    assert wizard(*DEMO, "--set", "nonsense").code is ExitCode.USAGE
    assert not state.exists()


def test_3_a_check_failed(wizard: Run, state: Path) -> None:
    refused = wizard(*DEMO, "--yes", "--scenario", "no-storage-class")
    assert refused.code is ExitCode.CHECK_FAILED
    assert "Default storage class" in refused.stderr
    assert nothing_changed(state)
    assert recorded(state) is None


def test_4_not_accepted(wizard: Run, state: Path) -> None:
    refused = wizard(*DEMO, "--expect-plan", "0123456789ab")
    assert refused.code is ExitCode.NOT_ACCEPTED
    assert nothing_changed(state)
    assert recorded(state) is None


def test_5_a_step_failed(wizard: Run, state: Path) -> None:
    failed = wizard(*DEMO, "--scenario", "image-pull")
    assert failed.code is ExitCode.STEP_FAILED
    assert "docker.io/goharbor/" in failed.stderr
    assert "HW-022" in failed.stderr
    assert "HW-206" not in failed.stdout + failed.stderr
    assert "fix:" in failed.stderr
    assert recorded(state) == 5


def test_6_out_of_time(wizard: Run, state: Path, env: dict[str, str]) -> None:
    env["WIZARD_GATE_SECONDS"] = "0.2"
    late = wizard(*DEMO, "--scenario", "stuck")
    assert late.code is ExitCode.OUT_OF_TIME
    assert re.search(r"(Deployment|StatefulSet) harbor-\w+ 0 of 1 ", late.stderr)
    assert "run the same command again" in late.stderr
    assert recorded(state) == 6


@pytest.mark.parametrize("number", ["soon", "-1", "nan"])
def test_2_a_number_that_is_none(wizard: Run, env: dict[str, str], number: str) -> None:
    env["WIZARD_GATE_SECONDS"] = number
    refused = wizard(*DEMO)
    assert refused.code is ExitCode.USAGE
    assert "WIZARD_GATE_SECONDS" in refused.stderr


def hold_lock(world: Path, holder: Holder) -> None:
    """Put a Lease into the simulated world, as a run that is at work leaves it."""
    from datetime import UTC, datetime

    content = json.loads(world.read_text())
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": "harbor-wizard-harbor",
            "namespace": "harbor",
            "uid": "1",
            "resourceVersion": "9000",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "generation": 1,
        },
        "spec": {
            "holderIdentity": str(holder),
            "leaseDurationSeconds": 45,
            "renewTime": datetime.now(UTC).isoformat(),
        },
    }
    content["objects"].append(lease)
    world.write_text(json.dumps(content))


TO_CHANGE = (*DEMO, "--set", "harbor.metrics.enabled=true")


def test_8_another_run_holds_the_lock(wizard: Run, state: Path, installed: Path) -> None:
    hold_lock(installed, Holder("another-host", 7, "its-boot", "its-start"))
    before = objects_of(state, "Deployment")
    locked = wizard(*TO_CHANGE)
    assert locked.code is ExitCode.LOCK_HELD
    assert "another-host" in locked.stderr
    assert objects_of(state, "Deployment") == before
    assert recorded(state) == 8
    assert "no unfinished run" in wizard("--demo", "--resume").stderr


def test_8_not_where_nothing_is_to_be_done(wizard: Run, installed: Path) -> None:
    hold_lock(installed, Holder("another-host", 7, "its-boot", "its-start"))
    assert wizard(*DEMO).code is ExitCode.DONE


def test_a_lock_of_the_dead_is_taken_over(wizard: Run, state: Path, installed: Path) -> None:
    here = Holder.current()
    hold_lock(installed, Holder(here.host, here.pid, here.boot, "long-ago"))
    assert wizard(*TO_CHANGE).code is ExitCode.DONE
    assert objects_of(state, "Lease") == []


def test_9_findings(wizard: Run) -> None:
    assert wizard("verify", *DEMO).code is ExitCode.FINDINGS


def test_10_changes(wizard: Run) -> None:
    assert wizard(*DEMO, "--plan").code is ExitCode.CHANGES


def test_130_resumes(wizard: Run, monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    async def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("wizard.run.session.Session._engage", interrupted)
        stopped = wizard(*DEMO)
    assert stopped.code is ExitCode.INTERRUPTED
    assert "goes on" in stopped.stderr
    assert objects_of(state, "Lease") == []
    assert wizard(*DEMO).code is ExitCode.DONE


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([StepFailed("s"), OutOfTime("o")], ExitCode.STEP_FAILED),
        ([OutOfTime("o"), StepFailed("s"), NotAccepted("n")], ExitCode.NOT_ACCEPTED),
        ([NotAccepted("n"), CheckFailed("c")], ExitCode.CHECK_FAILED),
        ([CheckFailed("c"), LockHeld("l"), StepFailed("s")], ExitCode.LOCK_HELD),
        ([LockHeld("l"), Interrupted("i")], ExitCode.INTERRUPTED),
        ([PresetInvalid([]), OutOfTime("o")], ExitCode.OUT_OF_TIME),
    ],
)
def test_of_several_the_first_counts(
    errors: list[WizardError], code: ExitCode, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    async def work(_: Voices) -> ExitCode:
        raise ExceptionGroup("together", [ExceptionGroup("within", errors[:1]), *errors[1:]])

    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    assert execute("text", work) is code


def test_a_bug_among_several_is_a_bug(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    async def work(_: Voices) -> ExitCode:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing(StepFailed("s")))
            group.create_task(failing(ZeroDivisionError()))
        return ExitCode.DONE

    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    assert execute("text", work) is ExitCode.BUG
    assert list((state / "harbor-wizard" / "bugs").iterdir())


async def failing(error: Exception) -> None:
    """End with an error."""
    raise error
