"""One run as events, with everything that an event can say; for journal and report alike."""

from datetime import UTC, datetime, timedelta

from wizard.checks.base import Check, Outcome, Result
from wizard.diagnose.finding import Finding
from wizard.plan.plan import Plan, PlannedStep, Target
from wizard.ports import Kind, Ref
from wizard.run.events import (
    CheckFinished,
    FindingSeen,
    Log,
    RunFinished,
    RunStarted,
    StepFinished,
    StepProgress,
    StepStarted,
    StepWaiting,
)
from wizard.steps.base import FieldChange, ObjectChange

RUN = "20261123T213000000Z-0a1b2c"
START = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
TARGET = Target("5b0c2f3e-0000-4000-8000-000000000000", "prod-eu1", "harbor", "registry")
DEPLOYMENT = Ref(Kind("apps/v1", "Deployment"), "harbor", "registry-core")
PLAN = Plan(
    preset="production",
    target=TARGET,
    steps=(
        PlannedStep(
            "namespace",
            "Namespace of Harbor",
            (),
            (
                ObjectChange(
                    "create",
                    Ref(Kind("v1", "Namespace"), "", "harbor"),
                    validated=False,
                    reason="no right to create namespaces",
                    content="c1",
                ),
            ),
        ),
        PlannedStep("harbor.secrets", "Secrets of Harbor", ("namespace",), ()),
        PlannedStep(
            "harbor.release",
            "Harbor 2.15.2",
            ("namespace", "harbor.secrets"),
            (
                ObjectChange(
                    "update",
                    DEPLOYMENT,
                    (
                        FieldChange("spec.replicas", "1", "2", owner="kubectl-edit"),
                        FieldChange("data.secret", "••••••", "••••••"),
                    ),
                    content="c2",
                ),
                ObjectChange(
                    "replace",
                    Ref(Kind("batch/v1", "Job"), "harbor", "migrate"),
                    (FieldChange("spec.template", "(absent)", "v2.15.2"),),
                    content="c3",
                ),
                ObjectChange("delete", Ref(Kind("v1", "Service"), "harbor", "old")),
            ),
        ),
        PlannedStep("acceptance", "Acceptance", ("harbor.release",), ()),
    ),
)
FINDING = Finding(
    id="HW-007",
    severity="fail",
    object="Pod harbor/registry-core-7d9f",
    title="the image cannot be pulled",
    cause="registry.corp answers 404 for goharbor/harbor-core:v2.15.2",
    fix="push the image there, or correct delivery.imageMirrors",
    evidence=("Failed to pull image", "not found"),
    terminal=True,
)
OUTCOMES = (
    ("cluster.reachable", "API server", Outcome("ok", "v1.34.4 answers")),
    (
        "dns.url",
        "DNS of the URL",
        Outcome(
            "warn",
            "harbor.example.com is not known here",
            "clients find Harbor by this name",
            "add a record, or set harbor.resolve:\n--set harbor.resolve=10.0.0.5",
        ),
    ),
    (
        "storage.class",
        "StorageClass",
        Outcome(
            "fail", "there is no StorageClass fast", "claims stay pending", "name one that exists"
        ),
    ),
    ("quota", "Quotas", Outcome("skipped", "may not list quotas", "the right is missing")),
)


async def _never(world, subject):
    raise AssertionError("nobody asks here")


RESULTS = tuple(
    Result(Check(id_, title, (), _never), outcome, 0.25) for id_, title, outcome in OUTCOMES
)


def _at(seconds):
    return {"time": START + timedelta(seconds=seconds), "run": RUN}


CHECKED = tuple(
    CheckFinished(
        **_at(0.25),
        check=id_,
        title=title,
        state=outcome.state,
        fact=outcome.fact,
        why=outcome.why,
        fix=outcome.fix,
        seconds=0.25,
    )
    for id_, title, outcome in OUTCOMES
)
EVENTS = (
    CHECKED[0],
    CHECKED[1],
    RunStarted(
        **_at(1),
        preset="production",
        target=str(TARGET),
        plan=PLAN.hash,
        steps=tuple(step.id for step in PLAN.steps),
    ),
    StepStarted(**_at(1), step="namespace", title="Namespace of Harbor", changes=1),
    StepFinished(**_at(1.4), step="namespace", state="done", seconds=0.4),
    StepStarted(**_at(1.4), step="harbor.secrets", title="Secrets of Harbor", changes=0),
    StepFinished(**_at(1.5), step="harbor.secrets", state="unchanged", seconds=0.1),
    StepStarted(**_at(1.5), step="harbor.release", title="Harbor 2.15.2", changes=3),
    Log(**_at(2), step="harbor.release", source="helm", text="upgrading registry"),
    StepWaiting(
        **_at(5),
        step="harbor.release",
        text="Deployment harbor/registry-core: 0 of 2 replicas ready, image is being pulled",
    ),
    StepProgress(**_at(6), step="harbor.release", done=3, total=9),
    Log(**_at(7), step="harbor.release", source="registry-core-7d9f/core", text="naïve start"),
    FindingSeen(**_at(80), step="harbor.release", finding=FINDING),
    StepFinished(
        **_at(86.5),
        step="harbor.release",
        state="failed",
        seconds=85.0,
        what="Harbor does not become ready",
        why="the image cannot be pulled",
        fix="push the image there\nthen give the same command again",
    ),
    StepFinished(**_at(86.5), step="acceptance", state="blocked", seconds=0.0),
    RunFinished(**_at(86.6), exit=5, seconds=86.6, summary="1 of 4 steps failed"),
)
