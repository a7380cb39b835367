"""Folders of one node as volumes: whether the node is there, and what it means for the data."""

from wizard.answers.preset import Preset
from wizard.answers.storage import LocalProvisioner
from wizard.checks.base import Check, Outcome, Subject, getting_namespace, listing
from wizard.checks.namespace import ENFORCED, enforced_level
from wizard.checks.nodes import NODE, usable
from wizard.ports import Object, Ref, Right, World
from wizard.steps.errand import VOLUME
from wizard.steps.local_volumes import HOST, local_claims


async def node(world: World, subject: Subject) -> Outcome:
    """Whether the node that is to keep the data can run Harbor's pods."""
    local = _local(subject.preset)
    found = {_host(one): one for one in (await world.objects.list(NODE)).items}
    if local.node not in found:
        return Outcome(
            "fail",
            f"There is no node {local.node}; there is: {', '.join(sorted(found))}.",
            "Harbor's pods run where their data is, so they would never start.",
            "Name one of these nodes in storage.provisioner.node.",
        )
    if not usable(found[local.node]):
        return Outcome(
            "fail",
            f"The node {local.node} takes no ordinary pods now.",
            "Harbor's pods run where their data is, so they would not start.",
            "Make it ready and schedulable, or name another one in storage.provisioner.node.",
        )
    fact = f"All data will lie on the node {local.node}, in {local.path}."
    why = (
        "When that node is replaced or its disk is lost, the data is lost too, and Harbor's pods "
        "wait for that node for ever."
    )
    if len(found) == 1 or subject.preset.harbor.profile == "lab":
        return Outcome("ok", fact, why)
    return Outcome(
        "warn",
        fact,
        why,
        "For anything but a lab, choose a storage class or NFS in storage.provisioner.",
    )


async def allowed(world: World, subject: Subject) -> Outcome:
    """Whether the namespace lets the pod run that makes the folders."""
    namespace = subject.preset.target.namespace
    level = await enforced_level(world, namespace)
    if level == "privileged" or not await _missing(world, subject.preset):
        return Outcome("ok", "The folders are there, or can be made by a pod of the namespace.")
    return Outcome(
        "fail",
        f"The namespace {namespace} enforces the Pod Security level {level}.",
        "It refuses the pod that makes the folders on the node, as that mounts a folder of it.",
        f"Until Harbor is installed: `kubectl label namespace {namespace} {ENFORCED}=privileged "
        "--overwrite`; afterwards set it back. Harbor's own pods do not need it.",
    )


async def _missing(world: World, preset: Preset) -> bool:
    """Whether any of the volumes is still to be made."""
    for claim in local_claims(preset):
        name = f"{preset.target.namespace}-{claim.name}"
        if await world.objects.get(Ref(VOLUME, "", name)) is None:
            return True
    return False


def _host(obj: Object) -> str:
    metadata = obj["metadata"]
    host: str = (metadata.get("labels") or {}).get(HOST, metadata["name"])
    return host


def _local(preset: Preset) -> LocalProvisioner:
    local = preset.storage.provisioner
    assert isinstance(local, LocalProvisioner)
    return local


def _in_folders(preset: Preset) -> bool:
    return isinstance(preset.storage.provisioner, LocalProvisioner)


def _rights(preset: Preset) -> list[Right]:
    return [*getting_namespace(preset), Right("get", "", "persistentvolumes")]


CHECKS = (
    Check(
        "folders.node",
        "Node that keeps the data",
        ("target.context", "storage.provisioner", "harbor.profile"),
        node,
        applies=_in_folders,
        rights=listing("", "nodes"),
    ),
    Check(
        "folders.allowed",
        "Folders can be made",
        ("target", "storage"),
        allowed,
        applies=_in_folders,
        rights=_rights,
    ),
)
