"""The screen of a run, as a person meets it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from screens.models.session import Session
from screens.widgets.event_log import EventLog
from screens.widgets.log_view import LogView
from screens.widgets.prompt import Prompt
from tests.screens.guided import guided
from wizard.answers.network import Network
from wizard.errors import ExitCode, LockHeld
from wizard.ports import Ref
from wizard.run.consent import Consent
from wizard.run.holder import Holder
from wizard.run.lock import LEASE, Lock, lease_name
from wizard.run.records import unfinished
from wizard.wiring import Site, open_world

WIDE = (140, 45)
MIGRATES = "[/common/dao/base"
"""How a line of core's log begins, as far as there is room."""


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated cluster takes its time, so that a run goes on while it is looked at."""
    monkeypatch.setenv("WIZARD_DEMO_SPEED", "2")


def logs_folder(home: Path) -> Path:
    return home / "state" / "harbor-wizard" / "demo"


async def test_a_healthy_installation_ends_at_done() -> None:
    async with guided() as person:
        await person.install()
        await person.until_seen("Installing demo", "of 6 steps", "▸ Harbor", "working")
        assert person.sees("✓ Authority and certificate", "done", "· Harbor answers", "not yet")
        await person.until_seen("Harbor is ready: https://harbor.example.com")
        await person.press("escape")
        await person.until_seen("✓ Installed demo", "6 of 6 steps", "as wanted")
        await person.press("ctrl+n")
        await person.until_seen("Harbor is ready")


async def test_what_a_step_waits_for_is_told_with_a_clock(steady: None) -> None:
    async with guided("slow") as person:
        await person.install()
        await person.until_seen("harbor-core", "readiness probe failing", "(for 1 s)")
        await person.until_seen("(for 2 s)")
        await person.press("3")
        await person.until_seen("harbor.release (", "probe failing")


async def test_wide_terminals_show_steps_logs_and_events_at_once(steady: None) -> None:
    async with guided("slow", WIDE) as person:
        await person.install()
        await person.until_seen("1 Steps", "2 Logs", "3 Events", MIGRATES)
        assert "4 Problems" not in person.text
        assert person.sees("harbor.release (", "working")


async def test_the_steps_choose_whose_logs_are_shown(steady: None) -> None:
    async with guided("slow", WIDE) as person:
        await person.install()
        await person.until_seen(MIGRATES)
        await person.press("home")
        await person.press("down")
        await person.until_seen("Namespace writes none")
        assert MIGRATES not in person.text
        await person.press("down", "down", "down", "down")
        await person.until_seen("of Harbor ", MIGRATES)


async def test_pods_are_chosen_in_a_list(steady: None) -> None:
    async with guided("slow", WIDE) as person:
        await person.install()
        await person.until_seen(MIGRATES, "Ready to accept")
        await person.press("l")
        await person.until_seen("Whose logs?", "harbor-redis-0/redis")
        await person.press("a", "down", "space", "enter")
        await person.until(lambda: "Whose logs?" not in person.text)
        await person.until_seen("harbor-database-0/database   following")
        assert MIGRATES not in person.text


async def test_keys_belong_to_the_prompt_while_one_types(steady: None) -> None:
    async with guided("slow") as person:
        await person.install()
        await person.press("2")
        await person.until_seen("migrating")
        await person.press("slash", *"fnlcx1")
        assert person.sees("Search  fnlcx1")
        await person.press("escape")
        assert not person.app.screen.query_one(Prompt).display
        assert person.sees("[2 Logs]", "following")


async def test_logs_are_searched_filtered_followed_and_copied(steady: None) -> None:
    async with guided("slow") as person:
        await person.install()
        await person.press("2")
        await person.until(
            lambda: person.text.count("migrating the") > 2 and person.sees("[FATAL]")
        )
        await person.press("slash", *"migrating", "enter")
        await person.until_seen("'migrating' ", "not following: f")
        place = person.app.screen.query_one(LogView)._shown.place
        await person.press("N")
        await person.until(lambda: person.app.screen.query_one(LogView)._shown.place != place)
        await person.press("f")
        assert not person.sees("not following")
        await person.press("t", *"fatal", "enter")
        await person.until_seen("with 'fatal'", "[FATAL] failed to load")
        assert MIGRATES not in person.text
        await person.press("c")
        assert "[FATAL]" in person.app.clipboard
        assert "migrating" not in person.app.clipboard
        await person.press("v", "v")
        await person.until_seen("warnings and errors")


async def test_logs_are_written_to_a_file_that_is_never_overwritten(
    home: Path, steady: None
) -> None:
    async with guided("slow") as person:
        await person.install()
        await person.until_seen("Harbor", "probe failing")
        await person.press("x")
        await person.until_seen("Write to", "demo-install.log")
        await person.press("enter")
        await person.until(lambda: "Written to" in person.told)
        written = (home / "demo-install.log").read_text()
        assert "STATUS: deployed" in written
        await person.press("x", "enter")
        await person.until(lambda: "take another name" in person.told)
        assert (home / "demo-install.log").read_text() == written


async def test_every_line_of_the_logs_is_on_disk_and_it_says_where(
    home: Path, steady: None
) -> None:
    async with guided("healthy", WIDE) as person:
        await person.install()
        await person.until_seen("every line:")
        await person.until_seen("database system is")
        record = next((logs_folder(home) / "runs").iterdir())
        assert "database system is ready" in (record / "log.txt").read_text()


async def test_an_image_that_cannot_be_pulled_is_told_with_cause_and_fix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WIZARD_DEMO_SPEED", "1")
    async with guided("image-pull") as person:
        await person.install()
        await person.until_seen("✗ Failed to install demo", "✗ Harbor", "failed after")
        assert "HW-022" in {one.id for one in person.run.steps["harbor.release"].findings}
        await person.until_seen("HW-", "Why ", "Seen ", "Fix ")
        await person.until_seen("r Retry   e Edit answer and retry   l Logs   k Keep and stop")
        await person.press("4")
        await person.until_seen("✗ problem  HW-", "[4 Problems")


async def test_a_gate_out_of_time_says_what_it_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIZARD_GATE_SECONDS", "1")
    async with guided("stuck") as person:
        await person.install()
        await person.until_seen("Harbor was not ready within 1 s", "Why ", " 0 of 1 ", "Fix")
        assert person.run.exit == ExitCode.OUT_OF_TIME
        await person.press("r")
        await person.until_seen("Going on installing demo")
        await person.until_seen("✗ Failed to install", "Harbor was not ready within 1 s")
        told = person.app.screen.query_one(EventLog).told
        assert any("ended with exit code 6; this one goes on" in line for line in told)


async def test_a_flaky_api_server_is_outlasted() -> None:
    async with guided("flaky-api") as person:
        await person.install()
        await person.until_seen("Harbor is ready")
        assert person.run.exit == ExitCode.DONE


async def test_retry_after_mending_reaches_the_goal(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("WIZARD_DEMO_SPEED", "1")
    async with guided("image-pull") as person:
        world = ["image-pull"]
        session = person.app.session
        ways = replace(
            session.ways,
            open_world=lambda _, network: open_world(Site(scenario=world[0]), network),
        )
        person.app.begin(Session(ways, session.desk))
        told = await person.app.session.look(lambda _: None)
        assert told.planned is not None
        await person.install(Consent(warnings=True, plan=told.planned.hash))
        await person.until_seen("✗ Harbor", "r Retry")
        await person.app.session.connection.close()
        world[0] = "healthy"
        await person.press("r")
        await person.until_seen("Harbor is ready")
        assert unfinished(None, logs_folder(home)) is None


async def test_failed_checks_are_told_and_lead_to_their_answer() -> None:
    async with guided("no-storage-class") as person:
        await person.install()
        await person.until_seen("✗ Checks", "failed", "Why", "Fix")
        assert person.run.exit == ExitCode.CHECK_FAILED
        await person.press("e")
        await person.until_seen("▸ Storage")
        assert "goes on from what is there" in person.told


async def test_edit_without_an_answer_to_blame_goes_to_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WIZARD_GATE_SECONDS", "0")
    async with guided("stuck") as person:
        await person.install()
        await person.until_seen("✗ Failed to install")
        await person.press("e")
        await person.until_seen("▸ Review")


async def test_retry_with_other_answers_goes_to_review_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WIZARD_GATE_SECONDS", "0")
    async with guided("stuck") as person:
        await person.install()
        await person.until_seen("✗ Failed to install")
        before = person.run
        person.app.session.desk.answer(("harbor", "url"), "https://other.example.com")
        await person.press("r")
        await person.until_seen("▸ Review")
        assert "look at what they would change" in person.told
        assert person.run is before


async def test_another_plan_than_the_reviewed_one_goes_back_to_review() -> None:
    async with guided() as person:
        person.app.start_run(Consent(warnings=True, plan="000000000000"))
        await person.until_seen("▸ Review")
        await person.until(lambda: "Nothing was changed" in person.told)
        assert not person.run.began


async def test_the_lock_of_another_run_is_told() -> None:
    async with guided() as person:
        session = person.app.session
        async with session.connection.held(None, Network()) as world:
            await world.objects.create(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}}
            )
            lease = Ref(LEASE, "harbor", lease_name("harbor"))
            async with Lock(world.objects, lease, Holder("elsewhere", 7, "boot", "start")):
                await person.install()
                await person.until_seen("✗ The run", "elsewhere pid 7", "Fix")
        assert isinstance(person.run.error, LockHeld)


async def test_keep_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIZARD_GATE_SECONDS", "0")
    async with guided("stuck") as person:
        await person.install()
        await person.until_seen("✗ Failed to install")
        await person.press("k")
        await person.until_seen("wizard --demo --scenario stuck --resume")
        await person.press("tab", "enter")
        await person.until_seen("New installation")
        assert person.sees("✗ Install")


async def test_leaving_while_it_runs_asks_once_and_leaves_a_resumable_run(
    home: Path, steady: None
) -> None:
    before = asyncio.all_tasks()
    async with guided("slow") as person:
        await person.install()
        await person.until_seen("▸ Harbor", "probe failing")
        await person.press("ctrl+c")
        await person.until_seen("Harbor is being installed. Stop it?")
        await person.press("tab", "enter")
        await person.until(lambda: person.app.return_value is not None)
        assert person.app.farewell[1].endswith("wizard --demo --scenario slow --resume")
        assert person.app.return_value == ExitCode.INTERRUPTED
    assert asyncio.all_tasks() == before
    record = unfinished(None, logs_folder(home))
    assert record is not None
    assert record.exit == ExitCode.INTERRUPTED


async def test_escape_goes_to_the_answers_and_the_run_goes_on() -> None:
    async with guided("slow") as person:
        person.app.go("harbor")
        await person.until_seen("How do people reach Harbor")
        await person.install()
        await person.until_seen("▸ Harbor", "probe failing")
        await person.press("escape")
        await person.until_seen("How do people reach Harbor", "… Install")
        person.app.session.desk.answer(("target", "context"), "another")
        person.app.session.desk.answer(("harbor", "url"), "https://other.example.com")
        await asyncio.wait_for(person.app.session.asker.world(), 10)
        await person.until_seen("✓ Install")
        await person.until(lambda: "Harbor is ready" in person.told)
        assert person.run.exit == ExitCode.DONE
        assert "harbor.example.com" in person.run.summary


async def test_nothing_begun_leads_to_review() -> None:
    async with guided() as person:
        person.app.go("install")
        await person.until_seen("Nothing is being installed yet")
        await person.press("enter")
        await person.until_seen("▸ Review")


async def test_the_palette_finds_every_action(steady: None) -> None:
    async with guided("slow") as person:
        await person.install()
        await person.until_seen("▸ Harbor")
        await person.press("ctrl+p", *"export")
        await person.until_seen("Write the logs to a file")
        await person.press("down", "enter")
        await person.until_seen("Write to")


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_without_colour_all_is_told(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("WIZARD_GATE_SECONDS", "5")
    async with guided("stuck", size) as person:
        await person.install()
        await person.until_seen("✗ Failed to install demo", "✗ Harbor", "failed after")
        await person.until_seen("✓ Namespace", "? Harbor answers and is healthy", "begun")


async def test_a_second_run_is_not_begun_while_one_goes_on() -> None:
    async with guided("slow") as person:
        await person.install()
        run = person.run
        person.app.start_run(Consent(warnings=True))
        await person.until_seen("▸ Harbor")
        assert person.run is run
