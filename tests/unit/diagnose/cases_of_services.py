"""Rules about what runs elsewhere in the cluster."""

from tests.unit.diagnose.cases import Case
from tests.unit.diagnose.services import cert_manager, dns, with_cert_manager, with_dns

SERVICES = (
    Case("HW-210", lambda: with_dns(dns(0)), lambda: with_dns(dns(1))),
    Case(
        "HW-226",
        lambda: with_cert_manager(cert_manager("cert-manager", 0)),
        lambda: with_cert_manager(cert_manager("cert-manager", 0), certificates=0),
    ),
)
