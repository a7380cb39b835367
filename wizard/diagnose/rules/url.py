"""What was answered at Harbor's URL, asked from the machine that looks."""

from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.asked import origin
from wizard.diagnose.fields import moment, spec, status
from wizard.diagnose.kinds import POD, REALM, URL
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.ports import Object

_ANSWERING = ("core", "nginx")
"""The components that answer at the URL, as far as a release has them."""
_SETTLES = timedelta(seconds=15)
"""How long an ingress controller or a load balancer may take to find a pod that became ready."""


def _line(obj: Object, told: str) -> tuple[str, ...]:
    """The line that proves it: `21:30:05 GET https://harbor.example.com/v2/: 404`."""
    seen = moment(status(obj)["askedAt"])
    clock = f"{seen:%H:%M:%S} " if seen else ""
    return (f"{clock}GET {spec(obj)['url']}/v2/: {told}",)


def _other_address(view: View) -> Iterable[Match]:
    for realm in view.all(REALM):
        url, name = spec(realm)["url"], realm["metadata"]["name"]
        if origin(name) != origin(url):
            yield Match(
                obj=realm,
                cause=f"Asked at {url}, Harbor sends clients to {name} for a token: `docker login "
                f"{url.partition('://')[2]}` goes there.",
                fix="Set harbor.url (externalURL in the chart) to exactly what clients use, with "
                "scheme and port, and run the wizard again.",
                evidence=_line(realm, f'WWW-Authenticate: Bearer realm="{name}"'),
                terminal=True,
            )


def _another_answers(view: View) -> Iterable[Match]:
    for url in view.all(URL):
        told = status(url)
        if "code" not in told or told.get("realm"):
            continue
        yield Match(
            obj=url,
            cause=_who(url),
            fix="See that the host leads to this Harbor: DNS, the Ingress or route, the load "
            "balancer or proxy in front; and that harbor.url is what clients use.",
            evidence=_line(url, _short(told)),
            terminal=_have_settled(view, url),
        )


def _who(url: Object) -> str:
    """What answered, as far as its answer tells."""
    name, told = url["metadata"]["name"], status(url)
    if told["code"] >= 500:
        return (
            f"What stands in front of Harbor at {name} answers {told['code']}: it does not reach "
            "Harbor, or Harbor fails."
        )
    if told.get("registry"):
        return f"At {name} a registry answers {told['code']} and asks for no token: not Harbor's."
    onward = f" and leads to {told['location']}" if told.get("location") else ""
    return f"At {name} something answers {told['code']}{onward} that is no registry."


def _short(told: Object) -> str:
    onward = f", Location: {told['location']}" if told.get("location") else ""
    return f"{told['code']}{onward}, no realm"


def _have_settled(view: View, url: Object) -> bool:
    """Whether the pods behind the URL had been ready for a while when it was asked: before that,
    an error is no wonder.
    """
    asked = moment(status(url)["askedAt"]) or view.now
    place = (spec(url)["namespace"], spec(url)["release"])
    there = [one for one in _ANSWERING if view.of_component(POD, *place, one)]
    since = [view.ready_since(*place, one) for one in there]
    return all(time is not None and asked - time >= _SETTLES for time in since)


_INVALID = {
    "expired": "has ended, or does not hold yet",
    "name": "is for other names",
}


def _certificate(view: View) -> Iterable[Match]:
    for url in view.all(URL):
        told = status(url)
        if "certificate" in told:
            yield Match(
                obj=url,
                cause=f"The certificate that is served at {url['metadata']['name']} "
                f"{_INVALID[told['certificate']]}, so clients refuse it.",
                fix="See what serves it: the Secret with Harbor's certificate may be renewed and "
                "not loaded, the ingress controller may serve its own, or the host lead elsewhere.",
                evidence=_line(url, told["message"]),
                terminal=True,
            )


RULES = (
    Rule(
        "HW-227", "The certificate at Harbor's URL does not hold", Layer.ENTRY, (URL,),
        _certificate,
    ),
    Rule(
        "HW-244", "Something else than Harbor answers at its URL", Layer.ENTRY, (URL,),
        _another_answers, symptom=True,
    ),
    Rule(
        "HW-018", "Docker login is sent to another address", Layer.CLIENT, (REALM,),
        _other_address,
    ),
)  # fmt: skip
