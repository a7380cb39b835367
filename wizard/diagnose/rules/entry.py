"""Ways in that lead nowhere: no address for a load balancer or an ingress."""

from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import created, spec, status
from wizard.diagnose.kinds import EVENT, INGRESS, SERVICE
from wizard.diagnose.readiness import readiness
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.view import View


def _load_balancer(view: View) -> Iterable[Match]:
    for service in view.all(SERVICE):
        if spec(service).get("type") == "LoadBalancer" and not readiness(service).ready:
            yield Match(
                obj=service,
                cause="Nothing in this cluster gave the Service an address: there is no load "
                "balancer controller, or it has none left.",
                fix="Install one (MetalLB, kube-vip, the cloud's own), or expose Harbor by "
                "ingress or nodePort.",
                evidence=event_lines(view.warnings(service)),
                since=created(service),
            )


def _ingress(view: View) -> Iterable[Match]:
    """A warning for ever: some controllers serve an Ingress without publishing an address."""
    for ingress in view.all(INGRESS):
        addressed = (status(ingress).get("loadBalancer") or {}).get("ingress")
        made = created(ingress)
        if addressed or made is None or view.now - made < _INGRESS_QUIET:
            continue
        name = spec(ingress).get("ingressClassName")
        yield Match(
            obj=ingress,
            cause=f"No ingress controller of class {name} has published an address for it."
            if name
            else "It names no ingress class, and no controller has taken it.",
            fix="Check that a controller runs for the class (kubectl get ingressclass), or name "
            "the class of the one that does.",
            evidence=event_lines(view.warnings(ingress)),
        )


def _unreachable(view: View) -> Iterable[Match]:
    yield from _load_balancer(view)
    yield from _ingress(view)


_INGRESS_QUIET = timedelta(minutes=2)

RULES = (
    Rule(
        "HW-043",
        "Harbor's way in has no address",
        Layer.ENTRY,
        (SERVICE, INGRESS, EVENT),
        _unreachable,
        quiet=timedelta(minutes=1),
        grace=timedelta(minutes=5),
    ),
)
