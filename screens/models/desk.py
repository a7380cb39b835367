"""The answers of a guided session, as they are typed; whatever was typed is kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from wizard.answers.draft import Draft
from wizard.answers.entering import answered
from wizard.answers.form import Question, questions
from wizard.answers.paths import Path, overlap, parse_path
from wizard.answers.problems import Problem
from wizard.answers.raw import has, value_at
from wizard.plan.limits import not_carried_out

EMPTY: Mapping[str, Any] = {"schemaVersion": 1, "name": "production", "harbor": {}}
"""What a new installation begins with."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text that was typed for an answer, and the answer that it belongs to."""

    text: str
    value: Any


@dataclass(slots=True)
class Desk:
    """The draft on the desk, and what belongs to this session alone.

    `typed` holds secrets that were typed, by path; they are in no draft and no file. `visited`
    holds the ids of the pages that were seen. `on_change` is told after every change.
    """

    draft: Draft
    opened: FilePath | None = None
    """The preset file that the answers came from."""
    saved: FilePath | None = None
    """The preset file that holds the answers as they are now; None: no file does."""
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    visited: set[str] = field(default_factory=set)
    on_change: Callable[[], None] = lambda: None
    texts: dict[Path, Text] = field(default_factory=dict)
    """Raw values as they were typed, comments and all, or left before they were right."""
    _shelved: dict[tuple[Path, str], Any] = field(default_factory=dict)
    """Answers of kinds that were chosen before: choosing one again brings them back."""
    _problems: tuple[Draft, Sequence[Problem]] | None = None

    def answer(self, path: Path, value: Any) -> None:
        """Give an answer; None takes it back."""
        if value != value_at(path, self.draft.data) or (value is None) == has(
            self.draft.data, path
        ):
            self._replace(answered(self.draft, path, value))

    def choose(self, path: Path, kind: str) -> None:
        """Choose the kind of the section at a path; what was said for the former kind is kept."""
        before = value_at(path, self.draft.data)
        if isinstance(before, Mapping) and before.get("kind") == kind:
            return
        if isinstance(before, Mapping):
            self._shelved[path, str(before.get("kind"))] = deepcopy(before)
        self._replace(answered(self.draft, path, self._shelved.get((path, kind), {"kind": kind})))

    def put(self, draft: Draft) -> None:
        """Take another draft, as a whole."""
        self._replace(draft)

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret that was typed, for this session alone; empty: forget it."""
        self.typed.pop(name, None)
        if value:
            self.typed[name] = value
        self.on_change()

    def _replace(self, draft: Draft) -> None:
        self.draft, self.saved = draft, None
        self.on_change()

    def value(self, path: Path) -> Any:
        """The raw value of an answer; None where none was given."""
        return value_at(path, self.draft.data)

    def questions(self, paths: Iterable[Path]) -> list[Question]:
        """The questions of a form over these paths."""
        return [question for path in paths for question in questions(self.draft.data, path)]

    def keep_text(self, path: Path, text: str, value: Any) -> None:
        """Keep what was typed for an answer, as long as the answer has this value."""
        self.texts[path] = Text(text, deepcopy(value))

    @property
    def problems(self) -> Sequence[Problem]:
        """All that is wrong with the answers, what no run carries out yet included."""
        if self._problems is None or self._problems[0] is not self.draft:
            preset, unknown = self.draft.tentative()
            beyond = [
                one
                for one in not_carried_out(preset)
                if not any(overlap(parse_path(one.path), path) for path in unknown)
            ]
            self._problems = self.draft, [*self.draft.problems(), *beyond]
        return self._problems[1]

    def problems_at(self, path: Path) -> list[Problem]:
        """What is wrong at a path or in it."""
        return [one for one in self.problems if _within(one, path)]

    def missing(self, problem: Problem) -> bool:
        """Whether a problem is only that a required answer was not given yet."""
        path = parse_path(problem.path)
        given = has(self.draft.data, path) and self.value(path) != ""
        return problem.severity == "error" and not given

    @property
    def name(self) -> str:
        """What the installation is called."""
        name = self.draft.get("name")
        return name if isinstance(name, str) else ""


def _within(problem: Problem, path: Path) -> bool:
    if not problem.path:
        return not path
    return parse_path(problem.path)[: len(path)] == path
