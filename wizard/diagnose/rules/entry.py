"""Ways in that lead nowhere, or let too little through."""

import re
from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import created, labels, spec, status
from wizard.diagnose.kinds import EVENT, INGRESS, INGRESS_CLASS, SERVICE
from wizard.diagnose.readiness import readiness
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.view import View
from wizard.ports import Object, Ref


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


_LIMITS = (
    (re.compile(r"ingress-nginx$"), "nginx.ingress.kubernetes.io/proxy-body-size"),
    (re.compile(r"^nginx\.org/ingress-controller"), "nginx.org/client-max-body-size"),
)
"""Controllers that let bodies of 1 MiB through unless an annotation says otherwise. The others in
use (Traefik, HAProxy, Contour, load balancers of clouds) have no such limit of their own.
"""
_SIZE = re.compile(r"(\d+)([kmg]?)", re.IGNORECASE)
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3}
_LAYER = 1024**3
"""Bytes. Layers of a GiB are usual, and each is one request."""


def _limited(view: View) -> Iterable[Match]:
    """Harbor's Ingress at a controller whose limit it does not lift, or not far enough."""
    for ingress in view.all(INGRESS):
        controller = _controller(view, ingress) if labels(ingress).get("app") == "harbor" else ""
        noted = ingress["metadata"].get("annotations") or {}
        for pattern, annotation in _LIMITS:
            if not pattern.search(controller):
                continue
            given = noted.get(annotation)
            size = _SIZE.fullmatch(given or "1m")
            limit = int(size[1]) * 1024 ** _UNITS[size[2].lower()] if size else 0
            if 0 < limit < _LAYER:
                yield Match(
                    obj=ingress,
                    cause=f"The controller {controller} refuses requests of more than {given}, and "
                    "a layer of an image is one request: larger pushes end with 413."
                    if given
                    else f"The controller {controller} refuses requests of more than 1 MiB unless "
                    "it is told otherwise, and a layer of an image is one request: larger pushes "
                    "end with 413. Its own configuration, which is not looked at, may differ.",
                    fix=f'Set the annotation {annotation}: "0" at the Ingress (chart value '
                    "expose.ingress.annotations).",
                    evidence=(f"{annotation}: {given or 'not set'}",),
                )


def _controller(view: View, ingress: Object) -> str:
    """Which controller serves it; empty where that is not known."""
    noted = ingress["metadata"].get("annotations") or {}
    name = spec(ingress).get("ingressClassName") or noted.get("kubernetes.io/ingress.class")
    if name:
        found = view.get(Ref(INGRESS_CLASS, "", name))
        return str(spec(found).get("controller", "")) if found else ""
    defaults = [one for one in view.all(INGRESS_CLASS) if _is_default(one)]
    return str(spec(defaults[0]).get("controller", "")) if len(defaults) == 1 else ""


def _is_default(class_: Object) -> bool:
    noted = class_["metadata"].get("annotations") or {}
    return noted.get("ingressclass.kubernetes.io/is-default-class") == "true"


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
    Rule(
        "HW-019",
        "Pushes are refused as too large",
        Layer.ENTRY,
        (INGRESS, INGRESS_CLASS),
        _limited,
        aside=True,
    ),
)
