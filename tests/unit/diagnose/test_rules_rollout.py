"""A StatefulSet whose broken pod keeps its own update from happening."""

from typing import Any

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.world import found
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.kinds import STATEFUL_SET
from wizard.diagnose.view import View
from wizard.ports import Object

PULL = world.waits("ImagePullBackOff", "Back-off pulling image: x509: unknown authority")


def updated(told: Object | None, revision: str = "old", **spec: Any) -> View:
    database = world.made(
        STATEFUL_SET,
        "harbor-database",
        component="database",
        spec=spec,
        status={"observedGeneration": 1, "updateRevision": "new"},
    )
    pod = world.owned(world.pod("database", told), database)
    pod["metadata"]["labels"]["controller-revision-hash"] = revision
    return world.view(database, pod)


def test_a_pod_that_cannot_start_is_to_blame_before_its_image() -> None:
    first, second = evaluate(updated(PULL)).findings
    assert (first.id, first.terminal) == ("HW-206", True)
    assert "kubectl -n harbor delete pod harbor-database-" in first.fix
    assert second.id == "HW-022"


@pytest.mark.parametrize(
    "view",
    [
        updated(PULL, "new"),
        updated(PULL, podManagementPolicy="Parallel"),
        updated(None),
        updated(world.runs(5)),
    ],
    ids=["already the new one", "pods do not wait for each other", "ready", "may become ready"],
)
def test_other_pods_do_not_block(view: View) -> None:
    assert "HW-206" not in [finding.id for finding in found(view)]
