"""Why a set of objects is not ready yet, in one line for people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wizard.diagnose import kinds
from wizard.diagnose.components import component_of, rank
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.fields import (
    claim_names,
    containers,
    labels,
    last_end,
    one_line,
    running_since,
    waiting,
)
from wizard.diagnose.finding import Finding
from wizard.diagnose.issuing import issuer_of
from wizard.diagnose.readiness import Readiness, readiness
from wizard.diagnose.rules.evidence import event_line
from wizard.diagnose.rules.images import PULL_REASONS
from wizard.diagnose.rules.scheduling import unschedulable
from wizard.diagnose.view import View
from wizard.ports import Object, Ref

_USUAL = {
    "core": "usual while the database migrates",
    "jobservice": "usual until core answers",
}


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether objects are ready; else what is waited for and why, and what was found.

    `done` of `total` objects are ready, those in `absent` are not there at all.
    """

    ready: bool
    text: str
    findings: tuple[Finding, ...] = ()
    absent: tuple[Ref, ...] = ()
    done: int = 0
    total: int = 0

    @property
    def terminal(self) -> tuple[Finding, ...]:
        """The findings for which waiting longer cannot help, the first to blame first."""
        return tuple(
            finding
            for finding in self.findings
            if finding.terminal and finding.suppressed_by is None
        )


def explain(view: View, refs: Iterable[Ref], since: datetime | None = None) -> Gate:
    """The gate of these objects; kinds that the view was not asked for have nothing to wait for.

    `since` is when the wait began, by the cluster's clock (see `evaluate`): with it, a failure
    that was mended before is waited out, not told again. The text changes at most every ten
    seconds while only time passes.
    """
    wanted = [ref for ref in refs if ref.kind in view.collections or ref.kind in view.not_checked]
    pending = [(ref, found) for ref in wanted if not (found := _readiness(view, ref)).ready]
    about = {str(part) for ref in wanted for part in _parts(view, ref)}
    findings = tuple(one for one in evaluate(view, since=since).findings if one.object in about)
    total, done = len(wanted), len(wanted) - len(pending)
    if not pending:
        return Gate(True, "", findings, (), done, total)
    absent = tuple(ref for ref, found in pending if found.state == "absent")
    pending.sort(key=lambda one: _order(view, one[0]))
    ref, found = pending[0]
    others = f" (and {len(pending) - 1} more)" if len(pending) > 1 else ""
    text = f"{ref.kind.name} {ref.name} {_why(view, ref, found)}{others}"
    return Gate(False, text, findings, absent, done, total)


def _readiness(view: View, ref: Ref) -> Readiness:
    unseen = view.not_checked.get(ref.kind)
    if unseen is not None:
        return Readiness("progressing", f"cannot be looked at: {unseen}")
    return readiness(view.get(ref))


def _order(view: View, ref: Ref) -> tuple[int, Ref]:
    """What others need comes first."""
    obj = view.get(ref)
    return (rank(component_of(view, obj)) if obj else -1), ref


def _parts(view: View, ref: Ref) -> Iterable[Ref]:
    """The object and all that stands for it: replica sets, pods, the claims that they mount."""
    yield ref
    obj = view.get(ref)
    if obj is None:
        return
    if ref.kind in kinds.ISSUING:
        yield from (Ref.of(part) for part in issuance(view, obj))
        return
    yield from (Ref.of(replicas) for replicas in view.owned(obj, kinds.REPLICA_SET))
    for pod in view.pods_of(obj):
        yield Ref.of(pod)
        yield from (Ref(kinds.CLAIM, ref.namespace, name) for name in claim_names(pod))


def _why(view: View, ref: Ref, found: Readiness) -> str:
    obj = view.get(ref)
    if obj is None:
        return found.reason
    if ref.kind in kinds.ISSUING:
        return _issuing(view, obj, found)
    if told := of_pods(view, obj):
        return told if ref.kind == kinds.POD else f"{found.reason}: {told}"
    refused = [event for event in view.warnings(obj) if event.get("reason") == "FailedCreate"]
    told = f": {one_line(refused[-1].get('message'))}" if refused else ""
    return f"{found.reason}{told}"


def issuance(view: View, obj: Object) -> Iterable[Object]:
    """What a certificate or a request waits for: issuer, requests, orders and challenges."""
    if issuer := view.get(issuer_of(obj)):
        yield issuer
    for kind in (kinds.CERTIFICATE_REQUEST, kinds.ORDER, kinds.CHALLENGE):
        for part in view.owned(obj, kind):
            yield part
            yield from issuance(view, part)


def _issuing(view: View, obj: Object, found: Readiness) -> str:
    """The reason of the innermost part that is not ready, as it has the cause."""
    pending = [
        (part, state) for part in issuance(view, obj) if not (state := readiness(part)).ready
    ]
    if not pending:
        return f"is not ready: {one_line(found.reason)}"
    part, state = pending[-1]
    return f"waits for {part['kind']} {part['metadata']['name']}: {one_line(state.reason)}"


def of_pods(view: View, workload: Object) -> str:
    """Which pod of a workload is not ready, and why; empty: none is."""
    for pod in view.pods_of(workload):
        if not readiness(pod).ready and not view.orphaned(pod):
            return f"pod {pod['metadata']['name']}, {pod_reason(view, pod)}"
    return ""


def pod_reason(view: View, pod: Object) -> str:
    """Why a pod is not ready, in a few words."""
    if told := unschedulable(pod):
        return f"not placed on a node yet: {told}"
    for declared, state in containers(pod):
        reason, message = waiting(state)
        if reason in PULL_REASONS:
            return f"image {declared['image']} cannot be pulled ({one_line(message) or reason})"
        if reason == "CrashLoopBackOff":
            code = last_end(state).get("exitCode", "unknown")
            often = state.get("restartCount", 0)
            ended = f"container {declared['name']} ended with exit code {code}"
            return f"{ended}, restarted {often} times{_usual(pod)}"
        if reason not in {"", "ContainerCreating", "PodInitializing"}:
            return f"container {declared['name']}: {one_line(message) or reason}"
    return _starting(view, pod)


def _starting(view: View, pod: Object) -> str:
    for declared, state in containers(pod):
        if state.get("ready"):
            continue
        if begun := running_since(state):
            if not {"startupProbe", "readinessProbe"} & declared.keys():
                return "running"
            probe = "startup" if _starts(declared, state) else "readiness"
            usual = _usual(pod) if probe == "startup" else ""
            return f"{probe} probe failing{_lasting(view.now - begun)}{usual}"
        if waiting(state)[0] == "ContainerCreating":
            warned = event_texts(view, pod)
            return f"being created{': ' + warned[-1] if warned else ''}"
    return "being started"


def _starts(declared: Object, state: Object) -> bool:
    return "startupProbe" in declared and not state.get("started")


def _usual(pod: Object) -> str:
    usual = _USUAL.get(labels(pod).get("component", ""))
    return f" ({usual})" if usual else ""


def _lasting(age: timedelta) -> str:
    """For how long, in steps of ten seconds, later of minutes; empty at first."""
    seconds = int(age.total_seconds())
    if seconds < 10:
        return ""
    return f" for {seconds // 10 * 10} s" if seconds < 60 else f" for {seconds // 60} min"


def event_texts(view: View, obj: Object) -> Sequence[str]:
    """All warnings about an object, one line each, the most recent last."""
    return [event_line(event) for event in view.warnings(obj)]
