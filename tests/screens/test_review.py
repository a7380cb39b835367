"""Review as a person sees it: what is about to happen, what keeps it from beginning, and how to
put that right.
"""

from pathlib import Path

import pytest

from screens.models.another_time import repeating
from tests.screens.review_app import DEMO, WARNED, demo_ways, reviewing, session_of
from wizard.errors import ExitCode

SIZES = [(80, 24), (140, 45)]


@pytest.mark.parametrize("size", SIZES)
async def test_everything_fine_says_what_will_happen_and_waits_for_enter(size) -> None:
    async with reviewing(session_of(demo_ways(), DEMO), size) as shown:
        text = await shown.until("Ready to install", "Enter begins")
        assert "Ready to install Harbor 2.15.2 as demo on simulated/harbor" in text
        assert "46 to create, 0 to change, 0 to delete, 0 warnings" in text
        assert "Blobs                    A volume (default)" in text
        assert shown.started == []
        await shown.begin()
        (consent,) = shown.started
        assert consent.warnings == frozenset()
        assert consent.permitted == frozenset()
        assert len(consent.plan) == 12


async def test_a_wide_window_shows_answers_plan_and_checks_at_once() -> None:
    async with reviewing(session_of(demo_ways(), DEMO), (140, 45)) as shown:
        text = await shown.until("Enter begins")
        for told in ("1 Answers", "2 Plan", "3 Checks", "Harbor: create 30", "checks are fine"):
            assert told in text


async def test_in_a_small_window_tab_and_numbers_lead_from_pane_to_pane() -> None:
    async with reviewing(session_of(demo_ways(), DEMO)) as shown:
        await shown.until("Enter begins", "Namespace harbor (default)")
        assert "Harbor: create 30" not in shown.text
        await shown.press("tab", "tab")
        await shown.until("Harbor: create 30", gone="Namespace harbor")
        await shown.press("right")
        await shown.until("checks are fine")
        await shown.press("1")
        await shown.until("Namespace harbor (default)", gone="checks are fine")
        await shown.press("shift+tab")
        assert shown.app.focused is not None
        assert shown.app.focused.id == "install"


async def test_enter_begins_but_not_before_one_could_have_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("screens.review._TOO_SOON", 1e9)
    async with reviewing(session_of(demo_ways(), DEMO)) as shown:
        await shown.press("enter")
        await shown.until("Enter begins")
        await shown.press("enter", "enter")
        await shown.pilot.pause()
        assert shown.started == []
        monkeypatch.setattr("screens.review._TOO_SOON", 0)
        button = shown.app.screen.query_one("#install")
        await shown.when(lambda: not button.has_class("-active"), "the button to be ready again")
        await shown.press("enter")
        await shown.when(lambda: shown.started, "the run to begin")


async def test_the_plan_opens_down_to_the_fields() -> None:
    async with reviewing(session_of(demo_ways(), DEMO)) as shown:
        await shown.until("Enter begins")
        await shown.press("2", "end", "up", "enter")
        await shown.until("create Release harbor/harbor", "(not tried)")
        await shown.press("down", "enter")
        await shown.until("→ ", "(absent)")
        await shown.press("home", "enter", "down")
        await shown.until("create Namespace harbor")


async def test_a_failing_check_cannot_be_accepted_and_leads_to_its_question() -> None:
    async with reviewing(session_of(demo_ways("no-storage-class"), DEMO)) as shown:
        await shown.until(
            "Not ready yet to install",
            "No plan could be made",
            "Default storage class: fails, and cannot be accepted",
            "Why: Their claims would stay Pending for ever.",
            "Fix: The cluster has no storage class at all",
            "not yet: 1 check fails (Default storage class)",
        )
        assert "3 Checks ✗ 1" in shown.words
        assert "✓ Delivery ✗ Storage ✓ PKI" in shown.words
        await shown.press("2")
        await shown.until("None could be made: 1 of 32 checks failed")
        await shown.press("3")
        await shown.press("space", "a", "i")
        assert shown.started == []
        assert "1 check fails" in shown.words
        await shown.press("enter")
        await shown.when(lambda: shown.app.screen.stop == "storage", "the page about storage")


async def test_warnings_are_accepted_one_by_one() -> None:
    async with reviewing(session_of(demo_ways(), WARNED)) as shown:
        await shown.until(
            "3 Checks ! 2", "2 warnings are not accepted (Chart values, DNS of the URL)"
        )
        await shown.press("i")
        await shown.until("a accepts warnings.")
        assert shown.started == []
        await shown.press("space")
        await shown.until("[x] Chart values: accepted", "1 warning is not accepted (DNS of the")
        await shown.press("space")
        await shown.until("[ ] Chart values", "2 warnings are not accepted")
        await shown.press("space", "down", "space")
        await shown.until("Ready to install", "Enter begins")
        await shown.begin()
        assert shown.started[0].warnings == {"delivery.values", "exposure.dns"}


async def test_all_warnings_are_accepted_at_once_and_stay_so_while_they_say_the_same() -> None:
    async with reviewing(session_of(demo_ways(), WARNED)) as shown:
        await shown.until("2 warnings are not accepted")
        session = shown.app.session
        session.desk.saved = Path("/elsewhere/warned.yaml")
        assert not repeating(session).endswith("--yes")
        await shown.press("a")
        await shown.until("Enter begins")
        assert repeating(session).endswith("--preset /elsewhere/warned.yaml --yes")
        await shown.press("p")
        await shown.until("Enter begins", "2 warnings")


