"""Whether an authority's certificate that was signed outside will do."""

from collections.abc import Sequence
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backends.certificates import X509
from tests.unit.certificates.factory import (
    HOST,
    LEAF,
    MIDDLE,
    NOW,
    OTHER_ROOT,
    ROOT,
    Signed,
    dns,
    ec_key,
    p7b,
    sign,
)
from wizard.certificates import GivenAuthority, Judgement

KEY = ec_key()
"""The key in the server."""
REQUEST = (
    x509.CertificateSigningRequestBuilder()
    .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Harbor Issuing CA")]))
    .sign(KEY, MIDDLE.certificate.signature_hash_algorithm)  # type: ignore[arg-type]
    .public_bytes(Encoding.PEM)
)
DAYS = 90 * 86400


def own(issuer: Signed | None = MIDDLE, **options: Any) -> Signed:
    """The issuing certificate as a corporate authority signs it, with another name than asked."""
    given = {"ca": True, "key": KEY, "path_length": 0, **options}
    return sign("Harbor Issuing CA, signed", issuer, **given)


def judged(files: bytes, root: Signed = ROOT, host: str = HOST) -> Judgement:
    x = X509(lambda: NOW)
    return x.judge_authority(GivenAuthority(files, root.pem, x.key_of(REQUEST), host, DAYS))


def pems(*found: Signed) -> bytes:
    return b"".join(one.pem for one in found)


def codes(judgement: Judgement) -> Sequence[str]:
    return [one.code for one in judgement.problems]


@pytest.mark.parametrize(
    "files",
    [
        pems(own(), MIDDLE),
        pems(own(), MIDDLE, ROOT),
        pems(ROOT, MIDDLE, own()),
        p7b(ROOT, own(), MIDDLE),
        pems(own(), MIDDLE, OTHER_ROOT, LEAF),
        pems(own(path_length=None), MIDDLE),
    ],
    ids=["chain", "with root", "upside down", "pkcs7", "with strangers", "no path length"],
)
def test_a_chain_in_any_form_is_taken_and_put_in_order(files: bytes) -> None:
    found = judged(files)
    assert found.problems == ()
    served = X509().read(found.served)
    assert [one.subject for one in served][1:] == ["CN=Example Issuing CA", "CN=Example Root CA"]
    assert served[0].subject.startswith("CN=Harbor Issuing CA")


def test_a_root_that_signs_at_once_needs_nothing_between() -> None:
    assert judged(own(ROOT).pem).problems == ()


SHORT = sign("Short", ROOT, ca=True, path_length=0)
NAMED = sign("Named", ROOT, ca=True, allowed=("example.com",))
ELSEWHERE = sign("Elsewhere", ROOT, ca=True, allowed=("example.org",))
MAILING = sign("Mailing", ROOT, ca=True, eku=[ExtendedKeyUsageOID.EMAIL_PROTECTION])
GONE = sign("Gone", ROOT, ca=True, ends=-1)


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        (pems(own(key=ec_key()), MIDDLE), "other-key", "request that the wizard saved"),
        (pems(LEAF, MIDDLE, ROOT), "other-key", HOST),
        (own().pem, "chain-incomplete", "CN=Example Issuing CA is missing"),
        (own(OTHER_ROOT).pem, "chain-incomplete", "CN=Other Root CA is missing"),
        (pems(own(OTHER_ROOT), OTHER_ROOT), "other-root", "CN=Other Root CA"),
        (pems(own(ca=False, eku=None), MIDDLE), "no-authority", "CA:TRUE"),
        (pems(own(SHORT), SHORT), "path-length", "allows 0 authorities below it, and here are 1"),
        (pems(own(ELSEWHERE), ELSEWHERE), "name-constraints", HOST),
        (pems(own(MAILING), MAILING), "wrong-purpose", "CN=Mailing"),
        (pems(own(ends=-1), MIDDLE), "expired", "expired on 2026-11-22"),
        (pems(own(GONE), GONE), "expired", "CN=Gone"),
        (pems(own(begins=3), MIDDLE), "not-yet-valid", "2026-11-26"),
        (pems(own(ends=60), MIDDLE), "too-short", "90 days"),
        (REQUEST, "unreadable", "request"),
        (b"junk", "unreadable", ""),
    ],
)
def test_what_would_not_do_is_told(files: bytes, code: str, words: str) -> None:
    found = judged(files)
    assert code in codes(found)
    problem = next(one for one in found.problems if one.code == code)
    assert problem.level == "bad"
    assert words in f"{problem.message} {problem.fix}"


def test_the_names_that_an_authority_may_sign_for_are_looked_at() -> None:
    files = pems(own(NAMED), NAMED)
    assert codes(judged(files)) == []
    assert codes(judged(files, host="harbor.badexample.com")) == ["name-constraints"]
    assert codes(judged(files, host="10.0.0.5")) == []


def test_a_root_that_is_none_is_told() -> None:
    assert "no-root" in codes(judged(pems(own(), MIDDLE), root=MIDDLE))
    assert codes(judged(b"", root=MIDDLE)) == ["no-root"]
    assert codes(judged(b"")) == []


def test_what_a_verifier_says_below_it_agrees() -> None:
    """What is accepted here issues certificates that OpenSSL's rules accept too, and vice versa."""
    from wizard.certificates import GivenCertificate

    for middle, good in ((MIDDLE, True), (SHORT, False), (NAMED, True), (ELSEWHERE, False)):
        issuing = own(middle)
        leaf = sign(HOST, issuing, names=dns(HOST))
        files = pems(issuing, middle)
        given = GivenCertificate(leaf.pem, leaf.pem_key, (files,), ROOT.pem, only_roots=True)
        assert (X509(lambda: NOW).judge(given, HOST).verdict != "bad") is good
        assert (judged(files).verdict == "ok") is good


def test_no_request_has_no_key() -> None:
    assert X509().key_of(b"") == ""
    assert X509().key_of(ROOT.pem) == ""
