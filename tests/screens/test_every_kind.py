"""What the screens' forms are given by keyboard is what the same preset, written by hand, says:
every kind of storage, certificates, exposure, database and login of the examples.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path as FilePath
from typing import Any

import pytest
from textual.events import Paste
from textual.widgets import Input, Select

from screens.application import WizardApp
from screens.models.desk import EMPTY, Desk
from screens.models.session import Session
from screens.pages import all_pages
from screens.pages.page import Page
from screens.widgets.form import Form
from screens.widgets.rows import ChoiceRow, QuestionRow
from tests.screens.guided import REPOSITORY, Guided
from wizard.answers.draft import Draft
from wizard.answers.form import Question
from wizard.answers.loading import load, read
from wizard.answers.paths import Path
from wizard.answers.raw import value_at
from wizard.answers.saving import save
from wizard.app import _ways
from wizard.options import Common

EXAMPLES = [
    file
    for file in sorted((REPOSITORY / "presets").rglob("*.yaml"))
    if not file.stem.startswith(("unseal-", "vault-"))  # one form more for each, like the others
]
WITH_WINDOWS = {"list", "map", "yaml", "secret"}
"""Controls that open a window: their editors have tests of their own."""


@asynccontextmanager
async def begun(folder: FilePath) -> AsyncIterator[Guided]:
    """The application with no answers yet; files are named as seen from the folder."""
    app = WizardApp(_ways(Common(demo=True)))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ready()
        app.begin(Session(app.ways, Desk(Draft(EMPTY, folder=folder))))
        try:
            yield Guided(app, pilot)
        finally:
            await app.session.close()


class Typist:
    """Answers what a preset answers, question by question, as the forms ask."""

    def __init__(self, person: Guided, answers: Any) -> None:
        self._person, self._answers = person, answers
        self._done: set[Path] = set()

    async def page(self, page: Page) -> None:
        """Answer a page that has something to answer, from its top; answers make new questions."""
        if next(self._open(page), None) is None:
            return
        self._person.app.go(page.id)
        await self._person.until_seen(page.question)
        await self._person.until(lambda: self._form.row_in_front)
        while todo := next(self._open(page), None):
            self._done.add(todo.path)
            await self._answer(todo)

    @property
    def _form(self) -> Form:
        return self._person.app.screen.query_one(Form)

    def _open(self, page: Page) -> Iterator[Question]:
        desk = self._person.app.session.desk
        for question in desk.questions([tuple(path.split(".")) for path in page.paths]):
            wanted = self._wanted(question)
            if question.path not in self._done and wanted not in (None, desk.value(question.path)):
                yield question

    def _wanted(self, question: Question) -> Any:
        raw = value_at(question.path, self._answers)
        return raw.get("kind") if question.control == "kind" and raw else raw

    async def _answer(self, question: Question) -> None:
        form, wanted = self._form, self._wanted(question)
        if question.control in WITH_WINDOWS:
            self._person.app.session.desk.answer(question.path, wanted)
            await form.sync()
            return
        await form.reveal(question.path)
        await self._person.pilot.pause()
        row = form.row_at(question.path)
        assert row is not None
        await self._person.until(lambda: row.has_focus_within)
        await self._give(row, wanted)
        await self._person.pilot.pause()

    async def _give(self, row: QuestionRow, wanted: Any) -> None:
        match row.question.control:
            case "flag" | "section":
                await self._person.press("space")
            case "choice" | "kind":
                await self._choose(row, wanted)
            case _:
                await self._person.press("end", "ctrl+u")
                row.query_one(Input).post_message(Paste(str(wanted)))

    async def _choose(self, row: QuestionRow, wanted: Any) -> None:
        values = [option.value for option in row.question.options]
        down = ["down"] * values.index(wanted)
        if isinstance(row, ChoiceRow):
            blank = ["down"] * row.query_one(Select)._allow_blank
            await self._person.press("enter", "home", *blank, *down, "enter")
        else:
            await self._person.press("home", *down, "space")


@pytest.mark.parametrize("file", EXAMPLES, ids=[one.stem for one in EXAMPLES])
async def test_the_screens_make_the_preset_that_is_written_by_hand(
    file: FilePath, tmp_path: FilePath
) -> None:
    async with begun(file.parent) as person:
        typist = Typist(person, read([file]).data)
        for page in all_pages():
            await typist.page(page)
        save(person.app.session.desk.draft, tmp_path / "by-keys.yaml")
    save(read([file]), tmp_path / "by-hand.yaml")
    assert load([tmp_path / "by-keys.yaml"]) == load([tmp_path / "by-hand.yaml"])
