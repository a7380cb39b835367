"""The way through the Gateway API: the Gateways and their listeners."""

from collections.abc import Mapping
from typing import Any

from wizard.answers.exposure import ParentRef
from wizard.answers.preset import Preset
from wizard.checks.base import Check, Outcome, Subject, getting_namespace
from wizard.checks.choices import GATEWAY, NAMESPACE, condition
from wizard.checks.labels import selected
from wizard.errors import KindUnknown
from wizard.ports import Kind, Object, Ref, Right, World

GATEWAY_CLASS = Kind("gateway.networking.k8s.io/v1", "GatewayClass")


async def gateways(world: World, subject: Subject) -> Outcome:
    """Whether every Gateway works and takes Harbor's route."""
    expose = subject.preset.harbor.expose
    assert expose.kind == "gateway"
    problems = [
        problem
        for parent in expose.parent_refs
        if (problem := await _problem(world, subject.preset, parent))
    ]
    if not problems:
        names = ", ".join(parent.name for parent in expose.parent_refs)
        return Outcome("ok", f"The Gateway takes Harbor's route: {names}.")
    return Outcome(
        "fail",
        " ".join(problems),
        "The route would not be attached, and the URL would lead nowhere.",
        "Correct harbor.expose.parentRefs, or ask the Gateway's owner to admit the namespace "
        "and the host (allowedRoutes, hostname).",
    )


async def _problem(world: World, preset: Preset, parent: ParentRef) -> str:
    """Why a Gateway would not take the route; empty where it would."""
    place = parent.namespace or preset.target.namespace
    try:
        gateway = await world.objects.get(Ref(GATEWAY, place, parent.name))
    except KindUnknown:
        return "The API server does not serve Gateways."
    if gateway is None:
        return f"There is no Gateway {place}/{parent.name}."
    class_name = gateway["spec"]["gatewayClassName"]
    gateway_class = await world.objects.get(Ref(GATEWAY_CLASS, "", class_name))
    if gateway_class is None or not condition(gateway_class, "Accepted"):
        return f"No controller has accepted the GatewayClass {class_name} of {parent.name}."
    namespace = await world.objects.get(Ref(NAMESPACE, "", preset.target.namespace))
    target = namespace or {"metadata": {"name": preset.target.namespace}}
    return _refusal(gateway, parent, target, preset.harbor.host)


def _refusal(gateway: Object, parent: ParentRef, target: Object, host: str) -> str:
    """Why no listener takes a route of the target namespace for a host; empty where one does."""
    name, place = gateway["metadata"]["name"], gateway["metadata"]["namespace"]
    listeners = [
        one for one in gateway["spec"]["listeners"] if parent.section_name in {None, one["name"]}
    ]
    if not listeners:
        return f"The Gateway {name} has no listener {parent.section_name}."
    admitting = [one for one in listeners if _admits(one, target, same=place)]
    if not admitting:
        namespace = target["metadata"]["name"]
        return f"No listener of the Gateway {name} takes routes from the namespace {namespace}."
    if not any(_covers(one.get("hostname", ""), host) for one in admitting):
        return f"No listener of the Gateway {name} is for the host {host}."
    return ""


def _admits(listener: Mapping[str, Any], namespace: Object, *, same: str) -> bool:
    """Whether a listener takes HTTPRoutes of a namespace; `same` is the Gateway's own."""
    allowed = listener.get("allowedRoutes") or {}
    kinds = [kind["kind"] for kind in allowed.get("kinds") or ()]
    if listener.get("protocol") not in {"HTTP", "HTTPS"} or (kinds and "HTTPRoute" not in kinds):
        return False
    rule = allowed.get("namespaces") or {}
    source = rule.get("from", "Same")
    if source == "Same":
        return bool(namespace["metadata"]["name"] == same)
    labels = {"kubernetes.io/metadata.name": namespace["metadata"]["name"]}
    labels |= namespace["metadata"].get("labels") or {}
    return source == "All" or (source == "Selector" and selected(rule["selector"], labels))


def _covers(hostname: str, host: str) -> bool:
    """Whether a listener's hostname is for a host; `*.` stands for one label or more."""
    if hostname.startswith("*."):
        return host.endswith(hostname[1:])
    return hostname in {"", host}


def _by_gateway(preset: Preset) -> bool:
    return preset.harbor.expose.kind == "gateway"


def _rights(preset: Preset) -> list[Right]:
    expose = preset.harbor.expose
    assert expose.kind == "gateway"
    group, target = GATEWAY.group, preset.target.namespace
    places = sorted({parent.namespace or target for parent in expose.parent_refs})
    return [
        *(Right("get", group, "gateways", place) for place in places),
        Right("get", group, "gatewayclasses"),
        *getting_namespace(preset),
    ]


_READS = ("target", "harbor.expose", "harbor.url")

CHECKS = (
    Check("gateway.listeners", "Gateways", _READS, gateways, applies=_by_gateway, rights=_rights),
)
