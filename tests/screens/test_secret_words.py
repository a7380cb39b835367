"""Words about secrets, and secrets that are made."""

import base64

import pytest

from screens.models.secret_words import kinds, strength, strong, variable_state
from screens.models.shown import shown
from wizard.answers.outline import Shape, shape_at

ADMIN, KEY, SEAL = "harbor.adminPassword", "harbor.secretKey", "pki.authority.server.unseal.key"


def secret() -> Shape:
    shape = shape_at(("harbor", "adminPassword"), {})
    assert shape is not None
    return shape


def test_every_reference_that_is_allowed_has_a_name_and_what_it_brings() -> None:
    found = {one.value: one for one in kinds(secret())}
    assert list(found) == ["env", "file", "secret", "vault", "prompt", "generate"]
    assert found["env"].label == "An environment variable"
    assert all(one.label and one.help for one in found.values())
    given = shape_at(("delivery", "pullSecret"), {})
    assert given is not None
    assert "generate" not in {one.value for one in kinds(given)}


@pytest.mark.parametrize(
    ("name", "value", "state", "words"),
    [
        (ADMIN, "abc", "wrong", "upper case, digits"),
        (ADMIN, "Abcdef1", "wrong", "8 to 128"),
        (ADMIN, "Abcdef12", "look", "weak: 8 characters"),
        (ADMIN, "Abcdefgh1234", "ok", "fair"),
        (ADMIN, "Abcdefgh1234xyz", "ok", "strong"),
        (ADMIN, "Aa1" + "1" * 60, "look", "weak"),
        (ADMIN, "Abcdefgh1234 ", "look", "blanks"),
        (ADMIN, "Harbor12345", "wrong", "everybody knows it"),
        (KEY, "x" * 15, "wrong", "15 of exactly 16"),
        (KEY, "ä" * 16, "wrong", "32 of exactly 16"),
        (SEAL, "not base64!", "wrong", "base64"),
        (SEAL, "YWJj", "wrong", "3 of exactly 32"),
    ],
)
def test_strength_is_told_by_length_and_sorts(
    name: str, value: str, state: str, words: str
) -> None:
    told = strength(name, value, chosen_here=True)
    assert told[0] == state
    assert words in told[1]
    assert value not in told[1]


def test_what_others_made_is_only_counted() -> None:
    assert strength("pki.key", "abc", chosen_here=False) == ("ok", "3 characters")


def test_what_is_made_is_strong_and_follows_the_rules() -> None:
    for name in (ADMIN, KEY, SEAL, "harbor.database.password"):
        assert strong(name) != strong(name)
        assert strength(name, strong(name), chosen_here=True)[0] == "ok"
    assert len(strong(KEY)) == 16
    assert len(base64.b64decode(strong(SEAL))) == 32


def test_a_variable_is_there_or_not_yet() -> None:
    assert variable_state("", {}) is None
    assert variable_state("A", {"A": "x"}) == ("ok", "set in this environment")
    for environ in ({}, {"A": ""}):
        told = variable_state("A", environ)
        assert told is not None
        assert told[0] == "look"


def test_what_stands_where_a_secret_belongs_is_never_shown() -> None:
    assert shown("hunter2", secret()) == "not a reference"
    secrets = shape_at(
        ("pki", "solver", "secrets"), {"pki": {"kind": "acme", "solver": {"kind": "dns01"}}}
    )
    assert secrets is not None
    line = shown({"token": "hunter2", "other": {"env": "TOKEN"}}, secrets)
    assert line == "token: not a reference, other: from the variable TOKEN"


def test_of_raw_yaml_only_the_keys_are_shown() -> None:
    values = shape_at(("harbor", "values"), {})
    assert values is not None
    assert shown({"core": {"secret": "hunter2"}, "trace": {}}, values) == "core, trace"
    assert shown("hunter2", values) == "raw YAML"
