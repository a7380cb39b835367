"""A plan: the graph of a preset with the changes that each step would make now."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from wizard.steps.base import FieldChange, ObjectChange

if TYPE_CHECKING:
    from wizard.answers.target import Target as TargetAnswers

PLAN_VERSION = 1
ACTIONS = ("create", "update", "replace", "delete")


@dataclass(frozen=True, slots=True)
class Target:
    """The cluster, namespace and release that a preset is for."""

    cluster_uid: str
    """UID of the namespace kube-system, which stands for the cluster."""
    context: str
    namespace: str
    release: str

    def __str__(self) -> str:
        """As people write it: `prod-eu1/harbor/registry` (context, namespace, release)."""
        return f"{self.context}/{self.namespace}/{self.release}"

    def document(self) -> dict[str, str]:
        """The target as plans, results and journals name it in JSON."""
        return {
            "clusterUid": self.cluster_uid,
            "context": self.context,
            "namespace": self.namespace,
            "release": self.release,
        }


Wanted: TypeAlias = "TargetAnswers | Target"
"""The target as it is asked for: by a preset's answers, or by names alone, of any cluster then."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with the changes that it would make now; none where its state is reached."""

    id: str
    title: str
    needs: tuple[str, ...]
    changes: tuple[ObjectChange, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of a preset in an order in which they may run."""

    preset: str
    target: Target
    steps: tuple[PlannedStep, ...]

    @property
    def changes(self) -> Sequence[ObjectChange]:
        """All changes, in the order of the steps."""
        return [change for step in self.steps for change in step.changes]

    @property
    def actions(self) -> frozenset[tuple[str, str, str]]:
        """Step, action and object of every change: what has to be the same in plan and run."""
        return frozenset(
            (step.id, change.action, str(change.ref))
            for step in self.steps
            for change in step.changes
        )

    @property
    def summary(self) -> dict[str, int]:
        """The number of changes by action, all four actions named."""
        counted = Counter[str](change.action for change in self.changes)
        return {action: counted[action] for action in ACTIONS}

    @property
    def hash(self) -> str:
        """Twelve hex digits that name exactly these changes to this target.

        What the API server could not try yet (`validated`) does not count.
        """
        parts = [
            [
                step.id,
                change.action,
                str(change.ref),
                change.content,
                [[field.path, field.owner] for field in change.taken],
            ]
            for step in self.steps
            for change in step.changes
        ]
        target = [self.target.cluster_uid, self.target.namespace, self.target.release]
        text = json.dumps([PLAN_VERSION, target, parts], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def document(self) -> dict[str, Any]:
        """The plan as `--plan --output json` prints it."""
        return {
            "version": PLAN_VERSION,
            "preset": self.preset,
            "target": self.target.document(),
            "hash": self.hash,
            "steps": [
                {
                    "id": step.id,
                    "title": step.title,
                    "needs": list(step.needs),
                    "changes": [_change(change) for change in step.changes],
                }
                for step in self.steps
            ],
            "summary": self.summary,
        }


def _change(change: ObjectChange) -> dict[str, Any]:
    document: dict[str, Any] = {
        "action": change.action,
        "object": str(change.ref),
        "fields": [_field(field) for field in change.fields],
        "validated": change.validated,
    }
    return document | ({"reason": change.reason} if change.reason else {})


def _field(field: FieldChange) -> dict[str, str]:
    document = {"path": field.path, "before": field.before, "after": field.after}
    return document | ({"owner": field.owner} if field.owner else {})
