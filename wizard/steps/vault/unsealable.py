"""A server whose key people hold: which one a preset means, and how its replicas are."""

from collections.abc import Callable
from pathlib import Path

from wizard.answers.authority import DeployedServer
from wizard.answers.preset import Preset
from wizard.answers.unseal import Shamir
from wizard.charts.package import Packages
from wizard.errors import CheckFailed, UsageError
from wizard.ports import World
from wizard.steps.inputs import Inputs
from wizard.steps.vault.custody import Custody
from wizard.steps.vault.reaching import served_authority
from wizard.steps.vault.replicas import Replicas, ServerPlace
from wizard.vaults import VaultStatus


def unsealable(
    world: World, preset: Preset, conceal: Callable[[str], None]
) -> tuple[Replicas, Custody]:
    """The server of the answers, and the custody of its shares.

    Raises UsageError where people do not hold its key.
    """
    authority = served_authority(preset)
    server = authority.server if authority else None
    if authority is None or not isinstance(server, DeployedServer):
        raise UsageError(
            "There is no server to unseal",
            why="the wizard unseals one that it installed, and the preset has none",
            where="pki.authority.server.kind",
            fix="unseal one of your own with `bao operator unseal` or `vault operator unseal`",
        )
    place = ServerPlace.of(authority, server)
    if not isinstance(server.unseal, Shamir):
        raise UsageError(
            "Nobody holds key shares of this server",
            why=f"it opens itself at every start: unseal.kind is {server.unseal.kind}",
            where="pki.authority.server.unseal.kind",
            fix=f"where it stays sealed, its log says why: kubectl logs {place.engine.name}-0",
        )
    inputs = Inputs(preset, Packages(world.charts, Path()), conceal=conceal)
    replicas = Replicas(inputs, place, server.replicas)
    return replicas, Custody(inputs, server.unseal, replicas)


async def answering(world: World, replicas: Replicas) -> dict[str, VaultStatus]:
    """How each replica that answers is. Raises CheckFailed."""
    found = {pod: await replicas.status(world, pod) for pod in replicas.pods}
    known = {pod: status for pod, status in found.items() if status}
    place = f"namespace {replicas.place.namespace}"
    if not known:
        raise CheckFailed(
            f"No replica of {replicas.title} answers",
            why="no pod of it runs, or it was never installed",
            where=place,
            fix="see its pods: kubectl get pods; install it with wizard --preset FILE",
        )
    if all(status.state == "uninitialised" for status in known.values()):
        raise CheckFailed(
            f"{replicas.title} was never initialised",
            why="it has no key yet, so there are no shares either",
            where=place,
            fix="let the installation do it: wizard --preset FILE",
        )
    return known
