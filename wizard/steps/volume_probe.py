"""Whether storage classes give volumes that Harbor's pods can write: tried with real claims."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wizard.answers.preset import Preset
from wizard.answers.quantity import quantity
from wizard.answers.storage import ExistingProvisioner
from wizard.charts.images import HUB, mirrored
from wizard.charts.names import Names
from wizard.charts.persistence import persistence_values
from wizard.diagnose.kinds import CLAIM, JOB
from wizard.ports import Object, Ref, World
from wizard.steps.inputs import Inputs
from wizard.steps.probe import JobProbe

DATABASE_USER, USER = 999, 10000
"""The users of Harbor's pods (chart 1.19.2): database and Redis; all others."""

_SCRIPT = """\
file=/probe/harbor-wizard.$HOSTNAME
echo written > "$file" && test "$(cat "$file")" = written && rm "$file"
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """A class (empty: the default one) and an access mode, and the claims of Harbor that ask for
    both. `size` is the smallest of theirs.
    """

    class_name: str
    mode: str
    size: str
    user: int
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim that Harbor's chart makes: its class (empty: the default one), and the user of the
    pod that writes there.
    """

    name: str
    class_name: str
    mode: str
    size: str
    user: int


def new_claims(preset: Preset) -> Sequence[NewClaim]:
    """The claims of a preset whose profile is filled in, in the order of the chart's values."""
    names = Names(preset.target.release)
    values = persistence_values(preset)["persistence"]["persistentVolumeClaim"]
    return [
        NewClaim(
            _claim_name(names, part),
            claim.get("storageClass", ""),
            claim["accessMode"],
            claim["size"],
            DATABASE_USER if part in {"database", "redis"} else USER,
        )
        for part, value in values.items()
        for claim in [value.get("jobLog", value)]
        if "existingClaim" not in claim
    ]


def trials(preset: Preset) -> Sequence[Trial]:
    """What is to be tried for the volumes of a preset whose profile is filled in.

    Folders of a node are made for Harbor's own claims, and for no others; an export is tried
    more thoroughly (`nfs_probe`).
    """
    provisioner = preset.storage.provisioner
    given = isinstance(provisioner, ExistingProvisioner)
    besides = None if given else provisioner.class_name
    found: dict[tuple[str, str], list[NewClaim]] = {}
    for claim in new_claims(preset):
        if claim.class_name != besides:
            found.setdefault((claim.class_name, claim.mode), []).append(claim)
    return [
        Trial(
            class_name,
            mode,
            min((claim.size for claim in claims), key=quantity),
            claims[0].user,
            tuple(claim.name for claim in claims),
        )
        for (class_name, mode), claims in found.items()
    ]


class VolumeProbe(JobProbe):
    """Claims of each class and access mode are bound, and their volumes can be written."""

    id = "storage.probe"
    title = "Volumes can be had and written"

    def __init__(self, inputs: Inputs, needs: Sequence[str]) -> None:
        super().__init__(inputs, "The test of the volumes", needs)
        self._trials = trials(inputs.preset)

    async def wanted(self, world: World) -> Sequence[Object]:
        """See JobProbe."""
        return [
            obj
            for trial in self._trials
            if not await self._works(world, trial)
            for obj in self._objects(trial)
        ]

    def all_objects(self) -> Sequence[Object]:
        """See JobProbe."""
        return [obj for trial in self._trials for obj in self._objects(trial)]

    async def _works(self, world: World, trial: Trial) -> bool:
        """Whether Harbor's own claims of that class and mode are bound."""
        for name in trial.claims:
            claim = await world.objects.get(Ref(CLAIM, self._inputs.namespace, name))
            if claim is None or claim.get("status", {}).get("phase") != "Bound":
                return False
        return True

    def _objects(self, trial: Trial) -> list[Object]:
        key = hashlib.sha256(f"{trial.class_name}/{trial.mode}".encode()).hexdigest()[:8]
        name = f"{self._inputs.names.fullname[:40].rstrip('-')}-probe-{key}"
        spec: dict[str, Any] = {
            "accessModes": [trial.mode],
            "resources": {"requests": {"storage": trial.size}},
        }
        if trial.class_name:
            spec["storageClassName"] = trial.class_name
        shared = trial.mode == "ReadWriteMany"
        job = job_spec(
            self._inputs.preset,
            probe_pod(self._inputs, name, _SCRIPT, trial.user),
            self.errand.labels,
            pods=2 if shared else 1,
        )
        return [self.errand.made(CLAIM, name, spec), self.errand.made(JOB, name, job)]


def probe_image(preset: Preset) -> str:
    """The image that probes run: the one of the answers, or the one of Harbor's database.

    That one the nodes need anyway; it has a shell (the chart's own init container uses it).
    """
    own = f"{mirrored(f'{HUB}/goharbor/harbor-db', preset.delivery.image_mirrors)}"
    return preset.storage.probe_image or f"{own}:v{preset.versions.harbor}"


def probe_pod(inputs: Inputs, claim: str, script: str, user: int) -> Object:
    """The spec of a pod that runs a script with a claim under /probe, as the Pod Security
    Standard `restricted` allows it.
    """
    preset = inputs.preset
    pull = [{"name": inputs.names.pull}] if preset.delivery.pull_secret else []
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "fsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "imagePullSecrets": pull,
        "containers": [
            {
                "name": "probe",
                "image": probe_image(preset),
                "command": ["/bin/sh", "-c", script],
                "resources": _SMALL,
                "securityContext": RESTRICTED,
                "volumeMounts": [{"name": "probe", "mountPath": "/probe"}],
            }
        ],
        "volumes": [{"name": "probe", "persistentVolumeClaim": {"claimName": claim}}],
    }


def job_spec(preset: Preset, pod: Object, labels: dict[str, str], *, pods: int = 1) -> Object:
    """The spec of a Job that runs a pod once; several at a time on several nodes if it can."""
    if pods > 1:
        apart = {"labelSelector": {"matchLabels": labels}, "topologyKey": "kubernetes.io/hostname"}
        preferred = [{"weight": 100, "podAffinityTerm": apart}]
        rule = {"preferredDuringSchedulingIgnoredDuringExecution": preferred}
        pod = {**pod, "affinity": {"podAntiAffinity": rule}}
    return {
        "backoffLimit": 0,
        "completions": pods,
        "parallelism": pods,
        "activeDeadlineSeconds": 1200,
        "ttlSecondsAfterFinished": 3600,
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }


_SMALL = {
    "requests": {"cpu": "10m", "memory": "32Mi"},
    "limits": {"cpu": "200m", "memory": "64Mi"},
}
RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
"""What the Pod Security Standard `restricted` wants of containers, beside what their pod says."""


def _claim_name(names: Names, part: str) -> str:
    """The name of a component's claim (that of the first pod, where a StatefulSet makes it)."""
    stem = {"database": "database-data-", "redis": "data-", "trivy": "data-"}.get(part, "")
    return f"{stem}{names.component(part)}" + ("-0" if stem else "")
