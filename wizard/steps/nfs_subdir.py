"""nfs-subdir-external-provisioner, for one export: the legacy way to volumes on NFS."""

from collections.abc import Sequence

from wizard.answers.storage import NfsProvisioner
from wizard.charts.nfs_subdir import (
    NAMESPACE,
    pull_secret,
    release_name,
    subdir_chart,
    subdir_values,
)
from wizard.ports import Ref, World
from wizard.steps.base import Step
from wizard.steps.gate import Wait
from wizard.steps.helm_release import RELEASE, HelmRelease, Values
from wizard.steps.inputs import Inputs
from wizard.steps.pull_login import pull_login
from wizard.steps.secrets import CopySecrets


def subdir_steps(inputs: Inputs, nfs: NfsProvisioner) -> Sequence[Step]:
    """The provisioner, behind the login for its image.

    One of somebody else serves their export under a name of its own, and stays what it is.
    """
    copied = pull_login(inputs, pull_secret(nfs), NAMESPACE)
    if copied is None:
        return [SubdirProvisioner(inputs, nfs, [])]
    title = "Login for the provisioner's image"
    login = CopySecrets("storage.nfs.login", title, inputs, [copied])
    login.shares = NAMESPACE
    return [login, SubdirProvisioner(inputs, nfs, [login.id])]


class SubdirProvisioner(HelmRelease):
    """The provisioner of the export runs."""

    id = "storage.nfs.driver"
    title = "NFS provisioner"
    shares = NAMESPACE

    def __init__(self, inputs: Inputs, nfs: NfsProvisioner, needs: Sequence[str]) -> None:
        self.needs = ("target.namespace", *needs)
        self._nfs, name = nfs, release_name(nfs)
        wait = Wait(
            inputs,
            title="The NFS provisioner",
            namespace=NAMESPACE,
            selector={"release": name},
        )
        chart = subdir_chart(inputs.preset.versions.nfs_subdir_provisioner)
        super().__init__(inputs, chart, Ref(RELEASE, NAMESPACE, name), wait)

    async def values(self, world: World | None) -> Values:
        """See HelmRelease."""
        return subdir_values(self._inputs.preset, self._nfs)
