"""Whatever opens can go away before it stands: the wizard is left, or the window is closed."""

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


def watching(person: Guided) -> TroubleshootScreen:
    session = person.app.session
    target = Target(namespace="harbor", release="harbor")
    return TroubleshootScreen(Watching(session.asker.world(), target), session.redactor)


KEYS = HeldKeys("OpenBao", Path("keys.json"), 2, ("one", "two", "three"))

OPENED: dict[str, Callable[[Guided], Screen[Any]]] = {
    "start": lambda person: StartScreen(),
    "page": lambda person: PageScreen(all_pages()[0]),
    "review": lambda person: ReviewScreen(person.app.session),
    "install": lambda person: InstallScreen(),
    "done": lambda person: DoneScreen(),
    "troubleshoot": watching,
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
