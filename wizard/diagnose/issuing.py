"""The issuers of a release and the servers behind them, by what cert-manager says of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wizard.diagnose.fields import condition, moment, spec, status
from wizard.diagnose.kinds import CERTIFICATE_REQUEST, CLUSTER_ISSUER, ISSUER
from wizard.diagnose.readiness import Health
from wizard.diagnose.view import View
from wizard.ports import Object, Ref

SEALED = re.compile(r"sealed|not initialized")
"""What cert-manager 1.21 passes on from a server that cannot sign for that reason."""


def issuers_of(certificates: Sequence[Object]) -> list[Ref]:
    """The issuers of cert-manager that certificates name, whether they are there or not."""
    refs = []
    for certificate in certificates:
        named = spec(certificate).get("issuerRef") or {}
        if named.get("group", ISSUER.group) == ISSUER.group:
            cluster = named.get("kind") == CLUSTER_ISSUER.name
            place = "" if cluster else certificate["metadata"].get("namespace", "")
            refs.append(Ref(CLUSTER_ISSUER if cluster else ISSUER, place, named.get("name", "")))
    return list(dict.fromkeys(refs))


def trouble_of(view: View, issuer: Object) -> Mapping[str, Any]:
    """The condition that says why an issuer cannot sign; empty: none does.

    One that is ready asks its server again only when it is to sign, so what the server was since
    is said by a request.
    """
    told = condition(issuer, "Ready")
    if not told or told.get("status") == "False":
        return told
    wanted = (issuer["kind"], issuer["metadata"]["name"])
    for request in view.all(CERTIFICATE_REQUEST):
        named, said = spec(request).get("issuerRef") or {}, condition(request, "Ready")
        waits = said.get("reason") == "Pending" and SEALED.search(said.get("message") or "")
        if waits and (named.get("kind") or ISSUER.name, named.get("name")) == wanted:
            return said
    return {}


def issuers_health(view: View, refs: Sequence[Ref]) -> tuple[Health, str] | None:
    """How issuers are doing; None where there are none."""
    told: tuple[Health, str] | None = None
    for ref in refs:
        issuer = view.get(ref)
        if ref.kind in view.not_checked:
            told = told or ("unknown", view.not_checked[ref.kind])
        elif issuer is None:
            return "failed", f"{ref} does not exist"
        elif trouble := trouble_of(view, issuer):
            return "waiting", f"{ref}: {trouble.get('message') or trouble.get('reason')}"
        else:
            told = told or ("ok", "")
    return told


def servers_health(view: View, refs: Sequence[Ref]) -> tuple[Health, str] | None:
    """How the servers behind issuers are doing, by what cert-manager says; None: there are none."""
    told: tuple[Health, str] | None = None
    for ref in refs:
        issuer = view.get(ref)
        server = (spec(issuer).get("vault") or {}).get("server") if issuer else None
        if issuer is None or not server:
            continue
        trouble = trouble_of(view, issuer)
        if SEALED.search(trouble.get("message") or ""):
            return "failed", f"{server} is sealed or not initialized"
        told = told or (("unknown" if trouble else "ok"), server)
    return told


def lasting(view: View, certificates: Sequence[Object]) -> str:
    """How many days the first certificate to end still holds; empty where none says so."""
    ends = [moment(status(one).get("notAfter")) for one in certificates]
    first = min(filter(None, ends), default=None)
    return f"ends in {(first - view.now).days} days" if first else ""
