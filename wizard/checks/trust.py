"""Who can publish the root certificate: to pods by trust-manager, to nodes by a DaemonSet."""

from collections import defaultdict
from collections.abc import Sequence

from wizard.answers.preset import Preset
from wizard.checks.base import Check, Outcome, Subject, getting_namespace, listing
from wizard.checks.namespace import ENFORCED, enforced_level
from wizard.checks.nodes import NODE
from wizard.errors import KindUnknown
from wizard.ports import Right, World
from wizard.steps.node_trust import FOLDER, preset_writes, writer_image
from wizard.steps.trust import BUNDLE
from wizard.text import first_of
from wizard.trust import registry_of
from wizard.trust_pools import Pool, pool_of

_ANSWERS = ("trust", "harbor.url", "target")


async def trust_manager(world: World, subject: Subject) -> Outcome:
    """Whether a trust-manager is there that takes Bundles."""
    try:
        await world.objects.list(BUNDLE)
    except KindUnknown:
        return Outcome(
            "fail",
            "The API server serves no Bundles: trust-manager is not installed.",
            "It publishes the root certificate to pods.",
            "Install trust-manager (https://cert-manager.io/docs/trust/trust-manager/), or set "
            "trust.pods to none.",
        )
    return Outcome("ok", "trust-manager is installed.")


async def image(world: World, subject: Subject) -> Outcome:
    """Whether its image comes from elsewhere: nodes that do not trust Harbor cannot pull there."""
    found, registry = writer_image(subject.preset), registry_of(subject.preset.harbor.url)
    if found.startswith(f"{registry}/"):
        return Outcome(
            "fail",
            f"The image for nodes, {found}, would come from this Harbor.",
            "A node could pull it only once it trusts Harbor, which is what the image is for.",
            "Name an image of another registry in trust.nodesImage.",
        )
    return Outcome("ok", f"Nodes are written to by {found}.")


async def security(world: World, subject: Subject) -> Outcome:
    """Whether the namespace lets pods write on their node."""
    name = subject.preset.target.namespace
    level = await enforced_level(world, name)
    if level in {"baseline", "restricted"}:
        return Outcome(
            "fail",
            f"The namespace {name} enforces the Pod Security level {level}.",
            "It refuses volumes of the kind hostPath, and so every pod of the DaemonSet.",
            f"Relax the namespace's label {ENFORCED}, or set trust.nodes to instructions.",
        )
    return Outcome("ok", f"The namespace {name} lets pods mount a folder of their node.")


async def lasting(world: World, subject: Subject) -> Outcome:
    """Whether containerd reads what is written, and whether it stays when nodes are replaced."""
    nodes = (await world.objects.list(NODE)).items
    pools: dict[str, list[str]] = defaultdict(list)
    known: dict[str, Pool] = {}
    for node in nodes:
        if pool := pool_of(node):
            known[pool.name] = pool
            pools[pool.name].append(node["metadata"]["name"])
    if not known:
        return Outcome(
            "ok",
            f"All {len(nodes)} nodes have containerd. It reads the file where its config.toml has "
            f'config_path = "{FOLDER}"; the run tries that by a pull on every node.',
        )
    found = list(known.values())
    told = "; ".join(f"{name}: {first_of(pools[name], 3)}" for name in pools)
    fix = _settings(found, registry_of(subject.preset.harbor.url))
    if unfit := [pool.name for pool in found if not pool.writable]:
        return Outcome(
            "fail",
            f"Some nodes do not take the file, or do not read it ({told}).",
            f"With {' and '.join(unfit)}, containerd gets its authorities in another way.",
            f"Set trust.nodes to instructions, and give the root to the nodes so:\n{fix}",
        )
    return Outcome(
        "warn",
        f"What is written on these nodes is temporary ({told}).",
        "Their pools replace them; on a new node, pulls fail until the DaemonSet's pod has run "
        "there, and where containerd's config_path is another folder the file is not read at all.",
        f"Give the root to the pool instead, and set trust.nodes to instructions:\n{fix}",
    )


def _settings(pools: Sequence[Pool], registry: str) -> str:
    return "\n".join(f"{pool.name}: {pool.setting.format(registry=registry)}" for pool in pools)


def _published(preset: Preset) -> bool:
    return preset.trust.pods == "trust-manager"


CHECKS = (
    Check(
        "trust.manager",
        "trust-manager",
        ("trust.pods",),
        trust_manager,
        applies=_published,
        rights=lambda _: [Right("list", BUNDLE.group, "bundles")],
    ),
    Check(
        "trust.nodes-image",
        "Image for nodes",
        ("trust", "harbor.url", "delivery.imageMirrors", "storage.probeImage"),
        image,
        applies=preset_writes,
        offline=True,
    ),
    Check(
        "trust.nodes-security",
        "Pod Security for nodes",
        _ANSWERS,
        security,
        applies=preset_writes,
        rights=getting_namespace,
    ),
    Check(
        "trust.nodes-pools",
        "Trust of nodes",
        _ANSWERS,
        lasting,
        applies=preset_writes,
        rights=listing("", "nodes"),
    ),
)
