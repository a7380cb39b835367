"""What a person has to agree to before anything is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wizard.checks.base import Result
from wizard.errors import CheckFailed, NotAccepted
from wizard.plan.plan import Plan
from wizard.run.engine import within
from wizard.steps.base import ObjectChange

PERMISSIONS = {
    "replace": "deletes an object and makes it anew",
    "delete": "deletes an object for good",
    "take-fields": "takes fields over from whoever set them",
}
"""What only `--allow` permits, with what it does."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to beforehand: all warnings or those of some checks by their ids, some of
    PERMISSIONS, one plan by its hash, or what a run left of a plan.
    """

    warnings: bool | frozenset[str] = False
    permitted: frozenset[str] = frozenset()
    plan: str = ""
    rest_of: Plan | None = None


def require_no_failures(results: Sequence[Result]) -> None:
    """Raise CheckFailed where a check fails: nobody can accept that away."""
    failed = [result.check.title for result in results if result.outcome.state == "fail"]
    if failed:
        raise CheckFailed(
            f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}",
            why="the installation would fail, or break what is there; nothing was written",
            fix="mend what each of them names, then run the same command again",
        )


def require_expected(plan: Plan, consent: Consent) -> None:
    """Raise NotAccepted where the plan is not the one that was reviewed, or more than its rest."""
    if consent.rest_of and not within(plan.changes, consent.rest_of.changes):
        raise NotAccepted(
            "The plan has changes that were not reviewed",
            why="the answers or the cluster changed since the run that this one goes on from; "
            "nothing was written",
            fix="review it again",
        )
    if consent.plan and consent.plan != plan.hash:
        raise NotAccepted(
            f"The plan is {plan.hash}, not {consent.plan} as it was reviewed",
            why="the answers, the wizard or the cluster changed since; nothing was written",
            fix="review it again with --plan and give its hash to --expect-plan",
        )


def require_accepted(consent: Consent, results: Sequence[Result], plan: Plan | None = None) -> None:
    """Raise NotAccepted where a check warns, or the plan loses or takes something, unaccepted.

    All that waits for a yes is told at once.
    """
    refusals = [*_warnings(consent, results), *(_losses(consent, plan) if plan else ())]
    if refusals:
        whats, whys, fixes = zip(*refusals, strict=True)
        why = "; ".join((*whys, "nothing was written"))
        raise NotAccepted("\n".join(whats), why=why, fix="\n".join(fixes))


_Refusal = tuple[str, str, str]
"""What is refused, why, and what to do about it."""


def _warnings(consent: Consent, results: Sequence[Result]) -> Iterator[_Refusal]:
    accepted = consent.warnings
    warnings = [
        result.check.title
        for result in results
        if result.outcome.state == "warn"
        and not (accepted if isinstance(accepted, bool) else result.check.id in accepted)
    ]
    if warnings:
        yield (
            f"{len(warnings)} of {len(results)} checks warn: {', '.join(warnings)}",
            "a warning may be what you want, but you have to say so",
            "mend what they name, or accept all warnings with --yes",
        )


@dataclass(frozen=True, slots=True)
class Loss:
    """A change that loses or takes something over, and which of PERMISSIONS it takes."""

    change: ObjectChange
    permission: str

    @property
    def told(self) -> str:
        """What becomes of the object and its data, without naming the object."""
        return _told(self.change)


def losses(plan: Plan) -> Sequence[Loss]:
    """All that a plan would lose or take over, in its order."""
    needed = [(change, _needed(change)) for change in plan.changes]
    return [Loss(change, permission) for change, permission in needed if permission]


def _losses(consent: Consent, plan: Plan) -> Iterator[_Refusal]:
    refused = [loss for loss in losses(plan) if loss.permission not in consent.permitted]
    if refused:
        lines = [f"    {loss.permission}: {loss.change.ref}: {loss.told}" for loss in refused]
        options = " ".join(f"--allow {one}" for one in sorted({one.permission for one in refused}))
        yield (
            "\n".join(["The plan loses or takes over something that was not allowed:", *lines]),
            "--yes never covers what loses or takes over something",
            f"if that is what you want, add {options}",
        )


def _needed(change: ObjectChange) -> str:
    if change.action in PERMISSIONS:
        return change.action
    return "take-fields" if change.taken else ""


_DATA = {
    "PersistentVolumeClaim": "its data goes too, unless the volume is retained",
    "Secret": "what it holds goes too",
    "StatefulSet": "its claims and their data stay",
}
"""What becomes of the data when an object is deleted, by kind; other kinds hold none.

Claims of a StatefulSet stay where nothing else is said in persistentVolumeClaimRetentionPolicy
(https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/).
"""


def _told(change: ObjectChange) -> str:
    details = [f"{f.path} {f.before} → {f.after} (set by {f.owner})" for f in change.taken]
    if change.action in PERMISSIONS:
        details.append(_DATA.get(change.ref.kind.name, "it holds no data"))
    return "; ".join(details)
