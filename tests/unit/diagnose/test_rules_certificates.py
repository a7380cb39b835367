"""Why nothing is issued: what cert-manager's own objects tell."""

from datetime import UTC, datetime, timedelta

import pytest

from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import CERTIFICATE, CERTIFICATE_REQUEST, ISSUING
from wizard.diagnose.readiness import readiness
from wizard.diagnose.view import View
from wizard.diagnose.waiting import explain
from wizard.ports import Object, Ref

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AGO = "2026-11-23T11:58:00Z"


def told(type_: str, status: str, reason: str = "", message: str = "") -> Object:
    return {
        "type": type_,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": AGO,
    }


def made(kind: str, name: str, *conditions: Object, owner: Object | None = None, **rest: object):
    group = "acme.cert-manager.io" if kind in {"Order", "Challenge"} else "cert-manager.io"
    metadata: Object = {
        "name": name,
        "namespace": "harbor",
        "uid": f"uid-{name}",
        "generation": 1,
        "creationTimestamp": AGO,
    }
    if owner:
        metadata["ownerReferences"] = [{"uid": owner["metadata"]["uid"], "controller": True}]
    status = {"conditions": list(conditions), **rest.pop("status", {})}  # type: ignore[dict-item]
    return {
        "apiVersion": f"{group}/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"issuerRef": {"name": "corp", "kind": "Issuer"}, **rest},
        "status": status,
    }


APPROVED = told("Approved", "True", "cert-manager.io")
VAULT = "Vault failed to sign certificate: failed to sign certificate by vault: "


def findings(*objects: Object, since: datetime | None = None) -> list[Finding]:
    found = evaluate(View.of(objects, now=NOW, asked=ISSUING), since=since).findings
    return [one for one in found if one.suppressed_by is None]


@pytest.mark.parametrize(
    ("message", "fix"),
    [
        ("the common_name field is required", "require_cn=false"),
        ("subject alternate name harbor.test not allowed by this role", "allow_bare_domains=true"),
        ("role requires keys of type rsa", "key_type=any"),
        ("unknown role: harbor", "Correct the role"),
        (
            "TTL would result in notAfter of x beyond the expiration of the CA certificate",
            "shorter",
        ),
        ("permission denied", "Grant `create` and `update`"),
        ("something new", "Change what the message names"),
    ],
)
def test_a_refused_request_ends_the_wait_with_what_to_do(message: str, fix: str) -> None:
    request = made(
        "CertificateRequest", "r", APPROVED, told("Ready", "False", "Failed", VAULT + message)
    )
    (finding,) = findings(request)
    assert (finding.id, finding.severity, finding.terminal) == ("HW-033", "fail", True)
    assert message in finding.cause
    assert fix in finding.fix
    assert readiness(request).state == "failed"


def test_a_denied_request_names_whoever_denied_it() -> None:
    denied = told("Denied", "True", "policy.cert-manager.io", "No policy allows harbor.test")
    (finding,) = findings(
        made("CertificateRequest", "r", denied, told("Ready", "False", "Denied", "was denied"))
    )
    assert "No policy allows harbor.test" in finding.cause
    assert "approval policy" in finding.fix


def test_a_failed_request_of_a_certificate_that_was_issued_since_is_no_news() -> None:
    certificate = made("Certificate", "harbor-tls", told("Ready", "True"))
    request = made(
        "CertificateRequest", "r", told("Ready", "False", "Failed", "no"), owner=certificate
    )
    assert findings(certificate, request) == []


@pytest.mark.parametrize(
    ("message", "id_"),
    [
        ("Failed to verify Vault is initialized and unsealed: Vault is sealed", "HW-034"),
        ("Failed to initialize Vault client: error logging in to Vault: 403", "HW-035"),
        ('secret "corp-ca" not found', "HW-032"),
    ],
)
def test_an_issuer_that_is_not_ready_is_told_by_its_message(message: str, id_: str) -> None:
    issuer = made("Issuer", "corp", told("Ready", "False", "VaultError", message))
    pending = told("Ready", "False", "Pending", "Referenced issuer does not have a Ready status")
    request = made("CertificateRequest", "r", APPROVED, pending)
    (finding,) = findings(issuer, request)
    assert (finding.id, finding.object) == (id_, "Issuer harbor/corp")
    assert message in finding.cause
    assert finding.terminal
    gate = explain(View.of([issuer, request], now=NOW, asked=ISSUING), [Ref.of(request)])
    assert gate.terminal[0].id == id_
    assert "waits for Issuer corp" in gate.text


def test_an_issuer_gets_time_to_be_looked_at_again() -> None:
    issuer = made("Issuer", "corp", told("Ready", "False", "Error", "sealed"))
    (finding,) = findings(issuer, since=NOW - timedelta(seconds=10))
    assert not finding.terminal


def test_a_request_that_nobody_approves_is_told_after_a_while() -> None:
    (finding,) = findings(made("CertificateRequest", "r"))
    assert (finding.id, finding.terminal) == ("HW-220", True)
    assert "approveSignerNames" in finding.fix


@pytest.mark.parametrize(
    ("message", "ids"),
    [
        ("Required secret resource not found: token", ["HW-221"]),
        ("Waiting on certificate issuance from order", []),
    ],
)
def test_an_issuer_that_fails_again_and_again_is_told(message: str, ids: list[str]) -> None:
    pending = told("Ready", "False", "Pending", message)
    found = findings(made("CertificateRequest", "r", APPROVED, pending))
    assert [one.id for one in found] == ids
    assert all("The issuer corp cannot sign" in one.cause for one in found)


