"""Whatever opens can go away before it stands: the wizard is left, or the window is closed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from screens.dialogs.ask_secret import AskSecret
from screens.dialogs.keys_shown import KeysShown
from screens.dialogs.pick import Pick
from screens.dialogs.save import Save
from screens.dialogs.secret_editor import SecretEditor
from screens.dialogs.type_name import TypeName
from screens.dialogs.yaml_editor import YamlEditor
from screens.done import DoneScreen
from screens.editing import Editing
from screens.install import InstallScreen
from screens.models.saving import Saving
from screens.models.watching import Watching
from screens.page_screen import PageScreen
from screens.pages import all_pages
from screens.review import ReviewScreen
from screens.start import StartScreen
from screens.troubleshoot import TroubleshootScreen
from tests.screens.guided import Guided, guided
from wizard.answers.form import Question, questions
from wizard.answers.target import Target
from wizard.vaults import HeldKeys


def editing(person: Guided) -> Editing:
    return Editing(person.app, person.app.session, person.app.session.desk)


def address(person: Guided) -> Question:
    return questions(person.app.session.desk.draft.data, ("harbor", "url"))[0]


def watching_in(person: Guided) -> Watching:
    target = Target(namespace="harbor", release="harbor")
    return Watching(person.app.session.asker.world(), target)


KEYS = HeldKeys("OpenBao", Path("keys.json"), 2, ("one", "two", "three"))

OPENED: dict[str, Callable[[Guided], Screen[Any]]] = {
    "start": lambda person: StartScreen(),
    "page": lambda person: PageScreen(all_pages()[0]),
    "review": lambda person: ReviewScreen(person.app.session),
    "install": lambda person: InstallScreen(),
    "done": lambda person: DoneScreen(),
    "troubleshoot": lambda person: TroubleshootScreen(
        watching_in(person), person.app.session.redactor
    ),
    "secret": lambda person: AskSecret("Password", "Why", "Kept"),
    "keys": lambda person: KeysShown(KEYS),
    "choice": lambda person: Pick("Choose", []),
    "preset": lambda person: Save(Saving(person.app.session, "")),
    "name": lambda person: TypeName("harbor", "remove", "told"),
    "secret question": lambda person: SecretEditor(editing(person), address(person)),
    "yaml": lambda person: YamlEditor(editing(person), address(person)),
}


@pytest.mark.parametrize("name", OPENED)
async def test_the_wizard_is_left_while_it_opens(name: str) -> None:
    async with guided() as person:
        person.app.push_screen(OPENED[name](person))
        person.app.exit()


@pytest.mark.parametrize("name", OPENED)
async def test_the_application_ends_while_it_opens(name: str) -> None:
    async with guided() as person:
        person.app.push_screen(OPENED[name](person))


@pytest.mark.parametrize("name", OPENED)
async def test_it_is_closed_while_it_opens(name: str) -> None:
    async with guided() as person:
        before = person.app.screen
        person.app.push_screen(OPENED[name](person))
        person.app.pop_screen()
        await person.until(lambda: person.app.screen is before)


async def test_a_window_stands_in_the_middle() -> None:
    async with guided(size=(120, 40)) as person:
        await person.app.push_screen(AskSecret("Password", "Why", "Kept"))
        await person.pilot.pause()
        window = person.app.screen.query_one(".window").region
        left, right = window.x, 120 - window.right
        assert left > 1
        assert abs(left - right) <= 1


async def test_what_is_left_while_it_opens_is_complete_later() -> None:
    async with guided() as person:
        await person.app.ready()
        person.app.go("review")
        while not isinstance(person.app.screen, ReviewScreen):  # noqa: ASYNC110 - the very turn
            await asyncio.sleep(0)
        review = person.app.screen
        person.app.go_back()
        assert not review.is_mounted
        await person.until(lambda: review.is_mounted)
        person.app.go("review")
        await person.until_seen("Ready to install")
        assert person.app.screen is review
        assert review._timer is not None, "it can tell how far a look has come"


async def test_nothing_is_watched_behind_a_view_that_was_closed_while_it_opened() -> None:
    async with guided() as person:
        watching = watching_in(person)
        person.app.push_screen(TroubleshootScreen(watching, person.app.session.redactor))
        person.app.pop_screen()
        await person.until(watching._first.done)
        await person.until(lambda: watching._seen is None or watching._seen.ag_frame is None)
