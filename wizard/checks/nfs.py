"""Volumes on an NFS server: whether it answers, and what should not lie there."""

import re

from wizard.answers.preset import Preset
from wizard.answers.storage import NfsProvisioner
from wizard.charts.csi_nfs import DRIVER
from wizard.charts.names import Names
from wizard.charts.nfs_subdir import CHART
from wizard.checks.base import Check, Outcome, Subject, listing
from wizard.checks.choices import storage_classes
from wizard.checks.workloads import claims
from wizard.errors import Unreachable
from wizard.ports import World

_VERSION = re.compile(r"(?:nfs)?vers=(\d)")
_NEWEST = 4
_ON_NFS = (DRIVER, CHART)


async def server(world: World, subject: Subject) -> Outcome:
    """Whether the server answers from here, in the version that nodes will mount with."""
    nfs = subject.preset.storage.provisioner
    assert isinstance(nfs, NfsProvisioner)
    if not await world.resolver.addresses(nfs.server):
        return Outcome(
            "warn",
            f"The name {nfs.server} is not known to this machine.",
            "If the nodes do not know it either, no volume can be mounted.",
            "Use the server's address, or a name that DNS knows, in storage.provisioner.server.",
        )
    wanted = _version(nfs)
    try:
        low, high = await world.nfs.versions(nfs.server, wanted)
    except Unreachable as error:
        return Outcome(
            "warn",
            f"{error.what}: {error.why}.",
            "Only this machine was asked; nodes mount the export themselves, which the run tries "
            "before Harbor is installed.",
            f"{error.fix[:1].upper()}{error.fix[1:]}.",
        )
    if not low <= wanted <= high:
        return Outcome(
            "fail",
            f"The server {nfs.server} speaks NFS {low} to {high}, and nodes are to use {wanted}.",
            "They could not mount the export.",
            f"Set nfsvers={high} in storage.provisioner.mountOptions, or switch NFS {wanted} on "
            "at the server.",
        )
    return Outcome("ok", f"The server {nfs.server} answers for NFS {wanted}.")


def _version(nfs: NfsProvisioner) -> int:
    found = (_VERSION.search(option) for option in nfs.mount_options)
    return next((int(match[1]) for match in found if match), _NEWEST)


async def databases(world: World, subject: Subject) -> Outcome:
    """Whether database and Redis are to lie on NFS."""
    preset = subject.preset
    on_nfs = {one.name for one in await storage_classes(world) if _is_nfs(one.provisioner)}
    if isinstance(preset.storage.provisioner, NfsProvisioner):
        on_nfs.add(preset.storage.provisioner.class_name)
    names = Names(preset.target.release)
    there = [
        part
        for part in ("database", "redis")
        for claim in claims(subject.manifest)
        if claim.name.endswith(f"{names.component(part)}-0") and claim.class_name in on_nfs
    ]
    if not there:
        return Outcome("ok", "Neither database nor Redis lies on NFS.")
    return Outcome(
        "warn",
        f"On NFS lies: {', '.join(there)}.",
        "PostgreSQL on NFS is slow, loses what was written where the server answers before it is "
        "on its disk, and does not start where users are mapped (goharbor/harbor-helm#1811, "
        "#1889).",
        "Better: a className on local or block storage in storage.volumes.database and redis, or "
        "external ones. Registry, job logs and Trivy may stay on NFS.",
    )


async def legacy(world: World, subject: Subject) -> Outcome:
    """Why the other driver is better."""
    return Outcome(
        "warn",
        "nfs-subdir-external-provisioner is no longer maintained.",
        "Nobody mends the vulnerabilities of its image, which is of 2021 "
        "(kubernetes-sigs/nfs-subdir-external-provisioner#367, #397); nodes need mount programs of "
        "their own (nfs-common); each volume's folder is open to everybody who reaches the export "
        "(mode 0777).",
        "Choose csi in storage.provisioner.driver, which is maintained and brings what it needs.",
    )


def _is_nfs(provisioner: str) -> bool:
    return any(provisioner == one or provisioner.endswith(f"/{one}") for one in _ON_NFS)


def _on_server(preset: Preset) -> bool:
    return isinstance(preset.storage.provisioner, NfsProvisioner)


def _is_legacy(preset: Preset) -> bool:
    nfs = preset.storage.provisioner
    return isinstance(nfs, NfsProvisioner) and nfs.driver == "subdir"


def _has_own(preset: Preset) -> bool:
    return "internal" in {preset.harbor.database.kind, preset.harbor.redis.kind}


CHECKS = (
    Check(
        "nfs.server",
        "NFS server",
        ("storage.provisioner",),
        server,
        applies=_on_server,
        offline=True,
    ),
    Check(
        "nfs.legacy",
        "Provisioner for NFS",
        ("storage.provisioner.driver",),
        legacy,
        applies=_is_legacy,
        offline=True,
    ),
    Check(
        "nfs.databases",
        "Databases on NFS",
        ("storage.volumes", "storage.provisioner", "harbor.database", "harbor.redis"),
        databases,
        applies=_has_own,
        rights=listing("storage.k8s.io", "storageclasses"),
        rendered=True,
    ),
)
