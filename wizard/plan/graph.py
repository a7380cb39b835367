"""The graph: the steps of a preset and what needs what. Pure: no cluster is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.answers.problems import PresetInvalid
from wizard.plan.limits import not_carried_out
from wizard.steps.base import Step
from wizard.steps.harbor import copy_secrets, keep_secrets
from wizard.steps.healthy import HarborHealthy
from wizard.steps.inputs import Inputs
from wizard.steps.namespace import TargetNamespace
from wizard.steps.release import HarborRelease
from wizard.steps.tls import certificate_steps
from wizard.steps.trust import trust_steps


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps in an order in which they may run: each behind all that it needs."""

    steps: tuple[Step, ...]
    release: HarborRelease

    @property
    def namespaces(self) -> Sequence[TargetNamespace]:
        """The steps that make namespaces, the target's first."""
        return [step for step in self.steps if isinstance(step, TargetNamespace)]


def build_graph(inputs: Inputs) -> Graph:
    """The graph of a preset. Raises PresetInvalid naming all answers that it cannot carry out."""
    if problems := list(not_carried_out(inputs.preset)):
        raise PresetInvalid(problems)
    certificates = list(certificate_steps(inputs))
    published = trust_steps(inputs, [step.id for step in certificates])
    logins = copy_secrets(inputs)
    ground: list[Step] = [
        TargetNamespace(inputs),
        keep_secrets(inputs),
        *([logins] if logins else []),
        *certificates,
    ]
    release = HarborRelease(inputs, needs=[step.id for step in ground], logins=logins)
    return Graph((*ground, *published, release, HarborHealthy(inputs)), release)
