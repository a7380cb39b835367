"""What containers say: where rules find something, and the case beside it where not."""

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.world import LOOP, found, only
from wizard.diagnose.evaluate import evaluate


@pytest.mark.parametrize(
    ("component", "text", "id_", "word"),
    [
        ("database", "initdb: error: could not change permissions of directory "
         '"/var/lib/postgresql/data/pgdata/pg18": Operation not permitted', "HW-008", "user 999"),
        ("database", 'initdb: error: could not create directory "/x": Permission denied', "HW-008",
         "user 999"),
        ("database", 'postgres: could not open file "global/pg_control": No such file', "HW-010",
         "half made"),
        ("core", 'pq: password authentication failed for user "postgres"', "HW-011", "password"),
        ("core", "failed to migrate the database, error: Dirty database version 80. Fix and force "
         "version.", "HW-014", "version 80"),
    ],
)  # fmt: skip
def test_a_log_tells_the_cause(component: str, text: str, id_: str, word: str) -> None:
    told = world.waits("CrashLoopBackOff", restarts=2, **LOOP)
    crashing = world.pod(component, told)
    logs = ((crashing, world.line("starting", 19, component)),
            (crashing, world.line(text, 16, component)))  # fmt: skip
    finding = only(world.view(crashing, logs=logs))
    assert (finding.id, finding.terminal) == (id_, True)
    assert word in finding.cause


def test_what_a_container_said_in_an_earlier_life_does_not_count() -> None:
    migrating = world.pod(
        "core", world.runs(600, restarts=1, **LOOP | {"startedAt": world.ago(900)})
    )
    old = (migrating, world.line("Dirty database version 80", 890))
    assert "HW-014" not in {one.id for one in found(world.view(migrating, logs=(old,)))}


def test_a_ready_container_may_say_what_it_likes() -> None:
    core = world.pod("core", world.runs(100, ready=True, restarts=1))
    said = (core, world.line('pq: password authentication failed for user "bob"', 50))
    assert found(world.view(core, logs=(said,))) == []


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("failed to connect to tcp:db.corp:5432 after 60 seconds", "HW-012"),
        ("failed to initialize cache: dial tcp: connect: connection refused", "HW-013"),
    ],
)
def test_an_external_service_that_is_away_explains_the_restarts(text: str, id_: str) -> None:
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=2, **LOOP))
    diagnosis = evaluate(world.view(core, logs=((core, world.line(text, 16)),)))
    assert [(one.id, one.suppressed_by) for one in diagnosis.findings] == [
        (id_, None),
        ("HW-201", id_),
    ]


def test_core_without_its_database_is_usual() -> None:
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=2, **LOOP))
    database = world.pod("database", world.runs(60))
    said = (core, world.line("failed to connect to tcp:harbor-database:5432 after 60 seconds", 16))
    assert found(world.view(core, database, logs=(said,))) == []


def test_the_csrf_key_is_not_quoted() -> None:
    core = world.pod("core")
    said = (core, world.line("Invalid CSRF key from environment: s3cr3t-key, generating", 60))
    finding = only(world.view(core, logs=(said,)))
    assert finding.id == "HW-016"
    assert "s3cr3t" not in str(finding)


def test_what_a_pod_said_that_is_done_or_outlived_its_owner_does_not_count() -> None:
    done = world.pod("core", world.runs(5), phase="Succeeded")
    orphan = world.owned(world.pod("core", world.runs(5)), world.replica_set("core"))
    orphan["metadata"]["ownerReferences"][0]["name"] = "gone"
    said = world.line("Dirty database version 80", 3)
    view = world.view(world.replica_set("core"), done, orphan, logs=((done, said), (orphan, said)))
    assert found(view) == []
