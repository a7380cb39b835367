"""What a cluster offers for an answer, for people who pick; anything else can still be typed."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from wizard.answers.exposure import GatewayExposure, ParentRef
from wizard.answers.paths import Path, parse_path
from wizard.answers.pki import Issuer, TlsSecret
from wizard.answers.preset import Preset
from wizard.checks import choices, reaching
from wizard.checks.storage import NO_PROVISIONER
from wizard.errors import UsageError
from wizard.ports import World


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that an answer may have; `text` says in a few words what it is and can do."""

    value: str
    text: str


async def offers(world: World, preset: Preset, path: Path) -> list[Offer]:
    """What the cluster offers for an answer, the likeliest first; each value once.

    Nothing where the answer takes any value, or names something that is yet to be made. Raises
    WorldError where the cluster cannot be asked.
    """
    ask = _question(path)
    return await ask(world, preset, path) if ask else []


def has_offers(path: Path) -> bool:
    """Whether a cluster may have something to offer for an answer."""
    return _question(path) is not None


Ask = Callable[[World, Preset, Path], Awaitable[list[Offer]]]


def _question(path: Path) -> Ask | None:
    return next((ask for pattern, ask in OFFERED if _fits(pattern, path)), None)


def _fits(pattern: Path, path: Path) -> bool:
    """Whether a path is one of a pattern's; `*` stands for any one key or position."""
    return len(pattern) == len(path) and all(
        wanted in {"*", part} for wanted, part in zip(pattern, path, strict=True)
    )


def _sorted(found: Iterable[tuple[int, Offer]]) -> list[Offer]:
    """Offers by their rank, then by value."""
    return [offer for _, offer in sorted(found, key=lambda pair: (pair[0], pair[1].value))]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


async def _namespaces(world: World, preset: Preset, path: Path) -> list[Offer]:
    """Those that are not Kubernetes' own (`kube-` is reserved for these)."""
    return _sorted(
        (0 if one.active else 1, Offer(one.name, "exists" if one.active else "is being deleted"))
        for one in await choices.namespaces(world)
        if not one.name.startswith("kube-")
    )


async def _provisioner_class(world: World, preset: Preset, path: Path) -> list[Offer]:
    """Classes that exist; any other provisioner's class is one that is yet to be made."""
    if preset.storage.provisioner.kind != "existing":
        return []
    return await _storage_classes(world, preset, path)


async def _storage_classes(world: World, preset: Preset, path: Path) -> list[Offer]:
    return _sorted(
        (0 if one.default else 1, Offer(one.name, _class_text(one)))
        for one in await choices.storage_classes(world)
    )


_SHARING = {"yes": "ReadWriteMany", "no": "one node at a time", "unknown": ""}


def _class_text(one: choices.StorageClass) -> str:
    default = "default" if one.default else ""
    if one.provisioner == NO_PROVISIONER:
        return _joined(default, "volumes are made by hand")
    grows = "grows" if one.expandable else "does not grow"
    return _joined(default, one.provisioner, _SHARING[one.shared], grows)


async def _nodes(world: World, preset: Preset, path: Path) -> list[Offer]:
    return _sorted(
        (0 if one.usable else 1, Offer(one.name, _node_text(one)))
        for one in await choices.nodes(world)
    )


def _node_text(one: choices.Node) -> str:
    taken = "" if one.usable else "takes no ordinary pods"
    zone = f"zone {one.zone}" if one.zone else ""
    tool = f"a container made by {one.container_of}" if one.container_of else ""
    return _joined(taken, *one.addresses[:1], one.architecture, zone, tool)


async def _ingress_classes(world: World, preset: Preset, path: Path) -> list[Offer]:
    return _sorted(
        (
            0 if one.default else 1,
            Offer(one.name, _joined("default" if one.default else "", one.controller)),
        )
        for one in await choices.ingress_classes(world)
    )


def _parent(preset: Preset, path: Path) -> ParentRef | None:
    """The reference to a Gateway that a path leads into; None where it is yet to be made."""
    expose, index = preset.harbor.expose, path[3]
    if not isinstance(expose, GatewayExposure) or not isinstance(index, int):
        return None
    return expose.parent_refs[index] if index < len(expose.parent_refs) else None


