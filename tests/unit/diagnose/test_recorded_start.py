"""An installation on a real API server, as an observer saw it: seen again, moment by moment.

The job service ended three times until core answered, which took four seconds to become ready.
`HARBOR_WIZARD_RECORD=FILE pytest tests/cluster/test_rules.py` records it anew.
"""

from pathlib import Path

import pytest

from tests.unit.diagnose.recording import Recording, replay
from wizard.diagnose.components import components
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.fields import containers
from wizard.diagnose.kinds import POD
from wizard.diagnose.view import View

START = Path(__file__).parent / "recorded" / "healthy-start.jsonl.gz"


@pytest.fixture(scope="module")
def views() -> list[View]:
    return list(replay(START))


def test_a_real_start_gives_no_finding_at_any_moment(views: list[View]) -> None:
    found = [one for view in views for one in evaluate(view).findings]
    assert len(views) > 20
    assert found == []


def test_the_noise_of_a_start_is_in_it(views: list[View]) -> None:
    """Else it would prove nothing."""
    restarts = {
        told.get("restartCount", 0)
        for view in views
        for pod in view.all(POD)
        for declared, told in containers(pod)
        if declared["name"] == "jobservice"
    }
    warned = {
        event["reason"] for view in views for pod in view.all(POD) for event in view.warnings(pod)
    }
    assert restarts >= {0, 3}
    assert warned


def test_it_ends_with_all_components_ready(views: list[View]) -> None:
    last = views[-1]
    place = next(iter(last.all(POD)))["metadata"]["namespace"]
    states = {one.id: one.state for one in components(last, place, "harbor")}
    assert states.pop("entry") == "ok"
    assert states.pop("dns") == "unknown", "nobody runs one there"
    assert set(states.values()) == {"ok"}


def test_a_recording_shows_again_what_it_took(views: list[View], tmp_path: Path) -> None:
    recording = Recording()
    for view in views:
        recording.take(view)
    recording.save(tmp_path / "again.jsonl.gz")
    again = list(replay(tmp_path / "again.jsonl.gz"))
    assert [view.now for view in again] == [view.now for view in views]
    for ours, theirs in zip(again, views, strict=True):
        assert {kind: one.items for kind, one in ours.collections.items()} == {
            kind: one.items for kind, one in theirs.collections.items()
        }
        assert ours.logs == theirs.logs
