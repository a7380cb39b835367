"""Plans: what names them, and how they read as JSON."""

from dataclasses import replace

from wizard.plan.plan import Plan, PlannedStep, Target
from wizard.ports import Kind, Ref
from wizard.steps.base import FieldChange, ObjectChange

TARGET = Target("uid", "context", "harbor", "harbor")
CORE = Ref(Kind("apps/v1", "Deployment"), "harbor", "harbor-core")
TAKEN = FieldChange("spec.replicas", "3", "1", "kubectl-scale")


def plan(*changes: ObjectChange, target: Target = TARGET) -> Plan:
    return Plan("production", target, (PlannedStep("harbor.release", "Harbor", (), changes),))


def test_the_hash_names_changes_contents_and_target() -> None:
    one = plan(ObjectChange("create", CORE, content="a"))

    assert one.hash == plan(ObjectChange("create", CORE, content="a")).hash
    assert one.hash != plan(ObjectChange("create", CORE, content="b")).hash
    assert one.hash != plan(ObjectChange("update", CORE, content="a")).hash
    other = replace(TARGET, cluster_uid="another")
    assert one.hash != plan(ObjectChange("create", CORE, content="a"), target=other).hash


def test_the_hash_tells_what_is_taken_from_whom() -> None:
    free = ObjectChange("update", CORE, (replace(TAKEN, owner=""),), content="a")

    assert plan(free).hash != plan(replace(free, fields=(TAKEN,))).hash


def test_whether_it_could_be_tried_is_no_part_of_the_hash() -> None:
    tried = ObjectChange("create", CORE, content="a")

    assert plan(tried).hash == plan(replace(tried, validated=False, reason="why")).hash


def test_the_context_is_personal_and_no_part_of_the_hash() -> None:
    mine = replace(TARGET, context="mine")

    assert plan().hash == plan(target=mine).hash


def test_as_json_every_change_has_its_fields_and_owners() -> None:
    document = plan(ObjectChange("update", CORE, (TAKEN,), validated=False, reason="no")).document()

    (step,) = document["steps"]
    assert step["changes"] == [
        {
            "action": "update",
            "object": "Deployment harbor/harbor-core",
            "fields": [
                {"path": "spec.replicas", "before": "3", "after": "1", "owner": "kubectl-scale"}
            ],
            "validated": False,
            "reason": "no",
        }
    ]
    assert document["summary"] == {"create": 0, "update": 1, "replace": 0, "delete": 0}
