"""Addresses that lead to Harbor, as far as the cluster knows them: for its URL, and to connect to.

Nothing is guessed: where the cluster has given no address yet, there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from wizard.answers.exposure import (
    CLASS_ANNOTATION,
    ClusterIpExposure,
    GatewayExposure,
    IngressExposure,
    LoadBalancerExposure,
    NodePortExposure,
)
from wizard.answers.pki import NoPki
from wizard.answers.preset import Preset
from wizard.answers.rules_exposure import bracketed, is_address
from wizard.charts.names import Names
from wizard.checks.choices import Gateway, gateways, ingress_classes, nodes
from wizard.ports import Kind, Object, Ref, World

INGRESS = Kind("networking.k8s.io/v1", "Ingress")
SERVICE = Kind("v1", "Service")


@dataclass(frozen=True, slots=True)
class Place:
    """An IP address or a host name that leads to Harbor, and whose it is."""

    address: str
    text: str


async def places(world: World, preset: Preset) -> list[Place]:
    """Where what stands in front of Harbor listens, each address once."""
    expose = preset.harbor.expose
    match expose:
        case NodePortExposure():
            found = await _of_nodes(world)
        case LoadBalancerExposure():
            found = await _of_balancer(world, preset, expose)
        case IngressExposure():
            found = await _of_ingresses(world, expose)
        case GatewayExposure():
            chosen = await chosen_gateways(world, preset)
            found = [Place(one, f"Gateway {g.name}") for g in chosen for one in g.addresses]
        case ClusterIpExposure():
            found = []
        case _ as never:
            assert_never(never)
    return _once(found)


def _once(found: Sequence[Place]) -> list[Place]:
    """Each address once, as it was told first."""
    first: dict[str, Place] = {}
    for place in found:
        first.setdefault(place.address, place)
    return list(first.values())


async def _of_nodes(world: World) -> list[Place]:
    return [
        Place(
            address,
            f"node {node.name}, a container made by {node.container_of}"
            if node.container_of
            else f"node {node.name}",
        )
        for node in await nodes(world)
        for address in node.addresses
        if node.usable
    ]


async def _of_balancer(world: World, preset: Preset, expose: LoadBalancerExposure) -> list[Place]:
    """The address that is asked for, and those that Harbor's own Service has."""
    asked = [Place(expose.ip, "the load balancer's address, as asked for")] if expose.ip else []
    name = Names(preset.target.release).exposed_service
    service = await world.objects.get(Ref(SERVICE, preset.target.namespace, name))
    given = _given(service) if service else []
    return [*asked, *(Place(one, f"Harbor's load balancer, Service {name}") for one in given)]


async def _of_ingresses(world: World, expose: IngressExposure) -> list[Place]:
    """The addresses that the chosen class's controller has given to Ingresses that exist."""
    named = expose.class_name or expose.annotated_class
    classes = {named} if named else {c.name for c in await ingress_classes(world) if c.default}
    return [
        Place(address, f"the ingress controller of class {_class_of(one)}")
        for one in (await world.objects.list(INGRESS)).items
        for address in _given(one)
        if _class_of(one) in classes
    ]


def _class_of(ingress: Object) -> str:
    annotations = ingress["metadata"].get("annotations") or {}
    named: str = ingress["spec"].get("ingressClassName") or annotations.get(CLASS_ANNOTATION, "")
    return named


def _given(obj: Object) -> list[str]:
    """The addresses and host names in the status of an Ingress or a Service."""
    entries = obj.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return [one.get("ip") or one.get("hostname") for one in entries]


async def chosen_gateways(world: World, preset: Preset) -> list[Gateway]:
    """The Gateways that the answers name, as far as they exist."""
    expose = preset.harbor.expose
    if not isinstance(expose, GatewayExposure):
        return []
    named = {(one.namespace or preset.target.namespace, one.name) for one in expose.parent_refs}
    return [one for one in await gateways(world) if (one.namespace, one.name) in named]


async def urls(world: World, preset: Preset) -> list[Place]:
    """URLs that would lead to Harbor as the answers expose it.

    An Ingress needs a host name of its own, which no cluster knows.
    """
    expose = preset.harbor.expose
    plain = isinstance(preset.pki, NoPki)
    scheme = "http" if plain else "https"
    match expose:
        case NodePortExposure():
            port = f":{expose.http_port if plain else expose.https_port}"
        case LoadBalancerExposure():
            port = ""
        case GatewayExposure():
            return await _of_listeners(world, preset)
        case _:
            return []
    return [
        Place(f"{scheme}://{bracketed(place.address)}{port}", place.text)
        for place in await places(world, preset)
    ]


async def _of_listeners(world: World, preset: Preset) -> list[Place]:
    """The host names of the chosen Gateways' listeners; for `*.example.com` one below it."""
    usual = {("HTTPS", 443), ("HTTP", 80)}
    found = [
        Place(
            f"{listener.protocol.lower()}://{listener.hostname.replace('*', 'harbor', 1)}"
            + ("" if (listener.protocol, listener.port) in usual else f":{listener.port}"),
            f"listener {listener.name} of Gateway {gateway.name}, for {listener.hostname}",
        )
        for gateway in await chosen_gateways(world, preset)
        for listener in gateway.listeners
        if listener.hostname and listener.protocol in {"HTTP", "HTTPS"}
    ]
    return _once(found)


async def resolved(world: World, found: Sequence[Place]) -> list[Place]:
    """The same as IP addresses: host names as this machine resolves them now."""
    result = []
    for place in found:
        if is_address(place.address):
            result.append(place)
            continue
        text = f"{place.text}, now of {place.address}"
        result += [Place(one, text) for one in await world.resolver.addresses(place.address)]
    return _once(result)
