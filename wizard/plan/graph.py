"""The graph: the steps of a preset and what needs what. Pure: no cluster is asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wizard.answers.blobs import S3Blobs
from wizard.answers.problems import PresetInvalid
from wizard.answers.storage import LocalProvisioner, NfsProvisioner
from wizard.plan.limits import not_carried_out
from wizard.steps.base import Step
from wizard.steps.blobs import blob_secrets
from wizard.steps.bucket_probe import BucketProbe
from wizard.steps.harbor import copy_secrets, keep_secrets
from wizard.steps.healthy import HarborHealthy
from wizard.steps.inputs import Inputs
from wizard.steps.local_volumes import LocalVolumes, local_claims
from wizard.steps.namespace import TargetNamespace
from wizard.steps.nfs import NfsClass, nfs_steps
from wizard.steps.nfs_probe import NfsProbe, nfs_claims
from wizard.steps.node_pulls import NodePulls
from wizard.steps.node_trust import NodeTrust
from wizard.steps.probe import Probe
from wizard.steps.release import HarborRelease
from wizard.steps.tls import certificate_steps
from wizard.steps.trust import trust_steps
from wizard.steps.volume_probe import VolumeProbe, trials


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps in an order in which they may run: each behind all that it needs."""

    steps: tuple[Step, ...]
    release: HarborRelease

    @property
    def probes(self) -> Sequence[Probe]:
        """The steps that only try something out."""
        return [step for step in self.steps if isinstance(step, Probe)]

    def with_needs(self, steps: Iterable[Step]) -> Sequence[Step]:
        """Steps with all that they need, and what that needs, in the graph's order."""
        wanted = {step.id for step in steps}
        for step in reversed(self.steps):
            if step.id in wanted:
                wanted |= set(step.needs)
        return [step for step in self.steps if step.id in wanted]

    @property
    def namespaces(self) -> Sequence[TargetNamespace]:
        """The steps that make namespaces, the target's first."""
        return [step for step in self.steps if isinstance(step, TargetNamespace)]


def build_graph(inputs: Inputs) -> Graph:
    """The graph of a preset. Raises PresetInvalid naming all answers that it cannot carry out."""
    if problems := list(not_carried_out(inputs.preset)):
        raise PresetInvalid(problems)
    certificates = list(certificate_steps(inputs))
    published = list(trust_steps(inputs, [step.id for step in certificates]))
    logins, blobs = copy_secrets(inputs), blob_secrets(inputs)
    ground: list[Step] = [
        TargetNamespace(inputs),
        keep_secrets(inputs),
        *([logins] if logins else []),
        *([blobs] if blobs else []),
        *certificates,
    ]
    ground += _volumes(inputs, logins)
    ground += _probes(inputs, logins, blobs)
    release = HarborRelease(inputs, needs=[step.id for step in ground], logins=logins)
    pulls = [NodePulls(inputs, step) for step in published if isinstance(step, NodeTrust)]
    return Graph((*ground, *published, release, HarborHealthy(inputs), *pulls), release)


def _volumes(inputs: Inputs, logins: Step | None) -> Iterator[Step]:
    """What makes volumes, where nothing in the cluster does."""
    provisioner = inputs.preset.storage.provisioner
    if isinstance(provisioner, LocalProvisioner) and local_claims(inputs.preset):
        yield LocalVolumes(inputs, provisioner, _pulling(inputs, logins))
    if isinstance(provisioner, NfsProvisioner) and nfs_claims(inputs.preset, provisioner):
        yield from nfs_steps(inputs, provisioner)


def _pulling(inputs: Inputs, logins: Step | None) -> list[str]:
    """What a pod in the target namespace needs."""
    pull = [logins.id] if logins and inputs.preset.delivery.pull_secret else []
    return ["target.namespace", *pull]


def _probes(inputs: Inputs, logins: Step | None, blobs: Step | None) -> Iterator[Step]:
    """What has to write to find out, before Harbor is installed on it."""
    nfs = inputs.preset.storage.provisioner
    if isinstance(nfs, NfsProvisioner) and nfs_claims(inputs.preset, nfs):
        yield NfsProbe(inputs, nfs, [*_pulling(inputs, logins), NfsClass.id])
    if trials(inputs.preset):
        yield VolumeProbe(inputs, _pulling(inputs, logins))
    if isinstance(inputs.preset.storage.blobs, S3Blobs):
        yield BucketProbe(inputs, blobs)
