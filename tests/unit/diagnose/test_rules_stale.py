"""Pods that go on with the former content of a Secret; and Secrets that should not change."""

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.cases_of_secrets import (
    CHANGED,
    STARTED,
    encryption,
    jobservice,
    mounted,
    reading,
    secret,
    variable,
    wrote,
)
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.finding import Finding
from wizard.diagnose.view import View
from wizard.ports import Object


def found(view: View) -> dict[str, Finding]:
    return {one.id: one for one in evaluate(view).findings if one.id in {"HW-241", "HW-242"}}


def test_it_names_who_changed_what_when_and_who_runs_since() -> None:
    told = found(jobservice(STARTED, wrote(CHANGED)))["HW-241"]
    assert told.severity == "warn"
    assert "harbor-core-secret" in told.cause
    (line,) = told.evidence
    assert line.startswith(
        "Secret harbor/harbor-core-secret changed 2026-11-23 21:15:00 by kubectl-patch; jobservice"
    )
    assert line.endswith("runs since 2026-11-23 20:30:05")


def test_the_restart_of_its_deployment_is_offered() -> None:
    deployment, replicas = world.deployment("jobservice"), world.replica_set("jobservice")
    pod = reading("jobservice", env=[variable("CORE_SECRET", "s")])
    world.owned(replicas, deployment)
    view = world.view(world.owned(pod, replicas), replicas, deployment, secret("s", wrote(CHANGED)))
    assert str(found(view)["HW-241"].offer) == "restart the Deployment harbor/harbor-jobservice"


@pytest.mark.parametrize(
    "view",
    [
        jobservice(STARTED, wrote(60)),
        jobservice(CHANGED - 60, wrote(CHANGED)),
        jobservice(STARTED, wrote(9000)),
        jobservice(STARTED),
        world.view(
            mounted("core", "harbor-tls", "ca.crt", whole=True),
            secret("harbor-tls", wrote(CHANGED)),
        ),
        world.view(reading("core"), secret("other", wrote(CHANGED))),
        world.view(
            reading("core", env=[variable("A", "r")]), secret("r", wrote(CHANGED), owner="helm")
        ),
    ],
    ids=[
        "an update goes on",
        "started after it",
        "long ago",
        "nobody tells who wrote",
        "a folder, which is read anew",
        "one that nobody reads",
        "a revision of Helm",
    ],
)
def test_nothing_is_told_of(view: View) -> None:
    assert found(view) == {}


def test_the_proxy_goes_on_with_the_certificate_that_was_renewed_since() -> None:
    proxy = mounted("nginx", "harbor-tls", "tls.crt", whole=True)
    view = world.view(proxy, secret("harbor-tls", wrote(CHANGED, "cert-manager-certificates")))
    assert "by cert-manager-certificates" in found(view)["HW-241"].evidence[0]


def test_a_container_that_started_again_has_read_it() -> None:
    told = world.runs(CHANGED - 60, ready=True)
    pod = world.pod("core", told, age=STARTED, container={"env": [variable("A", "s")]})
    assert found(world.view(pod, secret("s", wrote(CHANGED)))) == {}


def test_nobody_offers_to_restart_into_another_encryption_key() -> None:
    told = found(encryption(STARTED, wrote(CHANGED)))
    assert told.keys() == {"HW-242"}
    assert told["HW-242"].object == "Secret harbor/harbor-encryption-key"
    assert told["HW-242"].offer is None
    assert "before anything restarts" in told["HW-242"].fix


def chart_made() -> list[Object]:
    """Core is given all of one Secret, the job service one entry of it."""
    whole = [{"secretRef": {"name": "harbor-core"}}]
    core = reading("core", envFrom=whole)
    other = reading("jobservice", env=[variable("CORE_SECRET", "harbor-core")])
    return [core, other]


def test_a_secret_that_holds_both_is_told_once_and_nobody_is_restarted() -> None:
    told = found(world.view(*chart_made(), secret("harbor-core", wrote(CHANGED))))
    assert told.keys() == {"HW-242"}
    assert len(told["HW-242"].evidence) == 1
