"""Every rule finds what it is for, and does not find what is next to it."""

import pytest

from tests.unit.diagnose.cases import Case
from tests.unit.diagnose.cases_of_entries import ENTRIES
from tests.unit.diagnose.cases_of_logs import LOGS
from tests.unit.diagnose.cases_of_pods import PODS
from tests.unit.diagnose.cases_of_secrets import SECRETS
from tests.unit.diagnose.cases_of_services import SERVICES
from tests.unit.diagnose.cases_of_storage import STORAGE
from tests.unit.diagnose.cases_of_urls import URLS
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.rules import RULES

CASES = (*SERVICES, *STORAGE, *PODS, *SECRETS, *ENTRIES, *URLS, *LOGS)

ELSEWHERE = {*(f"HW-0{n}" for n in range(29, 37)), *(f"HW-{n}" for n in range(220, 226))}
"""Certificates and Vault: their tests have real issuers."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_finds_what_it_is_for_and_not_what_is_next_to_it(case: Case) -> None:
    wrong, fine = (evaluate(view).findings for view in (case.wrong(), case.fine()))
    assert [one.id for one in wrong if one.suppressed_by is None] == [case.rule] or (
        symptom(case.rule) and case.rule in {one.id for one in wrong}
    ), wrong
    assert case.rule not in {one.id for one in fine}, fine


def symptom(id_: str) -> bool:
    return next(rule.symptom for rule in RULES if rule.id == id_)


def test_every_rule_has_a_case() -> None:
    wanted = {rule.id for rule in RULES} - ELSEWHERE
    assert wanted - {case.rule for case in CASES} == set()
