"""Jobs that gave up."""

from collections.abc import Iterable

from wizard.diagnose.fields import condition, containers, controller, holds, moment, one_line
from wizard.diagnose.kinds import EVENT, JOB, POD
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.view import View
from wizard.ports import Object

_REASONS = {
    "BackoffLimitExceeded": "its pod failed as often as it may",
    "DeadlineExceeded": "it did not end in the time that it was given",
    "PodFailurePolicy": "its pod ended in a way that the Job does not try again",
}


def _failed(view: View) -> Iterable[Match]:
    """Jobs that ended without success; those of a CronJob only until one of them succeeds."""
    for job in view.all(JOB):
        told = condition(job, "Failed")
        if told.get("status") != "True" or "deletionTimestamp" in job["metadata"]:
            continue
        if view.orphaned(job) or _followed_by_success(view, job):
            continue
        why = _REASONS.get(
            told.get("reason", ""), one_line(told.get("message")) or "it says no why"
        )
        yield Match(
            obj=job,
            cause=f"The Job failed: {why}.",
            fix="The last log of its pod says why. Mend that, then delete the Job, so that whoever "
            "made it makes it anew.",
            evidence=(*event_lines(view.warnings(job)), *_last_words(view, job)),
            seen=moment(told.get("lastTransitionTime")),
            terminal=True,
        )


def _followed_by_success(view: View, job: Object) -> bool:
    owner = controller(job).get("uid")
    made = job["metadata"].get("creationTimestamp") or ""
    return owner is not None and any(
        controller(other).get("uid") == owner
        and holds(other, "Complete")
        and (other["metadata"].get("creationTimestamp") or "") > made
        for other in view.all(JOB)
    )


def _last_words(view: View, job: Object) -> tuple[str, ...]:
    lines = [
        line
        for pod in view.owned(job, POD)
        for declared, _ in containers(pod)
        for line in view.log(pod, declared["name"])
    ]
    return tuple(line.text for line in sorted(lines, key=lambda one: one.time)[-4:])


RULES = (Rule("HW-038", "A Job failed", Layer.WORKLOAD, (JOB, POD, EVENT), _failed),)
