"""Edits of a list or a map: add, copy, delete, move, rename, undo. Knows no screen."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from screens.models.desk import Desk
from wizard.answers.draft import Draft
from wizard.answers.entering import answered
from wizard.answers.form import Question
from wizard.answers.paths import Path, format_path
from wizard.answers.problems import Problem
from wizard.answers.raw import has
from wizard.answers.translate import NOT_A_KEY

Key = str | int
"""The key of a map's item, the position of a list's."""


@dataclass(frozen=True, slots=True)
class _State:
    """All that an edit changes, and undo brings back."""

    draft: Draft
    typed: Mapping[str, str]


@dataclass(slots=True)
class ItemDesk(Desk):
    """A desk on which the items at a path stay where they are while they are empty."""

    items_at: Path = ()

    def answer(self, path: Path, value: Any) -> None:
        """Give an answer; None takes it back, but for an item itself, which is empty then."""
        is_item = path[:-1] == self.items_at
        Desk.answer(self, path, "" if is_item and value is None else value)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item where it is to stand: the key that it had (None: it is new) tells what moves."""

    key: Key
    former: Key | None
    value: Any


class ItemEdits:
    """The list or map that a question asks for, edited on a desk of its own.

    Nothing reaches the other desk before `take_over`.
    """

    def __init__(self, desk: Desk, question: Question) -> None:
        self.path = question.path
        self.is_list = question.shape.form == "list"
        self._default = question.default
        self._given = has(desk.draft.data, self.path)
        first = self._first(desk.value(self.path))
        same = first == desk.value(self.path)
        draft = desk.draft if same else answered(desk.draft, self.path, first)
        self.desk = ItemDesk(draft, desk.opened, typed=dict(desk.typed), items_at=self.path)
        self.desk.on_change = self._was_typed
        self._start = self._now = self._state()
        self._past: list[_State] = []
        self._future: list[_State] = []
        self._typing = False

    def _first(self, raw: Any) -> Any:
        """What the edits begin with; where one item stands for a list, a list of it."""
        if raw is None:
            raw = self._default
        if self.is_list:
            return list(raw) if isinstance(raw, list) else [] if raw is None else [raw]
        return dict(raw) if isinstance(raw, Mapping) else {}

    @property
    def items(self) -> Sequence[tuple[Key, Any]]:
        """The items in their order, each with its key."""
        raw = self.desk.value(self.path)
        return list(enumerate(raw) if isinstance(raw, list) else (raw or {}).items())

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of all items in their order."""
        return [key for key, _ in self.items]

    def problems(self, key: Key) -> Sequence[Problem]:
        """What is wrong with an item."""
        name = format_path((*self.path, key))
        return [p for p in self.desk.problems if p.path == name or p.path.startswith(f"{name}.")]

    def key_problems(self, key: Key) -> Sequence[Problem]:
        """What is wrong with the key of an item, not with its value."""
        return [p for p in self.problems(key) if p.message.startswith(NOT_A_KEY)]

    @property
    def problems_of_all(self) -> Sequence[Problem]:
        """What is wrong with the list or map as a whole."""
        name = format_path(self.path)
        found = [problem for problem in self.desk.problems if problem.path == name]
        if "" in self.keys:
            found.append(Problem(name, "an item has no key yet"))
        return found

    @property
    def changed(self) -> bool:
        """Whether anything is other than at the beginning."""
        now, start = self._now, self._start
        return now.draft.data != start.draft.data or now.typed != start.typed

    def add(self, empty: Any) -> Key:
        """Add an item at the end; its key. In a map, one without a key is added once only."""
        if not self.is_list and "" in self.keys:
            return ""
        key: Key = len(self.items) if self.is_list else ""
        self._arrange([*self._entries(), _Entry(key, None, empty)])
        return key

    def withdraw(self, key: Key) -> None:
        """Take out an item that was added and left empty, as if it had never been there."""
        self.delete(key)
        while self._past and self._past[-1].draft.data != self._now.draft.data:
            self._past.pop()
        if self._past:
            self._now = self._past.pop()

    def copy(self, key: Key) -> Key:
        """Copy an item, behind itself; the key of the copy."""
        entries = self._entries()
        index = self.keys.index(key)
        new = index + 1 if self.is_list else self._free(str(key))
        entries.insert(index + 1, replace(entries[index], key=new))
        self._arrange(entries)
        return new

    def delete(self, key: Key) -> None:
        """Take an item out."""
        self._arrange([entry for entry in self._entries() if entry.key != key])

    def move(self, key: Key, by: int) -> Key:
        """Move an item of a list up (-1) or down (+1), where there is room; its new key."""
        entries = self._entries()
        index = self.keys.index(key)
        wanted = index + by
        if not 0 <= wanted < len(entries):
            return key
        entries.insert(wanted, entries.pop(index))
        self._arrange(entries)
        return self.keys[wanted]

    def rename(self, key: Key, new: str) -> None:
        """Give an item of a map another key. Raises ValueError, with the reason for people."""
        if new == key:
            return
        if not new:
            raise ValueError("a key is needed")
        if new in self.keys:
            raise ValueError(f"{new} is here already")
        entries = self._entries()
        index = self.keys.index(key)
        entries[index] = replace(entries[index], key=new)
        self._arrange(entries)

    def settle(self) -> None:
        """What is typed from now on is undone by itself."""
        self._typing = False

    def undo(self) -> bool:
        """Take the last edit back; whether there was one."""
        return self._travel(self._past, self._future)

    def redo(self) -> bool:
        """Do again what was undone last; whether there was something."""
        return self._travel(self._future, self._past)

    def take_over(self, desk: Desk) -> bool:
        """Put what was edited onto the other desk; whether anything is other there now."""
        if not self.changed:
            return False
        raw, draft = self.desk.value(self.path), self.desk.draft
        empty: Any = [] if self.is_list else {}
        if raw == (self._default or empty) and (not self._given or not self._default):
            draft = desk.draft.drop(self.path)
        desk.typed.clear()
        desk.typed.update(self.desk.typed)
        desk.put(draft)
        return True

    def _entries(self) -> list[_Entry]:
        return [_Entry(key, key, value) for key, value in self.items]

    def _arrange(self, entries: Sequence[_Entry]) -> None:
        """Let the items be these. Where each was said, and what was typed for it, moves along."""
        if self.is_list:
            entries = [replace(entry, key=index) for index, entry in enumerate(entries)]
        values = [deepcopy(entry.value) for entry in entries]
        keys = [entry.key for entry in entries]
        raw = values if self.is_list else dict(zip(keys, values, strict=True))
        before = self.desk.draft
        draft = before.put(self.path, raw, before.origins.get(self.path))
        length = len(self.path)
        origins = dict(draft.origins)
        for where, origin in before.origins.items():
            if where[:length] == self.path and len(where) > length:
                for entry in entries:
                    if entry.former == where[length]:
                        origins[(*self.path, entry.key, *where[length + 1 :])] = origin
        self.settle()
        self._keep()
        self.desk.typed = _moved(self.desk.typed, self.path, entries)
        self.desk.draft = replace(draft, origins=origins)
        self._now = self._state()

    def _free(self, key: str) -> str:
        """A key like this one that is not taken."""
        number = 2
        while f"{key}-{number}" in self.keys:
            number += 1
        return f"{key}-{number}"

    def _was_typed(self) -> None:
        """An answer on the desk changed; all that is typed in one field is one edit."""
        if not self._typing:
            self._keep()
        self._typing = True
        self._now = self._state()

    def _keep(self) -> None:
        self._past.append(self._now)
        self._future.clear()

    def _travel(self, back: list[_State], forth: list[_State]) -> bool:
        self.settle()
        if not back:
            return False
        forth.append(self._now)
        self._now = back.pop()
        self.desk.draft, self.desk.typed = self._now.draft, dict(self._now.typed)
        return True

    def _state(self) -> _State:
        return _State(self.desk.draft, dict(self.desk.typed))


def _moved(typed: Mapping[str, str], path: Path, entries: Sequence[_Entry]) -> dict[str, str]:
    """The typed secrets, those of the items at a path by the keys that these have now."""
    moved = {n: v for n, v in typed.items() if not n.startswith(f"{format_path(path)}.")}
    for entry in entries:
        if entry.former is None:
            continue
        former, here = (format_path((*path, key)) for key in (entry.former, entry.key))
        for name, value in typed.items():
            if name == former or name.startswith(f"{former}."):
                moved[here + name.removeprefix(former)] = value
    return moved
