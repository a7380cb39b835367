"""What is told of certificate files, keys and other files, before anything is installed."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)

from backends.certificates import X509
from screens.models.certificates import about_file, mode_of, served
from screens.models.chain_facts import Fact
from tests.screens.certificate_files import HOST, made, write_files
from tests.unit.certificates.factory import dns, sign
from wizard.answers.draft import Draft
from wizard.answers.paths import parse_path
from wizard.answers.secret_values import MAX_BYTES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path)
    return tmp_path


def draft_of(folder: Path, url: str = f"https://{HOST}", **pki: Any) -> Draft:
    given = {
        "kind": "commercial",
        "certificate": "harbor.pem",
        "key": {"file": "harbor.key"},
        "caBundle": "root.pem",
    }
    harbor = {"url": url} if url else {}
    return Draft({"pki": {**given, **pki}, "harbor": harbor}, folder=folder)


def facts_of(draft: Draft, environ: Mapping[str, str] | None = None) -> dict[str, Fact]:
    return {fact.label: fact for fact in served(draft, environ or {}, X509())}


def test_a_good_chain_is_told_in_four_lines(folder: Path) -> None:
    facts = facts_of(draft_of(folder))
    assert list(facts) == ["names", "issued by", "valid", "key"]
    assert facts["names"] == Fact("names", f"{HOST}, *.example.com", "ok", f"covers {HOST}")
    assert facts["issued by"].text == "R11 < Example Root CA"
    assert facts["valid"].words == "47 days left"
    assert (facts["key"].text, facts["key"].words) == ("EC P-256", "belongs to the certificate")


def test_another_host_is_not_covered_and_how_to_mend_it_is_told(folder: Path) -> None:
    facts = facts_of(draft_of(folder, "https://harbor.other.org"))
    assert facts["names"].state == "wrong"
    assert facts["names"].words == "does not cover harbor.other.org"
    assert "harbor.url" in facts["fix"].text


def test_without_a_url_nothing_is_claimed_of_the_host(folder: Path) -> None:
    fact = facts_of(draft_of(folder, ""))["names"]
    assert (fact.state, fact.words) == ("unknown", "harbor.url is not given yet")


def test_a_missing_intermediate_is_told(folder: Path) -> None:
    fact = facts_of(draft_of(folder, certificate="leaf.pem"))["issued by"]
    assert (fact.state, fact.words) == ("wrong", "the issuer is missing")


def test_intermediates_of_a_file_of_their_own_belong_to_the_chain(folder: Path) -> None:
    (folder / "middle.pem").write_bytes(made().middle.certificate)
    facts = facts_of(draft_of(folder, certificate="leaf.pem", chain="middle.pem"))
    assert facts["issued by"].words == "complete, in order"


def test_the_root_that_is_given_is_looked_for(folder: Path) -> None:
    facts = facts_of(draft_of(folder, caBundle=None))
    assert facts["issued by"] == Fact(
        "issued by", "R11 < Example Root CA", "wrong", "leads to no trusted root"
    )


@pytest.mark.parametrize(
    ("key", "environ", "state", "words"),
    [
        ({"file": "other.key"}, {}, "wrong", "does not belong to the certificate"),
        ({"file": "notes.txt"}, {}, "wrong", "no private key can be read"),
        ({"file": "none.key"}, {}, "unknown", "the file cannot be read: there is no such file"),
        ({"env": "KEY"}, {}, "unknown", "the variable KEY is not set here"),
        ({"secret": {"name": "a", "key": "b"}}, {}, "unknown", "not compared"),
        ({"prompt": True}, {}, "unknown", "not compared"),
        (None, {}, "wrong", "no private key can be read"),
        ({"prompt": True}, {"WIZARD_SECRET_PKI_KEY": "harbor.key"}, "ok", "belongs"),
        ({"env": "KEY"}, {"KEY": "other.key"}, "wrong", "does not belong"),
    ],
)
def test_the_key_is_compared_wherever_it_comes_from(
    folder: Path, key: Any, environ: dict[str, str], state: str, words: str
) -> None:
    values = {name: (folder / file).read_text() for name, file in environ.items()}
    fact = facts_of(draft_of(folder, key=key), values)["key"]
    assert fact.state == state
    assert fact.words.startswith(words)


def test_other_kinds_of_pki_have_nothing_to_show(folder: Path) -> None:
    assert served(Draft({"pki": {"kind": "self-signed"}}), {}, X509()) == []
    assert served(Draft({}), {}, X509()) == []


def test_files_that_cannot_be_read_are_told(folder: Path) -> None:
    (only,) = served(draft_of(folder, certificate="gone.pem"), {}, X509())
    assert (only.state, only.words) == ("wrong", "cannot be read: there is no such file")
    (only,) = served(draft_of(folder, certificate="notes.txt"), {}, X509())
    assert (only.state, only.text) == ("wrong", "No certificate can be read")
    (folder / "large.pem").write_bytes(b"x" * (MAX_BYTES + 1))
    (only,) = served(draft_of(folder, certificate="large.pem"), {}, X509())
    assert only.words == "cannot be read: it is larger than 1024 KiB"


def told(folder: Path, name: str, path: str) -> list[Fact]:
    return about_file(folder / name, parse_path(path), draft_of(folder), {}, X509())


def test_a_preview_judges_the_file_as_if_it_were_chosen(folder: Path) -> None:
    assert [fact.state for fact in told(folder, "harbor.pem", "pki.certificate")] == ["ok"] * 4
    facts = told(folder, "leaf.pem", "pki.certificate")
    assert [fact.state for fact in facts][1] == "wrong"


def test_a_preview_of_an_authority_tells_its_name_and_end(folder: Path) -> None:
    (fact,) = told(folder, "root.pem", "network.caBundle")
    assert (fact.label, fact.text, fact.state) == ("authority", "Example Root CA, EC P-256", "ok")
    assert "899 days left" in fact.words


def test_a_preview_of_a_key_tells_whether_it_belongs_and_who_may_read_it(folder: Path) -> None:
    (folder / "other.key").chmod(0o644)
    facts = told(folder, "other.key", "pki.key.file")
    assert [(fact.label, fact.state) for fact in facts] == [
        ("holds", None),
        ("key", "wrong"),
        ("fix", None),
        ("readable", "look"),
    ]
    facts = told(folder, "harbor.key", "pki.key.file")
    assert [fact.state for fact in facts] == [None, "ok", "ok"]


def test_no_preview_shows_what_a_file_holds(folder: Path) -> None:
    for name in ("notes.txt", "harbor.key"):
        for path in ("harbor.adminPassword.file", "pki.key.file", "pki.certificate"):
            shown = repr(told(folder, name, path))
            assert "hunter2" not in shown
            assert "PRIVATE KEY" not in shown


def test_a_folder_has_no_preview_and_a_pipe_is_not_read(folder: Path) -> None:
    assert told(folder, ".", "pki.certificate") == []
    os.mkfifo(folder / "pipe")
    (fact,) = told(folder, "pipe", "pki.certificate")
    assert fact.words == "cannot be read: it is no file"


def test_what_others_may_read_is_told_with_the_command_against_it(folder: Path) -> None:
    file = folder / "harbor.key"
    assert mode_of(file).state == "ok"
    file.chmod(0o640)
    assert mode_of(file).words == f"chmod 600 {file}"
    assert mode_of(folder / "gone").state == "wrong"


WORD = "correct horse"
SHUT = {"passphrase": {"env": "KEY_PASS"}}


@pytest.fixture
def forms(folder: Path) -> Path:
    """The same certificate in other forms, beside the PEM files."""
    all_ = made()
    leaf, middle = (
        x509.load_pem_x509_certificate(one.certificate) for one in (all_.leaf, all_.middle)
    )
    key: Any = load_pem_private_key(all_.leaf.key, None)
    encryption = BestAvailableEncryption(WORD.encode())
    contents = {
        "harbor.p12": pkcs12.serialize_key_and_certificates(b"h", key, leaf, [middle], encryption),
        "harbor.p7b": pkcs7.serialize_certificates([middle, leaf], Encoding.DER),
        "leaf.der": leaf.public_bytes(Encoding.DER),
        "middle.der": middle.public_bytes(Encoding.DER),
        "shut.key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
        "key.der": key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    "answers",
    [
        {"certificate": "harbor.p12", "key": None, **SHUT},
        {"certificate": "harbor.p7b"},
        {"certificate": "leaf.der", "chain": "middle.der"},
        {"key": {"file": "shut.key"}, **SHUT},
        {"key": {"file": "key.der"}},
    ],
    ids=", ".join,
)
def test_every_form_is_previewed_with_chain_names_dates_and_key(
    forms: Path, answers: dict[str, Any]
) -> None:
    facts = facts_of(draft_of(forms, **answers), {"KEY_PASS": WORD})
    assert [fact.state for fact in facts.values()] == ["ok"] * 4, facts
    assert facts["issued by"].text == "R11 < Example Root CA"
    assert facts["key"].words == "belongs to the certificate"


def test_a_passphrase_that_is_typed_later_leaves_the_key_unknown(forms: Path) -> None:
    typed = {"passphrase": {"prompt": True}}
    facts = facts_of(draft_of(forms, key={"file": "shut.key"}, **typed))
    assert [fact.state for fact in facts.values()] == ["ok", "ok", "ok", "unknown"]
    (only,) = served(draft_of(forms, certificate="harbor.p12", key=None, **typed), {}, X509())
    assert (only.state, only.text) == ("unknown", "cannot be opened yet")
    assert "passphrase is not on this machine" in only.words


def test_without_or_with_a_wrong_passphrase_that_is_told(forms: Path) -> None:
    (only,) = served(draft_of(forms, certificate="harbor.p12", key=None), {}, X509())
    assert (only.state, only.text) == ("wrong", "The PKCS#12 file cannot be opened")
    wrong = facts_of(draft_of(forms, key={"file": "shut.key"}, **SHUT), {"KEY_PASS": "x"})
    assert (wrong["key"].state, wrong["key"].words) == ("wrong", "the passphrase does not open it")


def test_what_is_put_in_order_is_no_fault(forms: Path) -> None:
    (forms / "swapped.pem").write_bytes(made().middle.certificate + made().leaf.certificate)
    fact = facts_of(draft_of(forms, certificate="swapped.pem"))["issued by"]
    assert (fact.state, fact.words) == ("ok", "complete, put in order")


def test_what_will_be_fetched_is_told(forms: Path) -> None:
    found = draft_of(forms, certificate="leaf.pem", fetchIntermediates=True)
    assert facts_of(found)["issued by"].state == "wrong", "it does not say from where"
    now = datetime.now(UTC)
    root = sign("Root", ca=True, now=now)
    middle = sign("Middle", root, ca=True, now=now)
    leaf = sign(HOST, middle, names=dns(HOST), aia="http://pki.test/m.der", now=now)
    (forms / "leaf.pem").write_bytes(leaf.pem + leaf.pem_key)
    (forms / "root.pem").write_bytes(root.pem)
    found = draft_of(forms, certificate="leaf.pem", key=None, fetchIntermediates=True)
    fact = facts_of(found)["issued by"]
    assert (fact.state, fact.words) == ("look", "the issuer is fetched when it is installed")
