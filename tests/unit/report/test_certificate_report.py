"""What is said of a certificate, byte by byte, and that its published schema describes it."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.unit.report.test_report import compare, told
from tests.unit.schemas import validator
from wizard.certificate_commands import Inspected, inspection_document, inspection_lines
from wizard.certificates import CertificateFacts, CertificateProblem, Judgement
from wizard.report import Report

START, END = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC)
LEAF = CertificateFacts(
    "CN=harbor.example.com",
    "CN=Example Issuing CA,O=Example",
    ("harbor.example.com", "10.0.0.5"),
    START,
    END,
    is_authority=False,
    self_signed=False,
    key="EC P-256",
    serial="4e28",
)
MIDDLE = CertificateFacts(
    "CN=Example Issuing CA,O=Example",
    "CN=Example Root CA",
    (),
    START,
    END,
    True,
    False,
    "RSA 2048",
    "1",
)
SOON = CertificateProblem("warn", "expires-soon", "It expires on 2026-12-03.", "Renew it.")
WRONG = CertificateProblem("bad", "key-mismatch", "The key is another one's.", "Give its own.")
FILES = Inspected(Path("harbor.pem"), "harbor.example.com")


def tell(judgement: Judgement, report: Report) -> None:
    report.data(inspection_document(judgement), partial(inspection_lines, judgement, FILES))


STORIES = {
    "good_certificate": Judgement((), (LEAF, MIDDLE)),
    "late_certificate": Judgement((SOON,), (LEAF,)),
    "wrong_certificate": Judgement((WRONG, SOON), (LEAF, MIDDLE)),
    "no_certificate": Judgement((WRONG,)),
}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("output", ["text", "json", "jsonl"])
def test_a_certificate_is_told_in_the_same_bytes(story: str, output: str) -> None:
    content = told(partial(tell, STORIES[story]), output)
    compare(f"{story}.{'txt' if output == 'text' else output}", content)
    if output != "text":
        validator("certificate.json").validate(json.loads(content))


def test_the_schema_refuses_what_is_not_so() -> None:
    document = json.loads(told(partial(tell, STORIES["wrong_certificate"]), "json"))
    assert not validator("certificate.json").is_valid(document | {"verdict": "good"})
    assert not validator("certificate.json").is_valid(document | {"more": 1})
