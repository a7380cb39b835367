"""What was answered at Harbor's URL, as a view holds it: objects of kinds of the wizard's own.

A view knows nothing of them until somebody asked (`wizard.url_asking`). What cannot be judged from
here is no object, but a reason why the kind is not checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from wizard.diagnose.fields import spec, status
from wizard.diagnose.kinds import OWN, REALM, URL
from wizard.diagnose.readiness import Health
from wizard.diagnose.view import Collection, View
from wizard.errors import CertificateRefused, WizardError
from wizard.ports import Kind, Object, Ref, RegistryAnswer

Source = Literal["preset", "host", "address"]
"""Who says that it is Harbor's URL: the preset, an Ingress or route by its host (scheme and port
are guessed then), or a load balancer by its address, to which other names may lead."""


@dataclass(frozen=True, slots=True)
class Place:
    """A URL at which clients may find a release. `told_by`: the object that says so, if any."""

    url: str
    source: Source
    namespace: str
    release: str
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a URL and of the realm that it names."""

    collections: Mapping[Kind, Collection] = field(default_factory=dict)
    unknown: Mapping[Kind, str] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether everything could be judged."""
        return not self.unknown

    def like(self, other: "Asked") -> bool:
        """Whether the same was answered, whenever it was."""
        return self.unknown == other.unknown and self._told() == other._told()

    def _told(self) -> Mapping[Ref, Mapping[str, Any]]:
        items = [item for one in self.collections.values() for item in one.items.items()]
        return {ref: {**status(obj), "askedAt": ""} for ref, obj in items}

    def beside(self, view: View) -> View:
        """The view with what is known of the URL."""
        return replace(
            view,
            collections={**view.collections, **self.collections},
            not_checked={**view.not_checked, **self.unknown},
        )


_NAME_IT = "name Harbor's preset with --preset: it has the URL, and the authority to trust"


def unknown(reason: str) -> Asked:
    """Nothing can be said from here."""
    return Asked(unknown=dict.fromkeys(sorted(OWN), reason))


def answered(place: Place, answer: RegistryAnswer, now: datetime) -> Asked:
    """Somebody answered."""
    if answer.location and place.source != "preset":
        return unknown(
            f"{place.url} leads on to {answer.location}: at which URL clients find Harbor is not "
            f"known from objects alone; {_NAME_IT}"
        )
    told = {"code": answer.status, "realm": answer.realm, "location": answer.location}
    url = _object(URL, place.url, place, now, told | {"registry": answer.registry})
    if not answer.realm:
        said = f"{place.url} answered {answer.status}, and named no realm"
        return Asked(_collections(url), {REALM: said})
    if _may_be_right(place, answer.realm):
        said = (
            f"{place.url} sends clients to {answer.realm} for a token: whether that is right is "
            f"not known from objects alone; {_NAME_IT}"
        )
        return Asked(_collections(url), {REALM: said})
    return Asked(_collections(url, _object(REALM, answer.realm, place, now, {})))


def refused(place: Place, error: WizardError, now: datetime) -> Asked:
    """Nobody answered, or one whose certificate does not hold.

    That it cannot be reached from here says nothing of others, and that this machine does not trust
    it neither. A load balancer's address is in no certificate.
    """
    fix = error.fix if place.source == "preset" else _NAME_IT
    told = "; ".join(part for part in (error.why or error.what, fix) if part)
    if isinstance(error, CertificateRefused) and (
        error.kind == "expired" or (error.kind == "name" and place.source != "address")
    ):
        status = {"certificate": error.kind, "message": error.why}
        url = _object(URL, place.url, place, now, status)
        return Asked(_collections(url), {REALM: f"{place.url}: {told}"})
    return unknown(f"{place.url}: {told}")


def _object(kind: Kind, name: str, place: Place, now: datetime, told: Mapping[str, Any]) -> Object:
    asked_for = {
        "url": place.url,
        "source": place.source,
        "toldBy": place.told_by,
        "namespace": place.namespace,
        "release": place.release,
    }
    asked_at = {"askedAt": now.isoformat(timespec="seconds")}
    return {
        **kind.head,
        "metadata": {"name": name},
        "spec": asked_for,
        "status": asked_at | {**told},
    }


def _collections(*objects: Object) -> Mapping[Kind, Collection]:
    return {(ref := Ref.of(obj)).kind: Collection({ref: obj}) for obj in objects}


Origin = tuple[str, str, int]
_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> Origin:
    """Scheme, host and port of a URL, empty and 0 where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return "", "", 0
    return parts.scheme, parts.hostname or "", port


def _may_be_right(place: Place, realm: str) -> bool:
    """Whether a realm elsewhere may be what is wanted, as only a part of the URL is certain.

    A realm without TLS is not, where Harbor was reached with it.
    """
    (scheme, host, port), told = origin(place.url), origin(realm)
    if place.source == "preset" or (scheme, host, port) == told:
        return False
    return place.source == "address" or (host == told[1] and (scheme, told[0]) != ("https", "http"))


def health(view: View, kind: Kind) -> tuple[Health, str] | None:
    """How the URL or its realm is doing, and why; None where nobody asked."""
    if reason := view.not_checked.get(kind):
        same = kind == REALM and reason == view.not_checked.get(URL)
        return "unknown", "for the same reason as the URL" if same else reason
    for obj in view.all(kind):
        url, told = spec(obj)["url"], status(obj)
        if kind == REALM or told.get("realm"):
            return "ok", url if kind == URL else ""
        if "certificate" in told:
            return "failed", f"{url}: {told['message']}"
        return "waiting", f"{url} answered {told['code']}"
    return None
