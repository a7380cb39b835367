"""The login to a Vault or OpenBao that somebody else runs."""

from tests.unit.checks.conftest import Given
from wizard.answers.preset import Preset
from wizard.checks.base import Subject
from wizard.checks.vault import rights


async def test_an_account_that_is_not_there_is_told_with_what_makes_it(given: Given) -> None:
    server = {"kind": "existing", "address": "https://vault.corp:8200"}
    login = {"kind": "kubernetes", "role": "harbor"}
    preset = Preset.model_validate(
        {
            "schemaVersion": 1,
            "name": "test",
            "pki": {
                "kind": "self-signed",
                "authority": {"kind": "vault", "server": {**server, "auth": login}},
            },
            "harbor": {"url": "https://harbor.example.com"},
        }
    )
    outcome = await rights(given.world, Subject(preset))
    assert outcome.state == "fail"
    assert outcome.fact == "There is no ServiceAccount harbor-wizard in the namespace harbor."
    assert outcome.why == "the wizard logs in with its tokens to set up the authority."
    assert "wizard rbac --preset FILE | kubectl apply -f -" in outcome.fix
