"""Edits of lists and maps: whatever is done in whatever order, items and draft stay one."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.models.desk import Desk
from screens.models.item_edits import ItemEdits, Key
from wizard.answers.draft import Draft, Origin
from wizard.answers.form import Question, questions
from wizard.answers.paths import Path
from wizard.answers.raw import value_at

NO_PROXY: Path = ("network", "noProxy")
MIRRORS: Path = ("delivery", "imageMirrors")
PARENTS: Path = ("harbor", "expose", "parentRefs")
SECRETS: Path = ("pki", "solver", "secrets")
OPTIONS: Path = ("storage", "provisioner", "mountOptions")
BASE: dict[str, Any] = {
    "schemaVersion": 1,
    "name": "p",
    "storage": {"provisioner": {"kind": "nfs"}},
    "pki": {"kind": "acme", "solver": {"kind": "dns01"}},
    "harbor": {"expose": {"kind": "gateway"}},
}


def desk_with(path: Path = (), value: Any = None) -> Desk:
    draft = Draft(deepcopy(BASE))
    return Desk(draft.put(path, value) if path else draft)


def asked(desk: Desk, path: Path) -> Question:
    (question,) = questions(desk.draft.data, path)
    return question


def edits_of(path: Path, value: Any = None) -> ItemEdits:
    desk = desk_with(path, value) if value is not None else desk_with()
    return ItemEdits(desk, asked(desk, path))


class Oracle:
    """The same edits on a plain list of pairs, every former state kept."""

    def __init__(self, pairs: list[tuple[Any, Any]], *, is_list: bool) -> None:
        self.is_list, self.pairs = is_list, pairs
        self.past: list[list[tuple[Any, Any]]] = []
        self.future: list[list[tuple[Any, Any]]] = []

    def become(self, pairs: list[tuple[Any, Any]]) -> None:
        self.past.append(self.pairs)
        self.future.clear()
        self.pairs = [(i, v) for i, (_, v) in enumerate(pairs)] if self.is_list else pairs

    def travel(self, back: list[Any], forth: list[Any]) -> None:
        if back:
            forth.append(self.pairs)
            self.pairs = back.pop()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "copy", "delete", "move", "rename", "type", "undo", "redo"]),
        st.integers(0, 6),
        st.text("abc", max_size=2),
    ),
    max_size=25,
)


def apply(edits: ItemEdits, oracle: Oracle, step: tuple[str, int, str]) -> None:
    """One step, on both; a step that makes no sense now does nothing to either."""
    action, number, text = step
    keys = [key for key, _ in oracle.pairs]
    at = number % len(keys) if keys else 0
    pairs = list(oracle.pairs)
    match action:
        case "add":
            if oracle.is_list or "" not in keys:
                oracle.become([*pairs, ("", "")])
            edits.add("")
        case "undo":
            assert edits.undo() == bool(oracle.past)
            oracle.travel(oracle.past, oracle.future)
        case "redo":
            assert edits.redo() == bool(oracle.future)
            oracle.travel(oracle.future, oracle.past)
        case _ if keys:
            on_item(edits, oracle, action, (at, number, text))


def on_item(edits: ItemEdits, oracle: Oracle, action: str, how: tuple[int, int, str]) -> None:
    at, number, text = how
    pairs, keys = list(oracle.pairs), [key for key, _ in oracle.pairs]
    key, value = pairs[at]
    match action:
        case "copy":
            new = edits.copy(key)
            oracle.become([*pairs[: at + 1], (new, value), *pairs[at + 1 :]])
            assert new not in keys or oracle.is_list
        case "delete":
            edits.delete(key)
            oracle.become([*pairs[:at], *pairs[at + 1 :]])
        case "move" if oracle.is_list:
            wanted = at + (1 if number % 2 else -1)
            edits.move(key, wanted - at)
            if 0 <= wanted < len(pairs):
                pairs.insert(wanted, pairs.pop(at))
                oracle.become(pairs)
        case "rename" if not oracle.is_list:
            try:
                edits.rename(key, text)
            except ValueError:
                assert text in {*keys, ""}
                return
            if text != key:
                pairs[at] = (text, value)
                oracle.become(pairs)
        case "type":
            for length in range(1, len(text) + 1):
                edits.desk.answer((*edits.path, key), text[:length])
            edits.settle()
            if len(text) > 1 or text not in {"", value}:
                pairs[at] = (key, text)
                oracle.become(pairs)


@given(STEPS, st.lists(st.text("xyz", max_size=2), max_size=3), st.booleans())
def test_items_and_draft_stay_one_through_any_edits(
    steps: list[tuple[str, int, str]], first: list[str], is_list: bool
) -> None:
    path = NO_PROXY if is_list else MIRRORS
    start: Any = first if is_list else {f"k{i}": text for i, text in enumerate(first)}
    edits = edits_of(path, start)
    oracle = Oracle(list(enumerate(first) if is_list else start.items()), is_list=is_list)
    for step in steps:
        apply(edits, oracle, step)
        assert list(edits.items) == oracle.pairs
        raw = value_at(path, edits.desk.draft.data)
        assert raw == ([v for _, v in oracle.pairs] if is_list else dict(oracle.pairs))
    while edits.undo():
        pass
    assert list(edits.items) == list(enumerate(first) if is_list else start.items())
    assert not edits.changed


def test_nothing_reaches_the_desk_before_it_is_taken_over() -> None:
    desk = desk_with(NO_PROXY, ["a"])
    edits = ItemEdits(desk, asked(desk, NO_PROXY))
    edits.desk.answer((*NO_PROXY, edits.add("")), "b")
    assert desk.value(NO_PROXY) == ["a"]
    assert edits.take_over(desk)
    assert desk.value(NO_PROXY) == ["a", "b"]


def test_what_counts_without_an_answer_is_what_edits_begin_with() -> None:
    desk = desk_with()
    edits = ItemEdits(desk, asked(desk, OPTIONS))
    assert [value for _, value in edits.items] == ["nfsvers=4.1", "hard"]
    assert not edits.take_over(desk)
    assert desk.value(OPTIONS) is None


def test_what_is_as_without_an_answer_is_taken_back() -> None:
    desk = desk_with(NO_PROXY, ["a"])
    edits = ItemEdits(desk, asked(desk, NO_PROXY))
    edits.delete(0)
    assert edits.take_over(desk)
    assert "noProxy" not in desk.draft.data["network"]


def test_an_empty_list_stays_where_the_default_is_another() -> None:
    desk = desk_with()
    edits = ItemEdits(desk, asked(desk, OPTIONS))
    edits.delete(0)
    edits.delete(0)
    assert edits.take_over(desk)
    assert desk.value(OPTIONS) == []


def test_one_item_that_stands_for_a_list_is_not_lost() -> None:
    assert list(edits_of(NO_PROXY, "registry.corp").items) == [(0, "registry.corp")]


def test_an_empty_item_stays_until_it_is_deleted() -> None:
    edits = edits_of(NO_PROXY, ["a", "b"])
    edits.desk.answer((*NO_PROXY, 0), None)
    assert list(edits.items) == [(0, ""), (1, "b")]
    assert [problem.path for problem in edits.problems(0)] == ["network.noProxy.0"]


def test_a_copy_is_another_item() -> None:
    edits = edits_of(PARENTS, [{"name": "a"}])
    edits.copy(0)
    edits.desk.answer((*PARENTS, 1, "name"), "b")
    assert [value for _, value in edits.items] == [{"name": "a"}, {"name": "b"}]


def test_one_that_was_left_empty_is_as_if_it_had_never_been() -> None:
    edits = edits_of(NO_PROXY, ["a"])
    edits.desk.answer((*NO_PROXY, 0), "b")
    edits.settle()
    edits.desk.answer((*NO_PROXY, edits.add("")), "c")
    edits.desk.answer((*NO_PROXY, 1), None)
    edits.withdraw(1)
    assert list(edits.items) == [(0, "b")]
    assert edits.undo()
    assert list(edits.items) == [(0, "a")]


@pytest.mark.parametrize(
    ("edit", "keys"),
    [
        (lambda e: e.move(0, 1), [1, 0]),
        (lambda e: e.copy(0), [0, 0, 1]),
        (lambda e: e.delete(0), [1]),
    ],
)
def test_where_an_item_was_said_moves_along(
    edit: Callable[[ItemEdits], Key | None], keys: list[int]
) -> None:
    """Relative paths of files count from the folder of the file that said them."""
    desk = Desk(Draft({**BASE, "network": {"noProxy": ["a", "b"]}}))
    said = {(*NO_PROXY, 0): Origin("one.yaml", 1), (*NO_PROXY, 1): Origin("two.yaml", 2)}
    desk.draft = Draft(desk.draft.data, said)
    edits = ItemEdits(desk, asked(desk, NO_PROXY))
    edit(edits)
    files = ["one.yaml", "two.yaml"]
    found = [edits.desk.draft.origin((*NO_PROXY, key)).file for key in edits.keys]
    assert found == [files[key] for key in keys]


def test_what_was_typed_for_a_secret_moves_along_and_comes_back_by_undo() -> None:
    desk = desk_with(SECRETS, {"token": {"prompt": True}, "other": {"prompt": True}})
    desk.typed["pki.solver.secrets.token"] = "hunter2"
    desk.typed["harbor.adminPassword"] = "elsewhere"
    edits = ItemEdits(desk, asked(desk, SECRETS))
    edits.rename("token", "key")
    assert edits.desk.typed == {
        "pki.solver.secrets.key": "hunter2",
        "harbor.adminPassword": "elsewhere",
    }
    edits.delete("key")
    assert edits.desk.typed == {"harbor.adminPassword": "elsewhere"}
    edits.undo()
    edits.take_over(desk)
    assert desk.typed["pki.solver.secrets.key"] == "hunter2"


def test_a_key_is_needed_and_stands_once() -> None:
    edits = edits_of(MIRRORS, {"a": "x", "b": "y"})
    for new, why in (("b", "here already"), ("", "needed")):
        with pytest.raises(ValueError, match=why):
            edits.rename("a", new)
    assert edits.add("") == edits.add("") == ""
    assert len(edits.items) == 3
    assert "no key" in edits.problems_of_all[-1].message
