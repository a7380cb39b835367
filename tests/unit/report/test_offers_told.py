"""`troubleshoot --once` says what drags a part down, and what the wizard may do about a problem.

With a bundle there is nothing to act on.
"""

from wizard.diagnose.components import ComponentState
from wizard.diagnose.evaluate import Diagnosis
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import DEPLOYMENT
from wizard.diagnose.offer import Offer
from wizard.plan.plan import Target
from wizard.ports import Ref
from wizard.report_text import diagnosis_lines
from wizard.run.rendering import Style

FINDING = Finding(
    "HW-201",
    "fail",
    "Pod harbor/harbor-core-1",
    "Container keeps ending",
    "It ended.",
    "See its log.",
    offer=Offer("restart", Ref(DEPLOYMENT, "harbor", "harbor-core")),
)


def lines(*, offers: bool) -> list[str]:
    target = Target("uid", "prod", "harbor", "harbor")
    told = Diagnosis((FINDING,), ())
    return [*diagnosis_lines(target, (), told, Style(), offers=offers)]


def test_an_offer_is_told_with_the_way_to_it_and_only_where_it_can_be_taken() -> None:
    told = "  do: restart the Deployment harbor/harbor-core: "
    told += "key a in `wizard troubleshoot` without --once"
    assert set(lines(offers=True)) - set(lines(offers=False)) == {told}


def test_a_part_that_is_only_dragged_down_does_not_look_like_a_cause() -> None:
    states = (
        ComponentState("database", "Database", "failed", (), "0 of 1 ready"),
        ComponentState("core", "Core", "failed", ("database",), "0 of 1 available"),
        ComponentState("exporter", "Metrics exporter", "unknown", ("core",), "No right"),
    )
    told = diagnosis_lines(
        Target("uid", "prod", "harbor", "harbor"), states, Diagnosis((), ()), Style(), offers=False
    )
    database, core, exporter = list(told)[1:4]
    assert database == "  ✗ Database failed: 0 of 1 ready"
    assert core == "  … Core failed because of Database: 0 of 1 available"
    assert exporter.endswith("Metrics exporter unknown: No right")
