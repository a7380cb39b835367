"""The screen after success, as a person meets it."""

from dataclasses import replace
from pathlib import Path

from screens.beginning import first_session
from screens.models.connection import Connection
from tests.screens.guided import DEMO, Guided, guided
from wizard.answers.loading import read
from wizard.app import _ways
from wizard.options import Common
from wizard.plan.plan import Target
from wizard.run.consent import Consent
from wizard.run.redaction import Redactor


async def done(person: Guided, saved: Path | None = None) -> None:
    person.app.session.desk.saved = saved
    person.app.start_run(Consent(warnings=True))
    await person.until_seen("Harbor is ready: https://harbor.example.com")


async def test_the_address_and_the_first_login_stand_in_front() -> None:
    async with guided() as person:
        await done(person)
        assert person.sees("First login", "log in as admin", "harbor-admin-password")
        assert person.sees("✓ Install", "Trust: Docker", "What comes next")


async def test_commands_are_copied_by_a_key() -> None:
    async with guided() as person:
        await done(person)
        await person.press("down", "down", "c")
        assert person.app.clipboard.endswith("/etc/docker/certs.d/harbor.example.com/ca.crt")
        await person.press("end", "c")
        assert "There is no command here" in person.told
        assert person.sees("Harbor answers and is healthy", " s")


async def test_a_saved_preset_gives_the_command_that_repeats_it() -> None:
    async with guided() as person:
        await done(person, Path("mine.yaml"))
        await person.until_seen("wizard --demo --scenario healthy --preset mine.yaml")
        person.app.session.desk.answer(("harbor", "url"), "https://other.example.com")
        await person.press("escape", "ctrl+n")
        await person.until_seen("not saved: s saves them")
        assert person.sees("Harbor is ready: https://harbor.example.com")


def test_a_preset_that_was_given_whole_needs_no_saving() -> None:
    ways = replace(_ways(Common(demo=True)), presets=(DEMO,))
    connection, redactor = Connection(ways.open_world), Redactor()
    given, changed = read([DEMO]), read([DEMO], ["name=other"])
    assert first_session(replace(ways, draft=given), connection, redactor).desk.saved == DEMO
    assert first_session(replace(ways, draft=changed), connection, redactor).desk.saved is None


def test_the_release_that_is_watched_is_all_that_is_said_of_an_installation() -> None:
    ways = replace(_ways(Common(demo=True)), watch=Target("", "", "registry", "hub"))
    desk = first_session(ways, Connection(ways.open_world), Redactor()).desk
    assert desk.draft.data == {"target": {"namespace": "registry", "release": "hub"}}
    assert desk.name == ""


async def test_without_a_file_saving_is_offered() -> None:
    async with guided(size=(140, 45)) as person:
        await done(person)
        await person.until_seen("not saved: s saves them", "s Save preset")
        await person.press("s")
        await person.until_seen("demo.yaml")


async def test_leaving_is_one_key() -> None:
    async with guided() as person:
        await done(person)
        await person.press("q")
        await person.until(lambda: person.app.return_value is not None)
        assert person.app.return_value == 0
        assert person.app.farewell == ("Harbor is ready: https://harbor.example.com",)