async def _gateway_names(world: World, preset: Preset, path: Path) -> list[Offer]:
    """All Gateways, whatever namespace is given: it follows from the choice."""
    by_name: dict[str, list[choices.Gateway]] = {}
    for one in await choices.gateways(world):
        by_name.setdefault(one.name, []).append(one)
    return [
        Offer(
            name,
            _joined(
                f"namespace {' or '.join(one.namespace for one in found)}",
                f"class {found[0].class_name}",
                *(f"for {one.hostname}" for one in found[0].listeners if one.hostname),
            ),
        )
        for name, found in sorted(by_name.items())
    ]


async def _gateway_namespaces(world: World, preset: Preset, path: Path) -> list[Offer]:
    """Where Gateways of the given name are, or else all that there are."""
    parent, found = _parent(preset, path), await choices.gateways(world)
    named = [one for one in found if parent and one.name == parent.name] or found
    places = sorted({one.namespace for one in named})
    return [
        Offer(place, f"Gateway {', '.join(one.name for one in named if one.namespace == place)}")
        for place in places
    ]


async def _listeners(world: World, preset: Preset, path: Path) -> list[Offer]:
    """The listeners of the Gateway that is named beside."""
    parent = _parent(preset, path)
    if parent is None:
        return []
    place = parent.namespace or preset.target.namespace
    return [
        Offer(
            one.name,
            _joined(
                f"{one.protocol} on port {one.port}",
                f"for {one.hostname}" if one.hostname else "for all hosts",
            ),
        )
        for gateway in await choices.gateways(world)
        for one in gateway.listeners
        if (gateway.namespace, gateway.name) == (place, parent.name)
    ]


async def _certificate_sources(world: World, preset: Preset, path: Path) -> list[Offer]:
    """What `pki.name` names: issuers of the chosen kind, or TLS Secrets."""
    pki, namespace = preset.pki, preset.target.namespace
    if isinstance(pki, Issuer) and pki.group == choices.ISSUER.group:
        found = await choices.issuers(world, namespace)
        return _sorted(
            (
                0 if one.ready else 1,
                Offer(one.name, _joined("ready" if one.ready else "not ready", one.type)),
            )
            for one in found
            if one.kind == pki.issuer_kind
        )
    if isinstance(pki, TlsSecret):
        secrets = await choices.tls_secrets(world, namespace)
        return [Offer(one.name, _certificate_text(world, one)) for one in secrets]
    return []


def _certificate_text(world: World, secret: choices.TlsSecret) -> str:
    try:
        leaf = world.certificates.read(secret.certificate)[0]
    except UsageError:
        return "no certificate that can be read"
    return f"{', '.join(leaf.names) or leaf.subject}, until {leaf.not_after:%Y-%m-%d}"


async def _claims(world: World, preset: Preset, path: Path) -> list[Offer]:
    return _sorted(
        (
            1 if one.trouble else 0,
            Offer(
                one.name,
                _joined(
                    one.trouble,
                    one.size,
                    f"class {one.class_name}" if one.class_name else "",
                    *one.modes,
                ),
            ),
        )
        for one in await choices.claims(world, preset.target.namespace)
    )


async def _urls(world: World, preset: Preset, path: Path) -> list[Offer]:
    return [Offer(one.address, one.text) for one in await reaching.urls(world, preset)]


async def _addresses(world: World, preset: Preset, path: Path) -> list[Offer]:
    found = await reaching.resolved(world, await reaching.places(world, preset))
    return [Offer(one.address, one.text) for one in found]


OFFERED: Sequence[tuple[Path, Ask]] = tuple(
    (parse_path(pattern), ask)
    for pattern, ask in (
        ("target.namespace", _namespaces),
        ("storage.provisioner.className", _provisioner_class),
        ("storage.provisioner.node", _nodes),
        ("storage.volumes.*.className", _storage_classes),
        ("storage.volumes.*.existingClaim", _claims),
        ("pki.authority.server.className", _storage_classes),
        ("pki.name", _certificate_sources),
        ("harbor.url", _urls),
        ("harbor.resolve", _addresses),
        ("harbor.expose.className", _ingress_classes),
        ("harbor.expose.parentRefs.*.name", _gateway_names),
        ("harbor.expose.parentRefs.*.namespace", _gateway_namespaces),
        ("harbor.expose.parentRefs.*.sectionName", _listeners),
    )
)
"""The answers that a cluster has offers for, by patterns of their paths, and who asks it."""
