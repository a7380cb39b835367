"""All rules over a view: ranked findings, their causes first, and what was not checked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wizard.diagnose.components import component_of, rank, upstream
from wizard.diagnose.fields import spec
from wizard.diagnose.finding import Finding, Severity
from wizard.diagnose.kinds import NODE
from wizard.diagnose.offer import offer_of
from wizard.diagnose.rules import RULES
from wizard.diagnose.rules.base import Match, Rule
from wizard.diagnose.view import View
from wizard.ports import Object, Ref

_EVIDENCE_LINES = 8
_RETRIES = timedelta(minutes=6)
"""The kubelet's longest back-off for images and containers, five minutes, and one to try."""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A rule that could not judge, and why; never to be shown as good news."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, the first to blame first; suppressed findings stand among the others."""

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    rule: Rule
    finding: Finding
    obj: Object

    @property
    def order(self) -> tuple[bool, int, int, bool, str, str]:
        finding = self.finding
        return (
            self.rule.symptom,
            self.rule.layer,
            rank(finding.component),
            finding.severity != "fail",
            self.rule.id,
            finding.object,
        )


def evaluate(
    view: View, *, since: datetime | None = None, rules: Sequence[Rule] = RULES
) -> Diagnosis:
    """What the rules find. The same arguments always give the same diagnosis.

    `since` (by the cluster's clock) is when somebody began to wait for a better world: what was
    seen only before may have been mended, so it fails no earlier than the kubelet needs to try
    everything again, and every grace counts from then. Times ahead of `view.now` (a node's clock
    is not the API server's) count as now.
    """
    since = since.replace(microsecond=0) if since else None  # the cluster tells whole seconds
    judged: list[_Judged] = []
    missing: list[NotChecked] = []
    for rule in rules:
        reasons = [why for kind in rule.needs if (why := view.unknown(kind))]
        if reasons:
            missing.append(NotChecked(rule.id, reasons[0]))
        if not reasons or (rule.either and len(reasons) < len(rule.needs)):
            judged.extend(_judge(view, rule, since))
    judged.sort(key=lambda one: one.order)
    return Diagnosis(tuple(_suppressed(judged)), tuple(missing))


def _judge(view: View, rule: Rule, since: datetime | None) -> Iterable[_Judged]:
    for match in rule.find(view):
        begun = max(filter(None, (match.since, since)), default=None)
        age = max(view.now - begun, timedelta(0)) if begun else timedelta(0)
        stale = since is not None and match.seen is not None and match.seen < since
        grace = rule.grace if not match.terminal else _RETRIES if stale else timedelta(0)
        if match.terminal or begun is None or age >= rule.quiet:
            ends = grace is not None and age >= grace
            yield _Judged(rule, _finding(view, rule, match, ends), match.obj)


def _finding(view: View, rule: Rule, match: Match, ends: bool) -> Finding:
    severity: Severity = "fail" if ends else "warn"
    return Finding(
        id=rule.id,
        severity=severity,
        object=str(Ref.of(match.obj)),
        title=rule.title,
        cause=match.cause,
        fix=match.fix,
        evidence=match.evidence[-_EVIDENCE_LINES:],
        terminal=ends,
        component=component_of(view, match.obj),
        offer=offer_of(view, rule.offers, match.obj) if rule.offers else None,
    )


def _suppressed(judged: Sequence[_Judged]) -> Iterable[Finding]:
    """Each finding; a symptom with the id of what explains it: a cause, or a symptom of a layer
    that is to blame before its own.
    """
    for one in judged:
        suppressed_by = None
        if one.rule.symptom:
            reasons = (
                other
                for other in judged
                if not other.rule.aside
                and (not other.rule.symptom or other.rule.layer < one.rule.layer)
            )
            suppressed_by = next((r.finding.id for r in reasons if _explains(r, one)), None)
        yield replace(one.finding, suppressed_by=suppressed_by)


def _explains(cause: _Judged, symptom: _Judged) -> bool:
    """A cause explains a symptom of the same object, component or of what needs it; a node only
    what is on it, or on none.
    """
    blamed, seen = cause.finding, symptom.finding
    if blamed.object == seen.object:
        return True
    if cause.obj["kind"] == NODE.name:
        return spec(symptom.obj).get("nodeName") in {None, cause.obj["metadata"]["name"]}
    return blamed.component == seen.component != "" or blamed.component in upstream(seen.component)
