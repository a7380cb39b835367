"""Volumes on an NFS server: csi-driver-nfs, installed here or by somebody else, and a class.

The legacy provisioner, which the answers may ask for instead, is in nfs_subdir.py.
"""

from collections.abc import Sequence

from wizard.answers.storage import NfsProvisioner
from wizard.charts.csi_nfs import (
    DRIVER,
    NAMESPACE,
    PULL_SECRET,
    RELEASE_NAME,
    csi_nfs_chart,
    csi_nfs_values,
)
from wizard.charts.manifest import plural
from wizard.charts.nfs_subdir import provisioner_name
from wizard.diagnose.kinds import PRESET_LABEL
from wizard.ports import Charts, Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import changes_to, make
from wizard.steps.gate import Wait
from wizard.steps.helm_release import RELEASE, HelmRelease, Values
from wizard.steps.inputs import Inputs
from wizard.steps.local_volumes import STORAGE_CLASS
from wizard.steps.nfs_subdir import subdir_steps
from wizard.steps.pull_login import ComponentLogin, pull_login

CSI_DRIVER = Kind("storage.k8s.io/v1", "CSIDriver")


async def _foreign(world: World) -> bool:
    """Whether somebody else installed the driver."""
    found = await world.objects.get(Ref(CSI_DRIVER, "", DRIVER))
    if found is None:
        return False
    annotations = found["metadata"].get("annotations") or {}
    names = ("meta.helm.sh/release-namespace", "meta.helm.sh/release-name")
    return tuple(annotations.get(name) for name in names) != (NAMESPACE, RELEASE_NAME)


def nfs_steps(inputs: Inputs, nfs: NfsProvisioner) -> Sequence[Step]:
    """What makes the volumes, with the login for its images, and the class; its id is
    `storage.nfs.class`.
    """
    makers = subdir_steps(inputs, nfs) if nfs.driver == "subdir" else _csi_steps(inputs)
    return [*makers, NfsClass(inputs, nfs, [makers[-1].id])]


def _csi_steps(inputs: Inputs) -> Sequence[Step]:
    login = _login(inputs)
    driver = NfsDriver(inputs, [login.id] if login else [])
    return [login, driver] if login else [driver]


def _login(inputs: Inputs) -> ComponentLogin | None:
    copied = pull_login(inputs, PULL_SECRET, NAMESPACE)
    if copied is None:
        return None
    title = "Login for the driver's images"
    return ComponentLogin("storage.nfs.login", title, inputs, copied, _foreign)


class NfsDriver(HelmRelease):
    """csi-driver-nfs runs: installed by its chart, or as somebody else installed it."""

    id = "storage.nfs.driver"
    title = "NFS driver"
    shares = NAMESPACE

    def __init__(self, inputs: Inputs, needs: Sequence[str]) -> None:
        self.needs = ("target.namespace", *needs)
        wait = Wait(
            inputs,
            title="The NFS driver",
            namespace=NAMESPACE,
            selector={"app.kubernetes.io/instance": RELEASE_NAME},
        )
        chart = csi_nfs_chart(inputs.preset.versions.csi_driver_nfs)
        super().__init__(inputs, chart, Ref(RELEASE, NAMESPACE, RELEASE_NAME), wait)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        right = Right("get", CSI_DRIVER.group, plural(CSI_DRIVER), name=DRIVER)
        seen = NeededRight(right, "to see whether the driver is there, and who installed it")
        return [*await super().rights(charts), seen]

    async def idle(self, world: World) -> bool:
        """See Step."""
        return await _foreign(world)

    async def values(self, world: World | None) -> Values:
        """See HelmRelease."""
        return csi_nfs_values(self._inputs.preset)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step. Whether one of somebody else works is told by the probe."""
        if not await self.idle(world):
            await super().verify(world, report)


class NfsClass(Step):
    """The class of volumes on the server is there."""

    id = "storage.nfs.class"
    title = "Storage class on NFS"

    def __init__(self, inputs: Inputs, nfs: NfsProvisioner, needs: Sequence[str]) -> None:
        self.needs = tuple(needs)
        self._nfs, self._preset = nfs, inputs.preset.name

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "the class of the volumes is made; another server or export needs another class"
        return [
            NeededRight(Right(verb, STORAGE_CLASS.group, "storageclasses"), reason)
            for verb in ("get", "create", "patch", "delete")
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Another server, export or fate is a `replace`: volumes that exist stay."""
        return await changes_to(world.objects, [self._class])

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        for change in changes:
            await make(world.objects, self._class, change)

    @property
    def _class(self) -> Object:
        nfs = self._nfs
        subdir = nfs.driver == "subdir"
        place = {} if subdir else {"server": nfs.server, "share": nfs.path}
        return {
            **STORAGE_CLASS.head,
            "metadata": {"name": nfs.class_name, "labels": {PRESET_LABEL: self._preset}},
            "provisioner": provisioner_name(nfs) if subdir else DRIVER,
            "parameters": {**place, "onDelete": nfs.reclaim},
            "mountOptions": list(nfs.mount_options),
            "reclaimPolicy": nfs.reclaim.capitalize(),
            "volumeBindingMode": "Immediate",
            "allowVolumeExpansion": not subdir,  # that one cannot; its volumes have no limit
        }
