"""Redaction: what is hidden, in which forms, and what must stay readable."""

import base64
import json
import shlex
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wizard.run import redaction
from wizard.run.redaction import MINIMUM_LENGTH, Redactor
from wizard.steps.difference import MASK

SECRET = 'Corr<ect>&"horse"/b+ttery ümläut\\'
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
PEM = f"-----BEGIN PRIVATE KEY-----\n{PEM_BODY}\nMzEfYyjiWA4R\n-----END PRIVATE KEY-----\n"
UNSEAL = "q1Zr0b7nH3yq2bS8x9mQm5bq0v7T1yq0bS8x9mQm5bq0"
BCRYPT = "$2y$10$" + "a1./" * 13 + "b"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQifQ.c2lnbmF0dXJl"


@pytest.fixture
def redactor():
    made = Redactor()
    made.conceal(SECRET)
    return made


def base64_of(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")[1:-1],
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        urlencode({"x": SECRET})[2:],
        base64_of(SECRET),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_concealed_value_is_hidden_in_every_form(redactor, form):
    assert redactor.redact(f"before {form} after") == f"before {MASK} after"


@given(st.text(min_size=0, max_size=9), st.text(min_size=0, max_size=9))
def test_a_concealed_value_is_hidden_inside_longer_base64(before, after):
    redactor = Redactor()
    redactor.conceal("correct-horse-battery")
    shown = redactor.redact(base64_of(f"{before}correct-horse-battery{after}"))
    padded = shown.replace(MASK, "")
    assert MASK in shown
    assert len(padded) <= len(base64_of(before)) + len(base64_of(after)) + 4


@given(st.text(min_size=6, max_size=40), st.text(max_size=20))
def test_no_concealed_value_survives(secret, around):
    redactor = Redactor()
    secret = secret.strip()
    assume(len(secret) >= MINIMUM_LENGTH and len(set(secret)) > 1 and "•" not in secret)
    assume(secret.lower() not in redaction._ORDINARY)
    redactor.conceal(secret)
    for text in (secret, f"{around}{secret}{around}", shlex.quote(secret), f"{secret}\n{secret}"):
        assert secret not in redactor.redact(text)


def test_values_may_be_concealed_at_any_time():
    redactor = Redactor()
    assert redactor.redact("later-secret") == "later-secret"
    redactor.conceal("later-secret")
    assert redactor.redact("later-secret") == MASK


def test_every_long_line_of_a_value_is_hidden():
    redactor = Redactor()
    redactor.conceal(PEM)
    assert redactor.redact(f"pod said: {PEM_BODY}") == f"pod said: {MASK}"


def test_a_key_that_is_known_hides_no_marks_by_which_others_are_recognised():
    redactor = Redactor()
    redactor.conceal(PEM.replace("MIIE", "AAAA"))
    assert "MIIE" not in redactor.redact(PEM)


@pytest.mark.parametrize("value", ["", "a", "true", "12345", "aaaaaaaaaa", "harbor", "Postgres"])
def test_trivial_values_are_left_alone(value):
    redactor = Redactor()
    redactor.conceal(value)
    text = f"harbor-core of postgres is true 12345 aaaaaaaaaa {value}"
    assert redactor.redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"key:\n{PEM}", f"key:\n-----BEGIN PRIVATE KEY-----{MASK}-----END PRIVATE KEY-----\n"),
        (PEM[:70], f"-----BEGIN PRIVATE KEY-----{MASK}"),
        (
            json.dumps({"k": PEM}),
            f'{{"k": "-----BEGIN PRIVATE KEY-----{MASK}-----END PRIVATE KEY-----\\n"}}',
        ),
        (f"tls.key: {base64_of(PEM)}", f"tls.key: LS0tLS1CRUdJTi{MASK}"),
        (f"token is {JWT}.", f"token is {MASK}."),
        ("hvs.CAESIJlWcGVzZ2Vrb2xvZ2ll", MASK),
        ("got s.7Hq2LmXbTdRwYcNvKpZs3FgE", f"got {MASK}"),
        (base64_of('{"auths":{"reg.example.com":{}}}'), MASK),
        ('{"auths":{"r":{"auth":"dTpw"}}}', f'{{"auths":{{"r":{{"auth":"{MASK}"}}}}}}'),
        ("https://bob:s3cr@t@example.com/x", f"https://bob:{MASK}@example.com/x"),
        ("redis://:s3cret@redis:6379/0", f"redis://:{MASK}@redis:6379/0"),
        ("host=db user=u password=pw dbname=r", f"host=db user=u password={MASK} dbname=r"),
        ("password='a b' x", f"password={MASK} x"),
        ("Authorization: Basic dTpw", f"Authorization: Basic {MASK}"),
        ('"Authorization":["Bearer abc"]', f'"Authorization":["Bearer {MASK}"]'),
        ("Cookie: sid=0123456789", f"Cookie: {MASK}"),
        ('{"password": "a\\"b", "user": "u"}', f'{{"password": "{MASK}", "user": "u"}}'),
        ('msg="{\\"secret\\":\\"abc\\"}"', f'msg="{{\\"secret\\":\\"{MASK}\\"}}"'),
        ("REGISTRY_HTTP_SECRET=abc", f"REGISTRY_HTTP_SECRET={MASK}"),
        ("harborAdminPassword: Harbor12345", f"harborAdminPassword: {MASK}"),
        ("  - clientSecret: 'x y'\n", f"  - clientSecret: {MASK}\n"),
        ("{Password:hunter2 User:u}", f"{{Password:{MASK} User:u}}"),
        (f'{{"msg":"x\\n{JWT}\\ny"}}', f'{{"msg":"x\\n{MASK}\\ny"}}'),
        ("x\\nhvs.CAESIJlWcGVzZ2Vrb2xvZ2ll", f"x\\n{MASK}"),
        ("x\\ts.7Hq2LmXbTdRwYcNvKpZs3FgE", f"x\\t{MASK}"),
        ("login --password hunter2 now", f"login --password {MASK} now"),
        (
            "MIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSj\n-----END RSA PRIVATE KEY-----\nnext",
            f"{MASK}-----END RSA PRIVATE KEY-----\nnext",
        ),
        (f"Unseal Key 1: {UNSEAL}\n", f"Unseal Key 1: {MASK}\n"),
        (f"Recovery Key 3 (hex): {'0a1b' * 16}", f"Recovery Key 3 (hex): {MASK}"),
        (
            json.dumps({"keys_base64": [UNSEAL, UNSEAL], "sealed": True}),
            f'{{"keys_base64": [{MASK}], "sealed": true}}',
        ),
        (f'"unseal_keys_b64":["{UNSEAL}', f'"unseal_keys_b64":[{MASK}'),
        ("u:" + BCRYPT, f"u:{MASK}"),
        ("root:pw@tcp(db:3306)/x", f"root:{MASK}@tcp(db:3306)/x"),
        ("sent Basic YWRtaW46SGFyYm9y", f"sent Basic {MASK}"),
        ("got ghp_" + "a1" * 18, f"got {MASK}"),
        ("id AKIAIOSFODNN7EXAMPLE", f"id {MASK}"),
        ("GET /b?X-Amz-Signature=0a1b2c3d4e&x=1", f"GET /b?X-Amz-Signature={MASK}&x=1"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text, expected):
    assert Redactor().redact(text) == expected
    assert Redactor().redact(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        'MountVolume.SetUp failed for volume "token": secret "harbor-tls" not found',
        "invalid token: expired",
        "password authentication failed for user postgres",
        'secrets is forbidden: User "wizard" cannot list resource "secrets"',
        "existingSecret: harbor-core",
        "existingSecretKey: HARBOR_ADMIN_PASSWORD",
        "secretName: harbor-tls",
        "imagePullSecret: regcred",
        "adminPassword: {generate: true}",
        "password:\n  env: DB_PASSWORD",
        "password: null",
        '{"token": "", "secret": null}',
        "authorization failed: no such role",
        'Www-Authenticate: Bearer realm="https://r.example/service/token",service="registry"',
        f"tls.crt: {base64_of('-----BEGIN CERTIFICATE-----')}",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://harbor.example.com:8443/api/v2.0/health",
        "secret/harbor-core created",
        "pods. services. jobs.",
        "Basic Authentication is off",
        "the unseal key is missing",
        '{"keys": ["tls.crt", "tls.key"]}',
        "mysql at db@tcp(host) refused",
        "password=[hidden-0123456789] again",
        '{"password": "[hidden-0123456789]"}',
    ],
)
def test_what_explains_stays_readable(text):
    assert Redactor().redact(text) == text


@given(st.text(alphabet="abcdefghij \n:,.-0123456789/{}[]\"'"))
def test_ordinary_text_is_not_changed(text):
    assert Redactor().redact(text) == text


def test_documents_are_redacted_leaf_by_leaf(redactor):
    document = {"a": [SECRET, 1, None, {"b": f"x {SECRET}"}], "ok": True}
    expected = {"a": [MASK, 1, None, {"b": f"x {MASK}"}], "ok": True}
    assert redactor.redact_document(document) == expected


def test_long_lines_without_secrets_cost_little():
    """Patterns that backtrack would take minutes for these."""
    redactor = Redactor()
    for text in (
        "a." * 200_000,
        "\\" * 200_000 + " password",
        "x" * 400_000 + "token",
        "://" * 99999,
    ):
        assert redactor.redact(text) == text
