"""What may mend a finding, as data: the name of an action, and the object that it changes."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from wizard.diagnose.fields import claim_names, controller, holds, labels, spec, status
from wizard.diagnose.kinds import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    CLAIM,
    DEPLOYMENT,
    PRESET_LABEL,
    REPLICA_SET,
    STATEFUL_SET,
    STORAGE_CLASS,
)
from wizard.diagnose.view import View
from wizard.ports import Kind, Object, Ref

ActionName = Literal["restart", "delete-pod", "renew", "grow", "forget", "unseal"]

_WORDS: Mapping[ActionName, str] = {
    "restart": "restart the {}",
    "delete-pod": "delete the {}, which is made anew",
    "renew": "renew the {}",
    "grow": "grow the {}",
    "forget": "forget the revision that Helm left half done ({})",
    "unseal": "unseal the {}",
}

_INSTALLED = re.compile(r"https://(?P<name>openbao|vault)\.(?P<namespace>[a-z0-9-]+)\.svc:8200")
"""Where pods reach a server that the wizard installed."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that may help, never done by itself (`wizard.actions` carries it out)."""

    action: ActionName
    object: Ref

    def __str__(self) -> str:
        """As people read it: `restart the Deployment harbor/harbor-core`."""
        return _WORDS[self.action].format(self.object)


def offer_of(view: View, action: ActionName, obj: Object) -> Offer | None:
    """The action for an object that a rule matched; None where it is not safe, or would not help.

    Pods are only deleted where somebody makes them anew. A StatefulSet replaces no pod that is
    not ready (see HW-206), so there the pod is deleted instead of a restart.
    """
    if action == "restart" and (deployment := _owner(view, obj, {DEPLOYMENT})):
        return Offer("restart", Ref.of(deployment))
    if action in {"restart", "delete-pod"}:
        deletable = _owner(view, obj, {DEPLOYMENT, STATEFUL_SET})
        return Offer("delete-pod", Ref.of(obj)) if deletable else None
    if action == "forget":
        return Offer("forget", Ref.of(obj))
    if action == "unseal":
        return _unseal(obj)
    if action == "renew":
        certificate = _owner(view, obj, {CERTIFICATE})
        waits = certificate and not holds(certificate, "Issuing")
        return Offer("renew", Ref.of(certificate)) if certificate and waits else None
    claim = _growable(view, obj)
    return Offer("grow", Ref.of(claim)) if claim else None


def _owner(view: View, obj: Object, kinds: Collection[Kind]) -> Object | None:
    """The object itself, or who manages it, or whoever manages that, of one of these kinds."""
    found: Object | None = obj
    while found is not None and Ref.of(found).kind not in kinds:
        owner = controller(found)
        kind = Kind(owner.get("apiVersion", ""), owner.get("kind", ""))
        known = {*kinds, REPLICA_SET, CERTIFICATE_REQUEST}
        place = found["metadata"].get("namespace", "")
        found = view.get(Ref(kind, place, owner["name"])) if kind in known else None
    return found


def _unseal(issuer: Object) -> Offer | None:
    """The server that an Issuer of the wizard asks, where that is one that the wizard installs."""
    server = _INSTALLED.fullmatch((spec(issuer).get("vault") or {}).get("server", ""))
    if server is None or PRESET_LABEL not in labels(issuer):
        return None
    return Offer("unseal", Ref(STATEFUL_SET, server["namespace"], server["name"]))


def _growable(view: View, obj: Object) -> Object | None:
    """The claim, or the one claim of a pod, if its class lets volumes grow."""
    metadata = obj["metadata"]
    names = [metadata["name"]] if obj["kind"] == CLAIM.name else [*claim_names(obj)]
    if len(names) != 1:
        return None
    claim = view.get(Ref(CLAIM, metadata.get("namespace", ""), names[0]))
    if claim is None or status(claim).get("phase") != "Bound":
        return None
    class_ = view.get(Ref(STORAGE_CLASS, "", spec(claim).get("storageClassName") or ""))
    return claim if class_ and class_.get("allowVolumeExpansion") is True else None
