"""Certificates that cert-manager cannot get: issuers, requests, and the steps of ACME.

The texts and reasons are those of cert-manager 1.21.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from wizard.diagnose.fields import condition, created, holds, moment, one_line, spec, status
from wizard.diagnose.issuing import SEALED, trouble_of
from wizard.diagnose.kinds import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    CHALLENGE,
    CLUSTER_ISSUER,
    ISSUER,
    ORDER,
)
from wizard.diagnose.offer import ActionName
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.ports import Object

REFUSED = frozenset({"Failed", "Denied"})
"""Why a request is not ready and never will be."""
BROKEN_ORDER = frozenset({"invalid", "errored", "expired"})

_ISSUER_FIXES = (
    (SEALED, "HW-034"),
    (re.compile(r"vault", re.IGNORECASE), "HW-035"),
)

_SIGNING_FIXES = (
    (
        r"common_name field is required",
        "Let the role sign without a common name: set require_cn=false in it.",
    ),
    (
        r"not allowed by this role",
        "Let the role sign this name: put it into allowed_domains and set allow_bare_domains=true "
        "(for an address: allow_ip_sans=true).",
    ),
    (
        r"role requires keys of type",
        "Set key_type=any in the role, or choose a key in pki.certificate.keyType that it takes.",
    ),
    (r"unknown role", "Correct the role at the end of the issuer's path, or create it."),
    (
        r"beyond the expiration of the CA certificate",
        "The authority ends before the certificate would: renew the authority, or choose a "
        "shorter pki.certificate.duration.",
    ),
    (
        r"permission denied|403",
        "Grant `create` and `update` on the issuer's sign path in the policy of its login.",
    ),
)


def signing_fix(message: str) -> str:
    """What to do about a signature that was refused with this message."""
    for pattern, fix in _SIGNING_FIXES:
        if re.search(pattern, message):
            return fix
    return "Change what the message names at the issuer, then give the same command again."


def _issuers(view: View) -> Iterable[tuple[Object, Mapping[str, Any]]]:
    """The issuers that cannot sign, each with the condition that says so."""
    for kind in (ISSUER, CLUSTER_ISSUER):
        for issuer in view.all(kind):
            if told := trouble_of(view, issuer):
                yield issuer, told


def _issuer_rule(
    id_: str, title: str, cause: str, fix: str, offers: ActionName | None = None
) -> Rule:
    """A rule for the issuers whose message belongs to it."""

    def find(view: View) -> Iterable[Match]:
        for issuer, told in _issuers(view):
            message = one_line(told.get("message")) or told.get("reason", "")
            found = (rule for pattern, rule in _ISSUER_FIXES if pattern.search(message))
            if next(found, "HW-032") == id_:
                yield Match(
                    obj=issuer,
                    cause=cause.format(message=message),
                    fix=fix,
                    evidence=(message,),
                    since=moment(told.get("lastTransitionTime")),
                )

    return Rule(
        id_, title, Layer.DEPENDENCY, (ISSUER, CLUSTER_ISSUER), find,
        grace=timedelta(seconds=20), either=True, offers=offers,
    )  # fmt: skip


def _refused(view: View) -> Iterable[Match]:
    """Requests that failed, unless their certificate was issued all the same later."""
    for request in view.all(CERTIFICATE_REQUEST):
        told = condition(request, "Ready")
        invalid = condition(request, "InvalidRequest")
        if told.get("reason") not in REFUSED and invalid.get("status") != "True":
            continue
        if _served(view, request):
            continue
        told = invalid if invalid.get("status") == "True" else told
        denied = condition(request, "Denied")
        message = one_line(denied.get("message") or told.get("message")) or "without a reason"
        yield Match(
            obj=request,
            cause=f"The request for a certificate was refused: {message}",
            fix="Ask whoever runs the approval policy for this name and issuer."
            if denied
            else signing_fix(message),
            evidence=(message,),
            seen=moment(status(request).get("failureTime")) or created(request),
            terminal=True,
        )


def _served(view: View, request: Object) -> bool:
    """Whether the certificate that a request was made for is ready by now."""
    owners = {owner["uid"] for owner in request["metadata"].get("ownerReferences") or ()}
    return any(
        one["metadata"].get("uid") in owners and holds(one, "Ready")
        for one in view.all(CERTIFICATE)
    )


def _renewals(view: View) -> Iterable[Match]:
    """Certificates that still serve, but could not be renewed."""
    for certificate in view.all(CERTIFICATE):
        told = condition(certificate, "Issuing")
        if holds(certificate, "Ready") and told.get("status") == "False":
            message = one_line(told.get("message"))
            ends = status(certificate).get("notAfter", "an unknown time")
            yield Match(
                obj=certificate,
                cause=f"It was not renewed, and ends {ends}: {message}",
                fix=signing_fix(message),
                evidence=(message,),
                since=moment(status(certificate).get("lastFailureTime")),
            )


def _unapproved(view: View) -> Iterable[Match]:
    for request in view.all(CERTIFICATE_REQUEST):
        ended = holds(request, "Ready") or condition(request, "Ready").get("reason") in REFUSED
        if ended or holds(request, "Approved") or holds(request, "Denied"):
            continue
        yield Match(
            obj=request,
            cause="Nobody has approved the request, so no issuer looks at it.",
            fix="For an issuer of another API group give cert-manager's chart the value "
            "approveSignerNames; where an approval policy is in use, allow this name and issuer.",
            since=created(request),
        )


def _stuck(view: View) -> Iterable[Match]:
    """Requests that the issuer keeps trying, with an error each time."""
    for request in view.all(CERTIFICATE_REQUEST):
        told = condition(request, "Ready")
        message = one_line(told.get("message"))
        if told.get("reason") != "Pending" or not _ERRORS.search(message):
            continue
        name = (spec(request).get("issuerRef") or {}).get("name", "")
        yield Match(
            obj=request,
            cause=f"The issuer {name} cannot sign: {message}",
            fix="Correct the issuer's login or what it refers to; it tries again by itself.",
            evidence=(message,),
            since=moment(told.get("lastTransitionTime")) or created(request),
        )


_ERRORS = re.compile(r"not found|[Ff]ailed to|[Mm]issing|cannot", re.ASCII)


def _shared_secret(view: View) -> Iterable[Match]:
    for certificate in view.all(CERTIFICATE):
        told = condition(certificate, "Ready")
        if told.get("reason") == "IncorrectCertificate":
            yield Match(
                obj=certificate,
                cause=f"Two Certificates write the same Secret: {one_line(told.get('message'))}",
                fix="Delete the other Certificate, or let it write another Secret.",
                since=moment(told.get("lastTransitionTime")),
            )


def _orders(view: View) -> Iterable[Match]:
    """Orders that ended without a certificate, or of which nobody proves anything."""
    for order in view.all(ORDER):
        told = status(order)
        if view.owned(order, CHALLENGE):
            continue
        if told.get("state") in BROKEN_ORDER:
            reason = one_line(told.get("reason"))
            yield Match(
                obj=order,
                cause=f"The ACME server did not issue: {reason or told['state']}",
                fix="Change what the reason names, then give the same command again.",
                evidence=(reason,),
                seen=moment(told.get("failureTime")),
                terminal=True,
            )
        elif not view.unknown(CHALLENGE) and (names := _to_prove(order)):
            yield _unproven(view, order, names)


def _to_prove(order: Object) -> str:
    """The names that are still to be proven to the ACME server, once cert-manager knows them: at
    first it knows of an authorization only where it is.
    """
    told = status(order)
    asked = told.get("authorizations") or () if told.get("state") == "pending" else ()
    unproven = (one for one in asked if one.get("initialState") != "valid")
    return ", ".join(one["identifier"] for one in unproven if "identifier" in one)


def _unproven(view: View, order: Object, names: str) -> Match:
    """An order that no solver fits: cert-manager (1.21) says so once, by an event alone."""
    events = (one for one in view.warnings(order) if one.get("reason") == "Solver")
    said = tuple(one_line(one.get("message")) for one in events)
    why = "no solver of the issuer fits" if said else "probably no solver of the issuer fits"
    return Match(
        obj=order,
        cause=f"Nothing is done to prove {names} to the ACME server: {why}.",
        fix="Correct pki.solver so that it fits the host."
        if said
        else "See whether pki.solver fits the host, and what cert-manager's log says of the order.",
        evidence=said,
        since=created(order),
    )


def _challenges(view: View) -> Iterable[Match]:
    for challenge in view.all(CHALLENGE):
        told = status(challenge)
        reason, state = one_line(told.get("reason")), told.get("state")
        if state == "valid" or not reason:
            continue
        wanted = spec(challenge)
        yield Match(
            obj=challenge,
            cause=f"The proof of {wanted.get('dnsName')} by {wanted.get('type')} does not "
            f"succeed: {reason}",
            fix=_challenge_fix(str(wanted.get("type"))),
            evidence=(reason,),
            since=created(challenge),
            terminal=state in BROKEN_ORDER,
        )


def _challenge_fix(type_: str) -> str:
    if type_ == "DNS-01":
        return (
            "Check the provider's login in pki.solver.secrets, and that the DNS zone of the host "
            "is the one it may change."
        )
    return (
        "The host's DNS record must lead to the ingress or gateway of pki.solver, and port 80 of "
        "it must be reachable for the ACME server and from inside the cluster."
    )


_CANNOT_SIGN = "The issuer cannot sign anything: {message}"

RULES = (
    _issuer_rule(
        "HW-032",
        "The issuer is not ready",
        _CANNOT_SIGN,
        "Change what the message names in the issuer; cert-manager tries again by itself.",
    ),
    _issuer_rule(
        "HW-034",
        "The issuer's Vault is sealed or not initialized",
        _CANNOT_SIGN,
        "Unseal it (`wizard unseal --preset FILE` for one that the wizard installed), then give "
        "the same command again.",
        offers="unseal",
    ),
    _issuer_rule(
        "HW-035",
        "The issuer cannot use its Vault",
        _CANNOT_SIGN,
        "Check the issuer's address, its CA bundle, and that its login (role, ServiceAccount, "
        "audience or AppRole) exists in that Vault.",
    ),
    Rule(
        "HW-033", "A certificate was refused", Layer.DEPENDENCY, (CERTIFICATE_REQUEST,), _refused,
        symptom=True, offers="renew",
    ),
    Rule(
        "HW-220", "A request for a certificate waits for approval", Layer.DEPENDENCY,
        (CERTIFICATE_REQUEST,), _unapproved, quiet=timedelta(seconds=5),
        grace=timedelta(seconds=30), symptom=True,
    ),
    Rule(
        "HW-221", "The issuer fails again and again", Layer.DEPENDENCY, (CERTIFICATE_REQUEST,),
        _stuck, quiet=timedelta(seconds=5), grace=timedelta(seconds=30), symptom=True,
    ),
    Rule(
        "HW-222", "Two Certificates share one Secret", Layer.SECRETS, (CERTIFICATE,),
        _shared_secret, grace=timedelta(seconds=20),
    ),
    Rule(
        "HW-225", "A certificate is not renewed", Layer.DEPENDENCY, (CERTIFICATE,), _renewals,
        offers="renew",
    ),
    Rule(
        "HW-223", "An ACME order failed", Layer.DEPENDENCY, (ORDER,), _orders,
        quiet=timedelta(seconds=5), grace=timedelta(seconds=30), offers="renew",
    ),
    Rule(
        "HW-224", "An ACME proof does not succeed", Layer.DEPENDENCY, (CHALLENGE,), _challenges,
        quiet=timedelta(seconds=20), grace=timedelta(minutes=10),
    ),
)  # fmt: skip