def test_the_innermost_reason_is_shown_while_acme_goes_on() -> None:
    certificate = made(
        "Certificate",
        "harbor-tls",
        told("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist"),
        told("Issuing", "True"),
    )
    request = made(
        "CertificateRequest",
        "r",
        APPROVED,
        told("Ready", "False", "Pending", "Waiting on certificate issuance from order"),
        owner=certificate,
    )
    order = made("Order", "o", owner=request, status={"state": "pending"})
    why = "Waiting for HTTP-01 challenge propagation: wrong status code '404', expected '200'"
    challenge = made(
        "Challenge",
        "c",
        owner=order,
        status={"state": "pending", "reason": why},
        dnsName="harbor.test",
        type="HTTP-01",
    )
    view = View.of([certificate, request, order, challenge], now=NOW, asked=ISSUING)
    gate = explain(view, [Ref(CERTIFICATE, "harbor", "harbor-tls")])
    assert gate.text == f"Certificate harbor-tls waits for Challenge c: {why}"
    (finding,) = [one for one in gate.findings if one.suppressed_by is None]
    assert (finding.id, finding.terminal) == ("HW-224", False)
    assert "port 80" in finding.fix


def test_a_broken_order_blames_the_proof_that_failed() -> None:
    request = made(
        "CertificateRequest", "r", APPROVED, told("Ready", "False", "Failed", "order is invalid")
    )
    order = made("Order", "o", owner=request, status={"state": "invalid", "failureTime": AGO})
    challenge = made(
        "Challenge",
        "c",
        owner=order,
        status={"state": "invalid", "reason": "authorization error for harbor.test: NXDOMAIN"},
        dnsName="harbor.test",
        type="DNS-01",
    )
    (finding,) = findings(request, order, challenge)
    assert (finding.id, finding.terminal) == ("HW-224", True)
    assert "NXDOMAIN" in finding.cause
    gate = explain(
        View.of([request, order, challenge], now=NOW, asked=ISSUING),
        [Ref(CERTIFICATE_REQUEST, "harbor", "r")],
    )
    assert [one.id for one in gate.terminal] == ["HW-224"]


ASKED = {"state": "pending", "authorizations": [{"identifier": "harbor.test"}]}


def unsolved(order: Object) -> Object:
    """What cert-manager 1.21 says of an order that no solver fits, once."""
    about = {"kind": "Order", "name": "o", "uid": order["metadata"]["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "o.1", "namespace": "harbor", "uid": "uid-event"},
        "involvedObject": about,
        "type": "Warning",
        "reason": "Solver",
        "message": "Failed to determine a valid solver configuration for the set of domains on the "
        "Order: no configured challenge solvers can be used for this challenge",
        "lastTimestamp": AGO,
    }


def test_an_order_without_a_solver_for_the_host_never_ends() -> None:
    order = made("Order", "o", status=ASKED)
    (finding,) = findings(order, unsolved(order))
    assert (finding.id, finding.terminal) == ("HW-223", True)
    assert "prove harbor.test" in finding.cause
    assert "no configured challenge solvers" in finding.evidence[0]
    assert "pki.solver" in finding.fix


def test_an_order_without_a_solver_is_told_when_its_event_is_forgotten_too() -> None:
    order = made("Order", "o", status=ASKED)
    (finding,) = findings(order)
    assert (finding.id, finding.terminal) == ("HW-223", True)
    assert "probably" in finding.cause


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param({"identifier": "harbor.test", "initialState": "valid"}, id="proven already"),
        pytest.param({"url": "https://acme.test/authorization/1"}, id="not looked at yet"),
    ],
)
def test_an_order_that_needs_no_proof_now_is_left_alone(authorization: Object) -> None:
    order = made("Order", "o", status={"state": "pending", "authorizations": [authorization]})
    assert findings(order) == []


def test_an_order_just_made_waits_for_its_proof() -> None:
    order = made("Order", "o", status=ASKED)
    assert findings(order, since=NOW - timedelta(seconds=2)) == []
    proof = made("Challenge", "c", owner=order, status={"state": "pending"})
    assert findings(order, proof) == []


def test_a_certificate_that_serves_but_is_not_renewed_is_a_warning() -> None:
    certificate = made(
        "Certificate",
        "harbor-tls",
        told("Ready", "True"),
        told("Issuing", "False", "Failed", "The certificate request has failed: permission denied"),
        status={"notAfter": "2026-12-01T00:00:00Z"},
    )
    (finding,) = findings(certificate)
    assert (finding.id, finding.severity) == ("HW-225", "warn")
    assert "2026-12-01" in finding.cause
    assert readiness(certificate).ready


def test_two_certificates_for_one_secret_are_told() -> None:
    message = 'Certificate "harbor-tls" and "other" write the same Secret'
    certificate = made(
        "Certificate", "harbor-tls", told("Ready", "False", "IncorrectCertificate", message)
    )
    (finding,) = findings(certificate)
    assert (finding.id, finding.terminal) == ("HW-222", True)


def test_a_certificate_is_not_ready_by_what_was_told_of_an_earlier_form() -> None:
    certificate = made("Certificate", "c", told("Ready", "True") | {"observedGeneration": 1})
    assert readiness(certificate).ready
    certificate["metadata"]["generation"] = 2
    assert readiness(certificate).state == "progressing"
