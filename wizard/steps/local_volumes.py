"""Volumes in folders of one node, for labs: made by hand, so to say, one for each claim."""

from collections.abc import Iterator, Sequence

from wizard.answers.preset import Preset
from wizard.answers.storage import LocalProvisioner
from wizard.diagnose.kinds import JOB, PRESET_LABEL
from wizard.errors import CheckFailed
from wizard.ports import Charts, Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import changes_to, make
from wizard.steps.errand import VOLUME, Errand
from wizard.steps.inputs import Inputs
from wizard.steps.volume_probe import NewClaim, new_claims, probe_image

STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")
HOST = "kubernetes.io/hostname"


class LocalVolumes(Step):
    """Each of Harbor's claims has a folder of the node, its own and writable, and a volume there.

    The folders are made by a Job on the node: the kubelet would make them for root alone.
    """

    id = "storage.local"
    title = "Folders of one node"

    def __init__(self, inputs: Inputs, local: LocalProvisioner, needs: Sequence[str]) -> None:
        self.needs = tuple(needs)
        self._inputs, self._local = inputs, local
        self._errand = Errand(inputs, self.id, "Making the folders")
        self._claims = local_claims(inputs.preset)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "volumes and their class are made for the claims of this Harbor"
        kinds = (("", "persistentvolumes"), ("storage.k8s.io", "storageclasses"))
        return [
            *(
                NeededRight(Right(verb, group, resource), reason)
                for group, resource in kinds
                for verb in ("get", "create", "patch")
            ),
            *self._errand.rights([self._job(self._claims)]),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where a volume lies on another node or in another folder."""
        changes = await changes_to(world.objects, [self._class, *self._volumes()])
        for change in changes:
            if change.action == "replace":
                fields = ", ".join(field.path for field in change.fields)
                raise CheckFailed(
                    f"{change.ref} cannot be changed any more ({fields})",
                    why="what it holds lies where it was made, and does not move with it",
                    where="storage.provisioner",
                    fix="give the former node, folder and sizes; or move the data yourself, and "
                    "make the volume anew",
                )
        return changes

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. A volume is made when its folder is there, so that it stands for both."""
        planned = {change.ref: change for change in changes}
        new = {change.ref.name for change in changes if change.action == "create"}
        missing = [claim for claim in self._claims if self._name(claim) in new]
        if missing:
            await self._errand.run(world, [self._job(missing)], report)
        for obj in (self._class, *self._volumes()):
            if change := planned.get(Ref.of(obj)):
                await make(world.objects, obj, change)

    def _name(self, claim: NewClaim) -> str:
        return f"{self._inputs.namespace}-{claim.name}"

    def _folder(self, claim: NewClaim) -> str:
        return f"{self._local.path.rstrip('/')}/{self._inputs.namespace}/{claim.name}"

    @property
    def _class(self) -> Object:
        return {
            **STORAGE_CLASS.head,
            "metadata": {
                "name": self._local.class_name,
                "labels": {PRESET_LABEL: self._inputs.preset.name},
            },
            "provisioner": "kubernetes.io/no-provisioner",
            "reclaimPolicy": "Retain",
            "volumeBindingMode": "WaitForFirstConsumer",
        }

    def _volumes(self) -> Iterator[Object]:
        for claim in self._claims:
            yield {
                "apiVersion": "v1",
                "kind": VOLUME.name,
                "metadata": {
                    "name": self._name(claim),
                    "labels": {PRESET_LABEL: self._inputs.preset.name},
                },
                "spec": {
                    "storageClassName": self._local.class_name,
                    "capacity": {"storage": claim.size},
                    "accessModes": [claim.mode],
                    "persistentVolumeReclaimPolicy": "Retain",
                    "claimRef": {
                        "apiVersion": "v1",
                        "kind": "PersistentVolumeClaim",
                        "namespace": self._inputs.namespace,
                        "name": claim.name,
                    },
                    "hostPath": {"path": self._folder(claim), "type": "Directory"},
                    "nodeAffinity": {"required": {"nodeSelectorTerms": [_on(self._local.node)]}},
                },
            }

    def _script(self, claims: Sequence[NewClaim]) -> str:
        lines = ["set -e"]
        for claim in claims:
            folder = f"/folders/{self._inputs.namespace}/{claim.name}"
            lines += [
                f"mkdir -p {folder}",
                f"chown {claim.user}:{claim.user} {folder}",
                f"chmod 0770 {folder}",
            ]
        return "\n".join(lines)

    def _job(self, claims: Sequence[NewClaim]) -> Object:
        """The Job that makes folders: as root, on the node, with the folder above them alone."""
        preset = self._inputs.preset
        pod = {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "nodeSelector": {HOST: self._local.node},
            "imagePullSecrets": (
                [{"name": self._inputs.names.pull}] if preset.delivery.pull_secret else []
            ),
            "containers": [
                {
                    "name": "folders",
                    "image": probe_image(preset),
                    "command": ["/bin/sh", "-c", self._script(claims)],
                    "securityContext": {"runAsUser": 0},
                    "volumeMounts": [{"name": "folders", "mountPath": "/folders"}],
                }
            ],
            "volumes": [
                {
                    "name": "folders",
                    "hostPath": {"path": self._local.path, "type": "DirectoryOrCreate"},
                }
            ],
        }
        spec = {
            "backoffLimit": 0,
            "activeDeadlineSeconds": 1200,
            "ttlSecondsAfterFinished": 3600,
            "template": {"metadata": {"labels": self._errand.labels}, "spec": pod},
        }
        return self._errand.made(JOB, f"{self._inputs.names.fullname[:50]}-folders", spec)


def local_claims(preset: Preset) -> Sequence[NewClaim]:
    """The claims of Harbor that are to lie in folders of the node."""
    local = preset.storage.provisioner
    return [claim for claim in new_claims(preset) if claim.class_name == local.class_name]


def _on(node: str) -> Object:
    return {"matchExpressions": [{"key": HOST, "operator": "In", "values": [node]}]}
