"""What is read from files, why some cannot be, and whom this machine trusts."""

import base64
import datetime as dt
import random
from pathlib import Path

import pytest

from backends.certificates import X509
from tests.unit.certificates.factory import (
    DER,
    HOST,
    LEAF,
    MIDDLE,
    NOW,
    PASSPHRASE,
    ROOT,
    dns,
    key_as,
    leaf,
    p7b,
    sign,
)
from wizard.certificates import GivenCertificate, Judgement
from wizard.errors import UsageError

BACKEND = X509(clock=lambda: NOW)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b" \n", "it is empty"),
        (LEAF.pem_key, "a private key but no certificate"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\n", "a signing request"),
        (b"-----BEGIN PKCS7-----\nAA==\n-----END PKCS7-----\n", "PKCS#7"),
        (LEAF.der[:-9], "it is binary, but no certificate"),
        (b"words", "neither PEM nor another form"),
        (LEAF.pem[:-40], "number 1 in it is damaged"),
        (LEAF.pem + MIDDLE.pem[:-40], "number 2 in it is damaged"),
        (bytes.fromhex("feedfeed00"), "a Java keystore"),
    ],
)
def test_what_cannot_be_read_is_explained(content: bytes, says: str) -> None:
    with pytest.raises(UsageError, match="No certificate can be read") as refused:
        BACKEND.read(content)
    assert says in refused.value.why
    assert refused.value.fix


@pytest.mark.parametrize(
    "content", [MIDDLE.pem + LEAF.pem + ROOT.pem, p7b(MIDDLE, LEAF, ROOT, encoding=DER)]
)
def test_all_certificates_are_read_and_become_pem(content: bytes) -> None:
    expected = {f"CN={name}" for name in (HOST, "Example Issuing CA", "Example Root CA")}
    assert {read.subject for read in BACKEND.read(content)} == expected
    assert {read.subject for read in BACKEND.read(BACKEND.pem(content))} == expected


def test_the_order_of_a_pem_file_is_kept() -> None:
    assert BACKEND.pem(b"words\r\n" + MIDDLE.pem + LEAF.pem) == MIDDLE.pem + LEAF.pem


def test_nothing_of_a_key_is_ever_told() -> None:
    shut = key_as(LEAF.key, passphrase=PASSPHRASE)
    for key in (shut, shut[:-80], LEAF.pem_key[:-60], PASSPHRASE.encode()):
        told = repr(BACKEND.judge(GivenCertificate(LEAF.pem, key, passphrase="wrong one"), HOST))
        for secret in (PASSPHRASE, "wrong one", *key.decode().split("\n")[1:3]):
            assert secret not in told


def judged(certificate: bytes, key: bytes, roots: bytes = b"", host: str = HOST) -> Judgement:
    return BACKEND.judge(GivenCertificate(certificate, key, roots=roots), host)


def test_what_ends_soon_is_told_with_the_days_that_are_left() -> None:
    late = leaf(ends=9)
    [problem] = judged(late.pem + MIDDLE.pem, late.pem_key, ROOT.pem).problems
    assert problem.message.endswith("expires on 2026-12-02, 9 days from now.")
    later = X509(clock=lambda: NOW + dt.timedelta(days=10))
    [problem] = later.judge(
        GivenCertificate(late.pem + MIDDLE.pem, late.pem_key, roots=ROOT.pem), HOST
    ).problems
    assert problem.code == "expired"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the authorities that this machine trusts; empty."""
    file = tmp_path / "store.pem"
    file.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "store"))
    return file


def test_the_roots_of_the_system_count_unless_others_replace_them(store: Path) -> None:
    store.write_bytes(ROOT.pem)
    pem = LEAF.pem + MIDDLE.pem
    assert judged(pem, LEAF.pem_key).verdict == "ok"
    replaced = GivenCertificate(pem, LEAF.pem_key, roots=sign("X", ca=True).pem, only_roots=True)
    assert BACKEND.judge(replaced, HOST).verdict == "bad"


def test_a_long_life_matters_sooner_below_roots_that_systems_bring(store: Path) -> None:
    long = leaf(ends=500)
    pem = long.pem + MIDDLE.pem
    store.write_bytes(sign("X", ca=True).pem)
    assert judged(pem, long.pem_key, ROOT.pem).verdict == "ok"
    store.write_bytes(ROOT.pem)
    [problem] = judged(pem, long.pem_key).problems
    assert (problem.code, "398" in problem.message) == ("long-lived", True)


def test_a_folder_of_roots_is_read_as_openssl_does(store: Path, tmp_path: Path) -> None:
    store.unlink()
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "4042bcee.0").write_bytes(ROOT.pem)
    (tmp_path / "store" / "README").write_bytes(b"no certificate")
    assert judged(LEAF.pem + MIDDLE.pem, LEAF.pem_key).verdict == "ok"


def test_a_machine_without_roots_cannot_tell(store: Path) -> None:
    [problem] = judged(LEAF.pem + MIDDLE.pem, LEAF.pem_key).problems
    assert (problem.level, problem.code) == ("warn", "trust-unknown")


def test_without_a_host_all_else_is_judged() -> None:
    other = leaf(names=dns("*.example.org"))
    assert judged(other.pem + MIDDLE.pem, other.pem_key, ROOT.pem, host="").verdict == "ok"


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The content with some bytes changed, left out or added."""
    found = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place = chance.randrange(len(found))
        kind = chance.random()
        if kind < 0.6:
            found[place] = chance.randrange(256)
        elif kind < 0.8:
            del found[place : place + chance.randrange(1, 9)]
        else:
            found[place:place] = chance.randbytes(3)
    return bytes(found)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_was_damaged_gets_a_verdict(seed: int) -> None:
    chance = random.Random(seed)
    whole = (LEAF.der, MIDDLE.der, p7b(LEAF, MIDDLE, encoding=DER), key_as(LEAF.key, DER))
    for _ in range(100):
        content = damaged(chance.choice(whole), chance)
        pem = b"-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        for one in (content, pem % base64.b64encode(content)):
            BACKEND.judge(GivenCertificate(one, LEAF.pem_key, roots=ROOT.pem), HOST)
            BACKEND.judge(GivenCertificate(LEAF.pem, one, chain=(one,), roots=one), HOST)
