"""Every kind of certificate file gets the verdict that clients would give."""

import ssl
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from backends.certificates import X509
from tests.unit.certificates.factory import NOW
from tests.unit.certificates.table import Case, cases

CASES = cases()


def test_the_table_is_large_and_says_each_thing_once() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: Case, tmp_path: Path) -> None:
    judgement = X509(clock=lambda: NOW).judge(case.given, case.host)

    found = tuple(problem.code for problem in judgement.problems)
    assert (judgement.verdict, found) == (case.verdict, case.codes), judgement.problems
    assert len(judgement.chain) == case.length
    for problem in judgement.problems:
        assert problem.message.endswith(".")
        assert problem.fix.endswith((".", "harbor.pem", "PKCS12", "COPY"))
    if judgement.verdict != "bad" and case.given.key_needed:
        pair = tmp_path / "pair.pem"
        pair.write_bytes(judgement.key + judgement.served)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(pair)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_served_is_a_chain_without_its_root_and_an_open_key(case: Case) -> None:
    judgement = X509(clock=lambda: NOW).judge(case.given, case.host)
    served = x509.load_pem_x509_certificates(judgement.served) if judgement.served else []
    assert len(served) == len(judgement.chain)
    for certificate, issuer in pairwise(served):
        assert certificate.issuer == issuer.subject
        if not isinstance(certificate.signature_hash_algorithm, SHA1):
            certificate.verify_directly_issued_by(issuer)
    assert all(one.issuer != one.subject for one in served[1:])
    assert b"\r" not in judgement.served
    if judgement.key:
        assert load_pem_private_key(judgement.key, None).public_key() == served[0].public_key()
