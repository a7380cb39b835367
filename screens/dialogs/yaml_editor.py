"""Edits an answer that takes anything, as YAML."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Footer, Static, TextArea

from screens.dialogs.editor import Editor
from screens.models.row_states import told_of
from wizard.answers.draft import Draft
from wizard.answers.entering import answered
from wizard.answers.form import Question
from wizard.answers.paths import Path, format_path, parse_path
from wizard.answers.problems import Problem
from wizard.answers.saving import as_yaml
from wizard.answers.yamltree import Tree, parse

if TYPE_CHECKING:
    from screens.editing import Editing

PAUSE = 0.2
"""Seconds without typing before what was typed is looked at."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a text says and what is wrong with it; `line` and `column` count from 1, or are 0."""

    value: Any
    readable: bool
    problems: Sequence[Problem]


def look_at(text: str, draft: Draft, path: Path) -> Looked:
    """A text as the answer at a path, judged by YAML and then by the model."""
    tree = parse(text, "")
    if tree.problems:
        return Looked(None, False, tree.problems)
    name = format_path(path)
    problems = [
        _placed(problem, tree, path)
        for problem in answered(draft, path, tree.value).problems()
        if problem.path == name or problem.path.startswith(f"{name}.")
    ]
    return Looked(tree.value, True, problems)


def _placed(problem: Problem, tree: Tree, path: Path) -> Problem:
    """The problem with its place in the text."""
    inside = parse_path(problem.path)[len(path) :]
    while inside and inside not in tree.places:
        inside = inside[:-1]
    line, column = tree.places.get(inside, (0, 0))
    return Problem(
        problem.path, problem.message, problem.fix, "", line, column, severity=problem.severity
    )


class YamlEditor(Editor):
    """A window with YAML. Whatever was typed there is found again when it is opened again."""

    CSS_PATH = "yaml_editor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "next_problem", "To the problem", id="problem"),
    ]

    def __init__(self, editing: "Editing", question: Question) -> None:
        super().__init__(editing, question)
        self._value = editing.desk.value(question.path)
        kept = editing.desk.texts.get(question.path)
        fits = kept is not None and kept.value == self._value
        self._before = kept.text if kept and fits else as_yaml(self._value)
        self._looked = Looked(self._value, True, ())

    def compose(self) -> ComposeResult:
        """The text, and below it what is wrong with it."""
        with Vertical(classes="window"):
            yield Static(self.question.label, classes="window-title", markup=False)
            yield Static(self.question.help, id="about", markup=False)
            yield TextArea(self._before, show_line_numbers=True, tab_behavior="focus")
            yield Static("", id="told", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Done", compact=True, id="done")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the text."""
        self.query_one(TextArea).focus()
        self._look()

    @property
    def text(self) -> str:
        """What stands in the window."""
        return self.query_one(TextArea).text

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._warned = False
        self._look()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        """Judge the text once typing pauses."""
        await asyncio.sleep(PAUSE)
        await self._judge()

    async def _judge(self) -> None:
        draft, path = self.editing.desk.draft, self.question.path
        self._looked = await asyncio.to_thread(look_at, self.text, draft, path)
        self._tell()

    def _tell(self) -> None:
        if not self._looked.problems:
            lines = len(self.text.splitlines())
            self.tell("#told", ("ok", f"YAML, {lines} lines"))
            return
        problem = self._looked.problems[0]
        state, words = told_of(problem)
        place = f"line {problem.line}, column {problem.column}: " if problem.line else ""
        inside = problem.path.removeprefix(format_path(self.question.path)).removeprefix(".")
        more = len(self._looked.problems) - 1
        rest = f" ({more} more)" if more else ""
        self.tell("#told", (state, f"{place}{inside} {words}{rest}".replace("  ", " ")))

    def action_next_problem(self) -> None:
        """Put the cursor where the first problem is."""
        area = self.query_one(TextArea)
        if self._looked.problems and self._looked.problems[0].line:
            problem = self._looked.problems[0]
            area.move_cursor((problem.line - 1, problem.column - 1))
        area.focus()

    @on(Button.Pressed, "#done")
    def _done_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_done()

    def action_done(self) -> None:
        """Take the text over, once it is YAML."""
        self._finish()

    @work(group="look", exclusive=True)
    async def _finish(self) -> None:
        await self._judge()
        errors = [one for one in self._looked.problems if one.severity == "error"]
        if not self._looked.readable:
            self.action_next_problem()
            self.notify("This is not YAML yet: see below the text.", severity="error")
            return
        if errors and self.warn(f"{len(errors)} to look at."):
            self.action_next_problem()
            return
        value = self._looked.value
        value = None if value == {} and not self.question.required else value
        self.editing.desk.keep_text(self.question.path, self.text, value)
        changed = value != self._value
        if changed:
            self.editing.desk.answer(self.question.path, value)
        self.dismiss(changed)

    def action_cancel(self) -> None:
        """Leave without a change; what was typed is kept for when the window is opened again."""
        if self.text != self._before:
            self.editing.desk.keep_text(self.question.path, self.text, self._value)
            self.notify("Left without a change. The text is here again when you come back.")
        self.dismiss(False)
