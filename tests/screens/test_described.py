"""An object of the live view as YAML: found wherever it is, with what else is known of it."""

from screens.models.described import described, note_of, object_of, objects_of
from tests.screens.test_picture_rows import TARGET
from tests.unit.diagnose.cases_of_storage import filled
from tests.unit.diagnose.services import beside, cert_manager, dns, with_cert_manager
from wizard.diagnose.kinds import CLAIM, DNS
from wizard.live import picture_of
from wizard.ports import Ref
from wizard.run.redaction import Redactor


def test_the_deployments_of_parts_elsewhere_are_shown() -> None:
    view = beside(with_cert_manager(cert_manager("cert-manager", 1)), DNS, dns(2))
    seen = picture_of(TARGET, view)
    for part, name in (("dns", "coredns"), ("cert-manager", "cert-manager-cert-manager")):
        (ref,) = objects_of(seen, None, part)
        found = object_of(seen, ref)
        assert found is not None
        assert f"name: {name}" in described(found, Redactor())


def test_a_claim_says_how_full_its_volume_is() -> None:
    seen = picture_of(TARGET, filled(6))
    ref = Ref(CLAIM, "harbor", "data")
    found = object_of(seen, ref)
    assert found is not None
    text = described(found, Redactor(), note_of(seen, ref))
    assert text.startswith("# 12 of 200 GiB used, 6 %\napiVersion: v1")
    assert note_of(seen, Ref(CLAIM, "harbor", "other")) == ""
