"""The way from clients to Harbor: the ingress class and the URL's name."""

from ipaddress import ip_address

from wizard.answers.exposure import CLASS_ANNOTATION
from wizard.answers.preset import Preset
from wizard.checks.base import Check, Outcome, Subject, listing
from wizard.checks.choices import IngressClass, ingress_classes
from wizard.ports import World

SPEAK_TLS = ("k8s.io/ingress-nginx", "nginx.org/", "haproxy.org/", "ingress.k8s.aws/alb")
"""Controllers that the Ingress's annotations tell to speak TLS with what is behind them."""


async def ingress_class(world: World, subject: Subject) -> Outcome:
    """Whether an ingress controller takes care of Harbor's Ingress."""
    expose = subject.preset.harbor.expose
    assert expose.kind == "ingress"
    if expose.annotated_class:
        return Outcome(
            "ok",
            f"The annotation {CLASS_ANNOTATION} names {expose.annotated_class}; whether a "
            "controller serves it cannot be seen.",
        )
    found = await ingress_classes(world)
    names = ", ".join(one.name for one in found)
    there = f"there is: {names}" if names else "the cluster has none at all"
    if expose.class_name is not None:
        chosen = next((one for one in found if one.name == expose.class_name), None)
        if chosen is None:
            return _no_class(f"There is no ingress class {expose.class_name}; {there}.")
        return _served(chosen, subject)
    defaults = [one for one in found if one.default]
    if not defaults:
        return _no_class(f"There is no default ingress class, and no class is named; {there}.")
    if len(defaults) > 1:
        return Outcome(
            "warn",
            f"Several ingress classes are default: {', '.join(one.name for one in defaults)}.",
            "Older API servers refuse an Ingress then; newer ones take the newest class.",
            "Name the one you want in harbor.expose.className.",
        )
    return _served(defaults[0], subject)


def _no_class(fact: str) -> Outcome:
    return Outcome(
        "fail",
        fact,
        "No controller would serve Harbor's Ingress, and its URL would lead nowhere.",
        "Name an existing class in harbor.expose.className, install an ingress controller, or "
        "choose another harbor.expose.kind.",
    )


def _served(chosen: IngressClass, subject: Subject) -> Outcome:
    fact = f"The ingress class is {chosen.name} (controller {chosen.controller or 'unknown'})."
    if subject.preset.harbor.internal_tls and not chosen.controller.startswith(SPEAK_TLS):
        return Outcome(
            "warn",
            f"{fact} It is not known to speak TLS with what is behind it.",
            "With harbor.internalTls core and portal answer in TLS only, by certificates of their "
            "own authority; a controller that speaks http or does not trust it answers with 502.",
            "Set harbor.internalTls to false, or configure the controller for it (Traefik: a "
            "ServersTransport).",
        )
    return Outcome("ok", fact)


async def dns(world: World, subject: Subject) -> Outcome:
    """Whether this machine knows the address of the URL's host."""
    harbor = subject.preset.harbor
    if harbor.resolve is not None:
        return Outcome(
            "ok",
            f"The wizard connects to {harbor.resolve} for {harbor.host} (harbor.resolve).",
            "Clients still need a DNS record for it.",
        )
    if _is_address(harbor.host):
        return Outcome("ok", f"The URL holds an address, {harbor.host}; no DNS is needed.")
    addresses = await world.resolver.addresses(harbor.host)
    if addresses:
        return Outcome("ok", f"{harbor.host} is {', '.join(addresses)}, as seen from here.")
    return Outcome(
        "warn",
        f"{harbor.host} has no address, as seen from here.",
        "Clients, and the wizard's last checks, reach Harbor by this name only.",
        "Add a DNS record for it; until then set harbor.resolve to the address to connect to.",
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _by_ingress(preset: Preset) -> bool:
    return preset.harbor.expose.kind == "ingress"


CHECKS = (
    Check(
        "exposure.ingress-class",
        "Ingress class",
        ("target.context", "harbor.expose", "harbor.internalTls"),
        ingress_class,
        applies=_by_ingress,
        rights=listing("networking.k8s.io", "ingressclasses"),
    ),
    Check("exposure.dns", "DNS of the URL", ("harbor.url", "harbor.resolve"), dns, offline=True),
)