async def test_an_answer_opens_its_question_and_escape_comes_back_to_a_new_look() -> None:
    async with reviewing(session_of(demo_ways(), WARNED)) as shown:
        await shown.until("2 warnings are not accepted")
        await shown.press("1")
        answers = shown.app.screen.query_one("#answers")
        assert answers.move_to(lambda key: key == "harbor.url")
        await shown.press("enter")
        await shown.when(lambda: shown.app.screen.stop == "harbor", "the page about Harbor")
        assert shown.app.focused.value == "https://harbor.corp.invalid"
        shown.app.focused.value = "https://harbor.example.com"
        await shown.when(
            lambda: shown.session.desk.draft.get("harbor.url") == "https://harbor.example.com"
        )
        await shown.press("escape")
        await shown.until("1 warning is not accepted (Chart values)")
        await shown.press("1")
        await shown.until("URL https://harbor.example.com")


async def test_answers_that_are_wrong_are_listed_by_page_and_nothing_is_asked() -> None:
    broken = {**DEMO, "storage": {"provisioner": {"kind": "nfs"}}, "harbor": {"url": "nonsense"}}
    asked = []
    ways = demo_ways()
    session = session_of(ways, broken)
    session.look = asked.append  # type: ignore[method-assign, assignment]
    async with reviewing(session) as shown:
        text = await shown.until("answers are wrong or missing", "1 To put right")
        assert text.index("Storage") < text.index("Server") < text.index("URL")
        assert "Target" not in text.split("1 To put right")[1]
        assert asked == []
        await shown.press("i")
        assert shown.started == []
        shown.app.screen.query_one("#answers").move_to(lambda key: key == "harbor.url")
        await shown.press("enter")
        await shown.when(lambda: shown.app.screen.stop == "harbor", "the page about Harbor")


async def test_a_look_can_be_stopped_and_begun_again() -> None:
    session = session_of(demo_ways(), DEMO)
    async with reviewing(session) as shown:
        await shown.when(lambda: "Esc stops it" in shown.words or "Enter begins" in shown.words)
        if "Esc stops it" in shown.words:
            await shown.press("escape")
            await shown.until("the checks were not asked; p asks them")
            assert shown.app.screen.stop == "review"
            await shown.press("p")
        await shown.until("Enter begins")


async def test_after_an_installation_there_is_nothing_to_do_but_it_can_be_verified() -> None:
    session = session_of(demo_ways(), DEMO)
    async with reviewing(session) as shown:
        await shown.until("Enter begins")
        await shown.begin()
        run = session.begin(shown.started[0])
        await run.go()
        assert run.exit is ExitCode.DONE, run.error
        await shown.press("p")
        await shown.until("Installed and unchanged", "Nothing to do", "Enter verifies it anyway")
        await shown.begin()
        again = session.begin(shown.started[1])
        await again.go()
        assert again.exit is ExitCode.DONE
        assert "nothing to do" in again.summary


async def test_what_was_changed_by_others_is_taken_over_only_by_its_typed_name() -> None:
    ways = demo_ways("drift")
    first = session_of(ways, DEMO)
    told = await first.look(lambda _: None)
    assert told.planned is not None
    await first.begin(first.agreement.consent(told)).go()
    await first.close()
    session = session_of(ways, DEMO)
    async with reviewing(session) as shown:
        await shown.until("1 loss is not allowed (take-fields Deployment harbor/harbor-portal)")
        assert "spec.template.spec.containers[portal].image" in shown.text
        await shown.press("i", "a")
        assert shown.started == []
        await shown.press("enter")
        await shown.until("Type harbor-portal to take over fields of this Deployment")
        await shown.type("harbor-core")
        await shown.until("This is not the name")
        await shown.press("escape")
        await shown.until("1 loss is not allowed")
        await shown.press("enter")
        await shown.until("Type harbor-portal")
        await shown.type("harbor-portal")
        await shown.until("allowed", "Ready to change", "Enter begins")
        await shown.begin()
        (consent,) = shown.started
        assert consent.permitted == {"take-fields"}
        run = session.begin(consent)
        await run.go()
        assert run.exit is ExitCode.DONE, run.error


async def test_a_cluster_that_cannot_be_used_is_told_with_its_fix(tmp_path: Path) -> None:
    async with reviewing(session_of(demo_ways("nowhere"), DEMO)) as shown:
        await shown.until("There is no scenario", "Fix:", "not yet: there is no plan yet")


async def test_the_palette_offers_what_the_keys_do() -> None:
    async with reviewing(session_of(demo_ways(), DEMO)) as shown:
        await shown.until("Enter begins")
        await shown.press("ctrl+p")
        await shown.until("Search for commands", "Install")
        await shown.press(*"yaml")
        await shown.until("The preset as it would be saved (y)", gone="Begin the installation")
        await shown.press("enter")
        await shown.until("The preset as it would be saved", "schemaVersion: 1")


async def test_a_terminal_without_unicode_and_colour_tells_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LC_ALL", "C")
    async with reviewing(session_of(demo_ways(), WARNED)) as shown:
        await shown.until("! [ ] Chart values", "+ 31 of 33 checks are fine", "- not yet:")
        await shown.press("2", "down", "down", "enter")
        await shown.until("Authority and certificate: create 4", "+ create Secret")
