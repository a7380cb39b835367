"""What a person has to agree to before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.checks.base import Result
from wizard.errors import CheckFailed, NotAccepted
from wizard.plan.plan import Plan
from wizard.steps.base import ObjectChange

PERMISSIONS = {
    "replace": "deletes an object and makes it anew",
    "delete": "deletes an object for good",
    "take-fields": "takes fields over from whoever set them",
}
"""What only `--allow` permits, with what it does."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to beforehand: all warnings, some of PERMISSIONS, one plan by its hash."""

    warnings: bool = False
    permitted: frozenset[str] = frozenset()
    plan: str = ""


def require_no_failures(results: Sequence[Result]) -> None:
    """Raise CheckFailed where a check fails: nobody can accept that away."""
    failed = [result.check.title for result in results if result.outcome.state == "fail"]
    if failed:
        raise CheckFailed(
            f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}",
            why="the installation would fail, or break what is there; nothing was written",
            fix="mend what each of them names, then run the same command again",
        )


def require_warnings_accepted(results: Sequence[Result], consent: Consent) -> None:
    """Raise NotAccepted where a check warns and warnings were not accepted."""
    warnings = [result.check.title for result in results if result.outcome.state == "warn"]
    if warnings and not consent.warnings:
        raise NotAccepted(
            f"{len(warnings)} of {len(results)} checks warn: {', '.join(warnings)}",
            why="a warning may be what you want, but you have to say so; nothing was written",
            fix="mend what they name, or accept all warnings with --yes",
        )


def require_plan_accepted(plan: Plan, consent: Consent) -> None:
    """Raise NotAccepted where the plan is not the reviewed one, or loses or takes something."""
    if consent.plan and consent.plan != plan.hash:
        raise NotAccepted(
            f"The plan is {plan.hash}, not {consent.plan} as it was reviewed",
            why="the answers, the wizard or the cluster changed since; nothing was written",
            fix="review it again with --plan and give its hash to --expect-plan",
        )
    refused = [
        (change, permission)
        for change in plan.changes
        if (permission := _needed(change)) and permission not in consent.permitted
    ]
    if refused:
        lines = [f"{permission}: {_told(change)}" for change, permission in refused]
        options = " ".join(f"--allow {one}" for one in sorted({one for _, one in refused}))
        raise NotAccepted(
            "The plan loses or takes over something that was not allowed:\n    "
            + "\n    ".join(lines),
            why="--yes never covers that; nothing was written",
            fix=f"if that is what you want, add {options}",
        )


def _needed(change: ObjectChange) -> str:
    if change.action in PERMISSIONS:
        return change.action
    return "take-fields" if change.taken else ""


def _told(change: ObjectChange) -> str:
    fields = [f"{f.path} {f.before} -> {f.after} (set by {f.owner})" for f in change.taken]
    return f"{change.ref}" + (f": {'; '.join(fields)}" if fields else "")
