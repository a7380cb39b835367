"""Where a secret comes from, while that is being chosen. Knows no screen."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from screens.models.desk import Desk
from screens.models.secret_words import TYPED_KINDS, kinds
from wizard.answers.entering import answered
from wizard.answers.form import Option, Question
from wizard.answers.paths import Path, format_path
from wizard.answers.problems import Problem

NOTHING = ""
"""The kind that stands for no reference at all."""

_FIRST: Mapping[str, Any] = {"env": "", "file": "", "prompt": True, "generate": True}
"""What a reference of a kind begins with; those that are not here begin with an empty section."""

_WITHOUT_FIELDS = {NOTHING, "prompt", "generate"}


class SecretChoice:
    """The reference that a question asks for, chosen on a desk of its own.

    `kind` is None where what stands there is no reference. Nothing reaches the other desk before
    `take_over`.
    """

    def __init__(self, desk: Desk, question: Question) -> None:
        self.question = question
        self.path = question.path
        self.name = format_path(self.path)
        self._given = desk.value(self.path)
        self._former: dict[str, Any] = {}
        counts = self._given if self._given is not None else question.default
        self.kind: str | None = NOTHING if counts is None and self._optional else None
        if isinstance(counts, Mapping):
            self.kind = next((kind for kind in question.shape.sections if kind in counts), None)
        self.desk = Desk(answered(desk.draft, self.path, counts if self.kind else None))

    @property
    def _optional(self) -> bool:
        return not self.question.required and self.question.default is None

    @property
    def kinds(self) -> list[Option]:
        """What there is to choose from."""
        none = [Option(NOTHING, "None", "It is not needed.")] if self._optional else []
        return [*kinds(self.question.shape), *none]

    @property
    def generates(self) -> bool:
        """Whether the secret is made up here, be it by the wizard."""
        return "generate" in self.question.shape.sections

    @property
    def takes_typing(self) -> bool:
        """Whether a secret that is typed for this session can stand in for the reference."""
        return self.kind in TYPED_KINDS

    @property
    def fields(self) -> Path | None:
        """Where the fields of the chosen kind are; None: it has none."""
        if self.kind is None or self.kind in _WITHOUT_FIELDS:
            return None
        return (*self.path, self.kind)

    @property
    def is_clear_text(self) -> bool:
        """Whether something stands there that is no reference, and still would."""
        return self.kind is None and self._given is not None

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the reference as such, not with a field of it."""
        return [one for one in self.desk.problems if one.path == self.name]

    @property
    def wrong(self) -> list[Problem]:
        """All errors of the reference."""
        return [one for one in self.desk.problems_at(self.path) if one.severity == "error"]

    def choose(self, kind: str) -> bool:
        """Choose a kind; what was said for the former one is kept. Whether it is another now."""
        if kind == self.kind:
            return False
        if self.kind:
            self._former[self.kind] = deepcopy(self.desk.value(self.path))
        first = {kind: deepcopy(_FIRST.get(kind, {}))}
        self.kind = kind
        self.desk.answer(self.path, self._former.get(kind, first) if kind else None)
        return True

    def take_over(self, desk: Desk, typed: str) -> bool:
        """Put the choice, and what was typed, onto the other desk; whether that is other now."""
        value = self.desk.value(self.path)
        if self._given is None and value == self.question.default:
            value = None
        desk.answer(self.path, value)
        forgets = not self.takes_typing and self.name in desk.typed
        if typed or forgets:
            desk.keep_secret(self.name, typed)
        return bool(typed) or forgets or value != self._given
