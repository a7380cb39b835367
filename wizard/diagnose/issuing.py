"""The issuers of a release and the servers behind them, by what cert-manager says of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from wizard.diagnose.fields import condition, moment, one_line, spec, status
from wizard.diagnose.kinds import CERTIFICATE_REQUEST, CLUSTER_ISSUER, ISSUER
from wizard.diagnose.readiness import Health, readiness
from wizard.diagnose.view import View
from wizard.ports import Object, Ref

SEALED = re.compile(r"\bis sealed|not initialized")
"""What cert-manager 1.21 passes on from a server that cannot sign for that reason. What it says of
one that does not answer names that as well: "failed to verify Vault is initialized and unsealed"
(pkg/issuer/vault/setup.go).
"""


def issuer_of(obj: Object) -> Ref:
    """The issuer of cert-manager's own that a certificate or a request names, there or not."""
    named = spec(obj).get("issuerRef") or {}
    if named.get("kind") == CLUSTER_ISSUER.name:
        return Ref(CLUSTER_ISSUER, "", named.get("name", ""))
    return Ref(ISSUER, obj["metadata"].get("namespace", ""), named.get("name", ""))


def issuers_of(certificates: Sequence[Object]) -> list[Ref]:
    """The issuers of certificates; those of other API groups are not cert-manager's own."""
    groups = ((one, (spec(one).get("issuerRef") or {}).get("group")) for one in certificates)
    own = (issuer_of(one) for one, group in groups if group in {None, "", ISSUER.group})
    return list(dict.fromkeys(own))


def trouble_of(view: View, issuer: Object) -> Mapping[str, Any]:
    """The condition that says why an issuer cannot sign; empty: none does.

    One that is ready asks its server again only when it is to sign, so what the server was since
    is said by a request.
    """
    told = condition(issuer, "Ready")
    if not told or told.get("status") == "False":
        return told
    for request in view.all(CERTIFICATE_REQUEST):
        said = condition(request, "Ready")
        waits = said.get("reason") == "Pending" and SEALED.search(said.get("message") or "")
        if waits and issuer_of(request) == Ref.of(issuer):
            return said
    return {}


Judgement = tuple[Health, str]
_WORST: Sequence[Health] = ("failed", "waiting", "unknown", "ok")


def issuers_health(view: View, refs: Sequence[Ref]) -> Judgement | None:
    """How issuers are doing, by the worst of them; None where there are none."""
    return _worst(_issuer(view, ref) for ref in refs)


def servers_health(view: View, refs: Sequence[Ref]) -> Judgement | None:
    """How the servers behind issuers are doing, by what cert-manager says; None: there are none."""
    return _worst(judged for ref in refs if (judged := _server(view, ref)))


def _worst(judged: Iterable[Judgement]) -> Judgement | None:
    return min(judged, key=lambda one: _WORST.index(one[0]), default=None)


def _issuer(view: View, ref: Ref) -> Judgement:
    if unread := view.unknown(ref.kind):
        return "unknown", unread
    issuer = view.get(ref)
    if issuer is None:
        return "failed", f"{ref} does not exist"
    if trouble := trouble_of(view, issuer):
        return "waiting", f"{ref}: {one_line(trouble.get('message')) or trouble.get('reason')}"
    found = readiness(issuer)
    return ("ok", "") if found.ready else ("waiting", f"{ref}: {one_line(found.reason)}")


def _server(view: View, ref: Ref) -> Judgement | None:
    """None where the issuer signs without one, or cannot be looked at."""
    issuer = view.get(ref)
    server = (spec(issuer).get("vault") or {}).get("server") if issuer else None
    if issuer is None or not server:
        return None
    trouble = trouble_of(view, issuer)
    if SEALED.search(trouble.get("message") or ""):
        return "failed", f"{server} is sealed or not initialized"
    known = not trouble and readiness(issuer).ready
    return ("ok" if known else "unknown"), server


def lasting(view: View, certificates: Sequence[Object]) -> Judgement:
    """How long the first of some certificates to end still holds; no words where none says so."""
    ends = [moment(status(one).get("notAfter")) for one in certificates]
    first = min(filter(None, ends), default=None)
    if first is None:
        return "ok", ""
    left = first - view.now
    if left <= timedelta(0):
        return "failed", f"ended at {first:%Y-%m-%d %H:%M} UTC"
    days, hours = left.days, left.seconds // 3600
    return "ok", f"ends in {days} days" if days > 1 else f"ends in {days * 24 + hours} hours"
