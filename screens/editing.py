"""Answers in windows of their own: editors, files of this machine, what the cluster offers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from textual.app import App
from textual.content import Content

from screens.dialogs.dialog import Dialog
from screens.dialogs.files import Files
from screens.dialogs.items import ItemsEditor
from screens.dialogs.pick import Choice, Pick
from screens.dialogs.secret_editor import SecretEditor
from screens.dialogs.yaml_editor import YamlEditor
from screens.models.certificates import about_file
from screens.models.desk import Desk
from screens.models.session import Session
from screens.widgets.facts import painted
from screens.widgets.rows import ChoiceRow, QuestionRow, TextRow
from wizard.answers.form import Control, Question
from wizard.answers.paths import Path
from wizard.checks.offers import has_offers, offers
from wizard.errors import WizardError
from wizard.ports import World

CONTEXT: Path = ("target", "context")
"""The answer that the kubeconfig has offers for, not the cluster."""

PREVIEW_WIDTH = 66
"""The columns that a preview of a file has at least."""


class Editing:
    """Changes answers on a desk in windows of their own; every window is awaited by a worker."""

    def __init__(self, app: App[Any], session: Session, desk: Desk) -> None:
        self.app = app
        self.session = session
        self.desk = desk

    def over(self, desk: Desk) -> "Editing":
        """The same for another desk: that of an editor."""
        return Editing(self.app, self.session, desk)

    def hint(self, row: QuestionRow) -> str:
        """What the key for choosing does for a row; empty: nothing."""
        if row.question.control in _EDITORS:
            return "  F4: edit"
        if row.question.control == "file":
            return "  F4: browse"
        return "  F4: choose" if _has_choices(row.question) else ""

    def offers(self, row: QuestionRow) -> bool:
        """Whether the key for choosing does anything for a row."""
        return bool(self.hint(row)) or isinstance(row, ChoiceRow)

    async def choose(self, row: QuestionRow) -> bool:
        """Edit or choose the answer of a row; whether it was changed past the row itself."""
        question = row.question
        if question.control in _EDITORS:
            return await self.edit(question)
        if isinstance(row, TextRow):
            value = await self._value_for(question)
            if value is not None:
                row.take(value)
        elif isinstance(row, ChoiceRow):
            row.open()
        return False

    async def edit(self, question: Question) -> bool:
        """Edit an answer in its window; whether it was changed."""
        editor = _EDITORS[question.control](self, question)
        return await self.app.push_screen_wait(editor) or False

    async def suggest(self, row: QuestionRow) -> None:
        """Let a row complete what is typed. What cannot be asked is not told here."""
        if isinstance(row, TextRow) and _has_choices(row.question):
            try:
                choices = await self._choices(row.question)
            except WizardError:
                return
            if row.is_attached:
                row.suggest([choice.value for choice in choices])

    async def suppose(self, row: QuestionRow | None) -> None:
        """Let the row of the context tell which one counts without an answer."""
        if isinstance(row, TextRow) and row.question.path == CONTEXT:
            with suppress(WizardError):  # told where the cluster is asked
                for one in await asyncio.to_thread(self.session.ways.contexts):
                    if one.current and row.is_attached:
                        row.suppose(f"{one.name} (current)")

    async def _value_for(self, question: Question) -> str | None:
        """A value that was chosen for a question; None: none was."""
        if question.control == "file":
            return await self._browse(question)
        if not _has_choices(question):
            self.app.notify("Nothing is offered for this answer: type it.")
            return None
        current = self.desk.value(question.path)
        ask = partial(self._choices, question)
        return await self.app.push_screen_wait(Pick(question.label, (), str(current or ""), ask))

    async def _choices(self, question: Question) -> Sequence[Choice]:
        """What there is to choose from. Raises WizardError."""
        if question.path != CONTEXT:
            preset, _ = self.desk.draft.tentative()
            found = await offers(await self._world(), preset, question.path)
            return [Choice(one.value, one.text) for one in found]
        return [
            Choice(
                one.name,
                ", ".join(
                    part
                    for part in (
                        "current" if one.current else "",
                        one.url,
                        one.user,
                        f"namespace {one.namespace}" if one.namespace else "",
                    )
                    if part
                ),
            )
            for one in await asyncio.to_thread(self.session.ways.contexts)
        ]

    async def _world(self) -> World:
        """The cluster that the answers name. Raises WizardError for one that cannot be used."""
        preset, _ = self.desk.draft.tentative()
        return await self.session.connection.world(preset.target.context, preset.network)

    async def _browse(self, question: Question) -> str | None:
        begin = await asyncio.to_thread(_folder_of, self.desk, question.path)
        path = await self.app.push_screen_wait(
            Files(question.label, begin, preview=partial(self._preview, question.path))
        )
        return None if path is None else str(path)

    async def _preview(self, path: Path, file: FilePath) -> Content:
        """What a file holds, as far as it matters for the answer at a path."""
        world = await self._world()
        draft, environ = self.desk.draft, self.session.environ()
        facts = await asyncio.to_thread(about_file, file, path, draft, environ, world.certificates)
        return painted(facts, PREVIEW_WIDTH)


_EDITORS: Mapping[Control, Callable[[Editing, Question], Dialog[bool]]] = {
    "list": ItemsEditor,
    "map": ItemsEditor,
    "secret": SecretEditor,
    "yaml": YamlEditor,
}


def _folder_of(desk: Desk, path: Path) -> FilePath:
    """The folder of the file that is given, or else the one that relative paths count from."""
    raw, draft = desk.value(path), desk.draft
    folder = (draft.origin(path).folder or draft.folder).absolute()
    given = folder / FilePath(str(raw)).expanduser() if raw else folder
    return given.parent if raw and given.parent.is_dir() else folder


def _has_choices(question: Question) -> bool:
    return question.path == CONTEXT or has_offers(question.path)
