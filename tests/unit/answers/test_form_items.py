"""The questions of a form for items of lists and maps."""

import pytest

from wizard.answers.draft import Draft
from wizard.answers.form import key_question, questions
from wizard.answers.outline import ROOT, all_sections, fields_of, shape_of
from wizard.answers.paths import Path
from wizard.answers.translate import NOT_A_KEY

DATA = {
    "schemaVersion": 1,
    "name": "p",
    "delivery": {"imageMirrors": {"docker.io": "registry.corp/hub"}},
    "network": {"noProxy": ["registry.corp"]},
    "pki": {"kind": "acme", "solver": {"kind": "dns01", "secrets": {"token": {"env": "TOKEN"}}}},
    "harbor": {"expose": {"kind": "gateway", "parentRefs": [{"name": "public"}]}},
}


def labels(path: Path) -> list[tuple[str, str]]:
    return [(one.label, one.control) for one in questions(DATA, path)]


def test_an_item_that_is_a_scalar_is_one_question_told_of_as_its_list_is() -> None:
    (question,) = questions(DATA, ("network", "noProxy", 0))
    assert (question.label, question.control, question.required) == ("Value", "text", True)
    assert question.help.startswith("Hosts, domains and ranges")
    assert question.example == "registry.corp"
    assert question.front


def test_an_item_that_is_a_section_is_all_its_questions_in_front() -> None:
    path = ("harbor", "expose", "parentRefs", 0)
    assert labels(path) == [("Gateway", "text"), ("Namespace", "text"), ("Listener", "text")]
    assert all(one.front for one in questions(DATA, path))
    assert [one.path[-1] for one in questions(DATA, path)] == ["name", "namespace", "sectionName"]


def test_an_item_that_is_a_secret_is_one_question_for_it() -> None:
    assert labels(("pki", "solver", "secrets", "token")) == [("Value", "secret")]


def test_an_item_that_is_not_there_yet_is_asked_for_just_so() -> None:
    assert labels(("network", "noProxy", 7)) == [("Value", "text")]


def test_the_key_of_a_maps_item_is_a_question_of_its_own() -> None:
    question = key_question(DATA, ("delivery", "imageMirrors", "docker.io"))
    assert question is not None
    assert (question.label, question.control, question.example) == ("Key", "text", "docker.io")
    assert key_question(DATA, ("network", "noProxy", 0)) is None


def test_a_key_that_cannot_be_is_told_apart_from_its_value() -> None:
    mirrors = {"docker io": "https://registry.corp"}
    draft = Draft({**DATA, "delivery": {"imageMirrors": mirrors}})
    found = [p for p in draft.problems() if p.path.startswith("delivery.imageMirrors")]
    assert {p.path for p in found} == {"delivery.imageMirrors.docker io"}
    about_key = [p for p in found if p.message.startswith(NOT_A_KEY)]
    assert len(found) == 2
    assert [p.message for p in about_key] == [
        "is no key here: it must be a registry's host such as docker.io or registry.corp:5000"
    ]


def every_list_and_map() -> list[tuple[str, str]]:
    return [
        (section.__name__, key)
        for section in all_sections()
        for key, info in fields_of(section).items()
        if shape_of(info.annotation).form in {"list", "map"}
    ]


@pytest.mark.parametrize(("section", "key"), every_list_and_map())
def test_every_list_and_map_knows_its_items_and_only_maps_have_keys(section: str, key: str) -> None:
    (found,) = [one for one in all_sections() if one.__name__ == section]
    shape = shape_of(fields_of(found)[key].annotation)
    assert shape.item is not None
    assert (shape.key is not None) == (shape.form == "map")
    assert ROOT.key is None
