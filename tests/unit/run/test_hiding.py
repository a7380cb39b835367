"""Hiding: the same secret is the same token everywhere, and it is told where it stood."""

import base64
import re

import pytest

from wizard.run.hiding import Hiding
from wizard.run.redaction import Redactor

KEY = bytes(32)
SECRET = "correct-horse-battery"
TOKEN = r"\[hidden-[0-9a-f]{10}\]"
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBKd\nbm9uZQ==\n-----END EC PRIVATE KEY-----"


@pytest.fixture
def hiding() -> Hiding:
    return Hiding(Redactor(), KEY)


def token_in(text: str) -> str:
    (found,) = re.findall(TOKEN, text)
    return str(found)


def test_a_secret_is_the_same_token_in_every_form_and_by_every_way(hiding: Hiding) -> None:
    hiding.conceal(SECRET, "Secret harbor/harbor-core, key secret")
    encoded = base64.b64encode(SECRET.encode()).decode()
    shown = [
        hiding.hide(f"it is {SECRET}.", "a"),
        hiding.hide(f"it is {encoded}.", "a"),
        hiding.hide(f"password={SECRET}", "b"),
        hiding.hide_document({"password": SECRET}, "c")["password"],
        Hiding(Redactor(), KEY).hide(f"password='{SECRET}'", "d"),
    ]
    assert len({token_in(text) for text in shown}) == 1
    assert SECRET not in "".join(shown)


def test_other_secrets_and_other_bundles_have_other_tokens(hiding: Hiding) -> None:
    one = hiding.hide("password=one-secret", "a")
    assert token_in(one) != token_in(hiding.hide("password=two-secret", "a"))
    assert token_in(one) != token_in(Hiding(Redactor()).hide("password=one-secret", "a"))


def test_what_a_redactor_knows_is_hidden_and_stays_masked_elsewhere() -> None:
    known = Redactor()
    known.conceal(SECRET)
    assert token_in(Hiding(known).hide(SECRET, "a"))
    assert "hidden" not in known.redact(SECRET)


def test_what_is_concealed_later_is_hidden_in_texts_that_were_seen_before(hiding: Hiding) -> None:
    assert hiding.hide_document([SECRET], "a") == [SECRET]
    hiding.conceal(SECRET, "x")
    assert SECRET not in hiding.hide_document([SECRET], "a")


def test_lines_stay_as_many_as_they_were(hiding: Hiding) -> None:
    text = f"before\n{PEM}\nafter"
    shown = hiding.hide(text, "a")
    assert "MHcC" not in shown
    assert "bm9u" not in shown
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"name": "DB_PASSWORD", "value": "abc"}, {"name": "DB_PASSWORD", "value": "*"}),
        ({"name": "LOG_LEVEL", "value": "info"}, {"name": "LOG_LEVEL", "value": "info"}),
        ({"token": "abc", "tokens": "abc"}, {"token": "*", "tokens": "abc"}),
        (["--db-password", "abc", "--port", "80"], ["--db-password", "*", "--port", "80"]),
        ({"data": {"CSRF_KEY": "x y"}}, {"data": {"CSRF_KEY": "*"}}),
        ({"secretName": "harbor-tls"}, {"secretName": "harbor-tls"}),
        ({"secretKeyRef": {"key": "secret"}}, {"secretKeyRef": {"key": "secret"}}),
        ({"password": "", "token": "null"}, {"password": "", "token": "null"}),
        ({"automountServiceAccountToken": True}, {"automountServiceAccountToken": True}),
        ([1, None, {"a": ["password=abc"]}], [1, None, {"a": ["password=*"]}]),
    ],
)
def test_a_name_beside_a_value_tells_of_a_secret(
    hiding: Hiding, document: object, expected: object
) -> None:
    shown = hiding.hide_document(document, "a")
    assert re.sub(TOKEN, "*", repr(shown)) == repr(expected)
    assert hiding.hide_document(shown, "a") == shown


def test_the_report_says_what_was_hidden_where_and_how_often(hiding: Hiding) -> None:
    hiding.conceal(SECRET, "Secret harbor/x, key y")
    for place in ("log", "log", "objects"):
        hiding.hide_document([SECRET, SECRET], place)
    hiding.hide(PEM, "log")
    told = {tuple(one["what"]): one["files"] for one in hiding.report()}
    assert told == {
        ("Secret harbor/x, key y",): {"log": 4, "objects": 2},
        ("private key",): {"log": 1},
    }
    assert SECRET not in repr(hiding.report())
