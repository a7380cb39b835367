"""The printed role suffices for other answers, too: what they add is in it."""

from __future__ import annotations

from tests.cluster.test_answers import CASES, prepare, write
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.wizard import Wizard


def test_services_outside_and_secrets_of_others_are_within_the_role(wizard: Wizard) -> None:
    prepare(wizard)
    write(wizard, CASES["highly available"])
    wizard.identity = apply_role(wizard, printed_role(wizard))
    wizard.install("--yes").require(0)
    wizard.nothing_to_do("--yes")
    denied = wizard.control_plane.audit.denied(wizard.identity.user)
    assert [str(one) for one in denied] == []
