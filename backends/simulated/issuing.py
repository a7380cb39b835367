"""cert-manager in the simulated cluster: it approves, signs, and keeps certificates in Secrets."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import partial
from typing import Any

from backends.simulated.store import Store
from wizard.certificates import CertificateRequest, KeyPair
from wizard.ports import Change, Kind, Object, Ref

_GROUP = "cert-manager.io/v1"
_SECRET = Kind("v1", "Secret")
_AUTHORITY = "Simulated Issuing CA"
_KEYS = {("RSA", 2048): "rsa-2048", ("RSA", 3072): "rsa-3072", ("RSA", 4096): "rsa-4096"}


class Issuing:
    """Reacts to issuers, requests and Certificates, in the scenario's time.

    Its authority is made when first needed, and is another one in each session.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._clock = store.clock
        self._authority: KeyPair | None = None
        store.listen(self._observe)

    def resume(self) -> None:
        """Go on after a break with what was not done yet."""
        for obj in self._store.dump():
            if obj["apiVersion"] == _GROUP and not _ready(obj):
                self._see(obj)

    def _observe(self, change: Change) -> None:
        obj = change.object
        if obj["apiVersion"] == _GROUP and change.type != "DELETED" and _waits(obj):
            self._see(obj)

    def _see(self, obj: Object) -> None:
        done = {
            "Issuer": self._greet,
            "ClusterIssuer": self._greet,
            "CertificateRequest": self._sign,
            "Certificate": self._issue,
        }.get(obj["kind"])
        if done:
            self._clock.after(0.4, partial(done, Ref.of(obj)))

    def _greet(self, ref: Ref) -> None:
        """An issuer is ready as soon as it was looked at."""
        self._tell(ref, "Verified", "Signing is possible")

    def _sign(self, ref: Ref) -> None:
        obj = self._store.get(ref)
        if obj is None or _ready(obj):
            return
        chain = self._signed(b64decode(obj["spec"]["request"]))
        approved = {"type": "Approved", "status": "True", "reason": "cert-manager.io"}
        more = {"certificate": b64encode(chain).decode()}
        self._tell(ref, "Issued", "Certificate fetched from issuer successfully", approved, **more)

    def _issue(self, ref: Ref) -> None:
        obj = self._store.get(ref)
        if obj is None or (_ready(obj) and not _renewed(obj)):
            return
        from backends.certificates import X509

        spec = obj["spec"]
        key = spec["privateKey"]
        names = (*spec.get("dnsNames", ()), *spec.get("ipAddresses", ()))
        kind = _KEYS.get((key["algorithm"], key["size"]), f"ec-{key['size']}")
        asked = X509().request(CertificateRequest("", names, key_type=kind))
        chain = self._signed(asked.request)
        data = {"tls.crt": chain, "tls.key": asked.key, "ca.crt": self._root.certificate}
        self._store.put(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": spec["secretName"],
                    "namespace": ref.namespace,
                    **spec.get("secretTemplate", {}),
                },
                "type": "kubernetes.io/tls",
                "data": {name: b64encode(value).decode() for name, value in data.items()},
            }
        )
        self._tell(ref, "Ready", "Certificate is up to date and has not expired", revision=1)

    def _signed(self, request: bytes) -> bytes:
        from backends.simulated.signing import sign

        return sign(request, self._root)

    @property
    def _root(self) -> KeyPair:
        from backends.certificates import X509

        if self._authority is None:
            asked = CertificateRequest(_AUTHORITY, days=3650, is_authority=True)
            self._authority = X509().issue(asked, None)
        return self._authority

    def _tell(
        self, ref: Ref, reason: str, message: str, *more: Mapping[str, str], **fields: Any
    ) -> None:
        obj = self._store.get(ref)
        if obj is None:
            return
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": reason,
            "message": message,
            "observedGeneration": obj["metadata"]["generation"],
            "lastTransitionTime": self._clock.timestamp(),
        }
        self._store.put(obj | {"status": {"conditions": [ready, *more], **fields}})


def _ready(obj: Object) -> bool:
    """Whether its condition Ready is true of the object as it is now."""
    return any(one["status"] == "True" for one in _told(obj))


def _waits(obj: Object) -> bool:
    """Whether a controller has something to do about it."""
    return not _told(obj) or _renewed(obj)


def _renewed(obj: Object) -> bool:
    """Whether somebody asked for a certificate anew, as `cmctl renew` does."""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Issuing" and one["status"] == "True" for one in conditions)


def _told(obj: Object) -> list[Mapping[str, Any]]:
    """Its condition Ready, if it was told of the object as it is now."""
    generation = obj["metadata"].get("generation")
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return [
        one
        for one in conditions
        if one["type"] == "Ready" and one.get("observedGeneration", generation) == generation
    ]


def admitted(obj: Object, user: str) -> Object:
    """A new object as the webhooks let it in: who asks is noted in a request for a certificate."""
    if obj["apiVersion"] != _GROUP or obj["kind"] != "CertificateRequest":
        return obj
    return obj | {"spec": obj["spec"] | {"username": user}}
