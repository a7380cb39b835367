"""The pages of the findings: complete, true to the rules, and freshly listed in the docs."""

import re
from pathlib import Path

import pytest

from scripts.rules_page import PAGE, page
from wizard.diagnose.pages import page_of, pages
from wizard.diagnose.rules import RULES

CATALOGUE = [*range(1, 48), *range(101, 132)]
"""The causes known from Kubernetes and Harbor."""


def test_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_number_of_the_catalogue_has_a_page(number: int) -> None:
    assert page_of(f"HW-{number:03}")


def test_every_rule_has_a_page_with_its_title() -> None:
    titles = {rule.id: rule.title for rule in RULES}
    assert {id_: pages()[id_].title if id_ in pages() else "" for id_ in titles} == titles


def test_an_id_belongs_to_one_page() -> None:
    ids = [id_ for one in pages().values() for id_ in (one.id, *one.also)]
    assert len(ids) == len(set(ids))


def test_what_other_pages_are_named_exists() -> None:
    named = {
        id_
        for one in pages().values()
        for text in (one.means, one.why, one.check, one.fix)
        for id_ in re.findall(r"HW-\d{3}", text)
    }
    assert {id_ for id_ in named if not page_of(id_)} == set()


def test_who_tells_of_a_finding_is_true() -> None:
    """A page that names no rule has none."""
    judged = {rule.id for rule in RULES}
    assert {one.id for one in pages().values() if one.told_by != "rule"} & judged == set()


def test_findings_that_no_rule_makes_have_pages_that_say_so() -> None:
    """Each has an id of its own, which no rule has."""
    folder = Path(__file__).parents[2] / "wizard" / "steps"
    made = {
        id_
        for file in folder.rglob("*.py")
        for id_ in re.findall(r"\"(HW-\d{3})\"", file.read_text(encoding="utf-8"))
    }
    assert made >= {"HW-205", "HW-230"}
    tellers = {id_: page.told_by if (page := page_of(id_)) else "" for id_ in made}
    assert set(tellers.values()) == {"step"}, tellers
