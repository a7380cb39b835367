"""A live picture in words: what is to blame, what that drags down, what is not known."""

from datetime import timedelta
from typing import Any

from screens.models.picture_rows import (
    MOST_EVENTS,
    ChangeLines,
    EventLines,
    head,
    part_rows,
    problems,
    sources_of,
)
from tests.unit.diagnose import world
from tests.unit.diagnose.cases_of_storage import use
from wizard.diagnose import kinds
from wizard.diagnose.kinds import OWN
from wizard.diagnose.observer import EVERYTHING
from wizard.live import Picture, picture_of
from wizard.plan.plan import Target
from wizard.ports import Object

TARGET = Target("uid", "prod", world.NAMESPACE, "harbor")
UNTRUSTED = "x509: certificate signed by unknown authority"


def same(text: str) -> str:
    return text


def picture(*objects: Object, **more: Any) -> Picture:
    return picture_of(TARGET, world.view(*objects, asked=[*EVERYTHING, *OWN], **more))


def healthy() -> list[Object]:
    return [world.deployment("core", ready=1), world.pod("core")]


def broken() -> list[Object]:
    """Redis cannot be pulled, so core restarts."""
    redis = world.pod("redis", world.waits("ErrImagePull", UNTRUSTED))
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=5, **world.LOOP), age=999)
    return [world.stateful_set("redis"), world.deployment("core"), redis, core]


def parts(seen: Picture) -> dict[str, tuple[str, str, str]]:
    return {row.id: (row.state, row.word, row.waits) for row in part_rows(seen, same)}


def test_a_healthy_release_says_so() -> None:
    assert head(picture(*healthy())) == (
        "ok",
        "prod/harbor/harbor   nothing wrong was found   live",
    )
    assert parts(picture(*healthy()))["core"] == ("ok", "1/1 ready", "")
    assert more(picture(*healthy()), "core") == (f"since {clock(295)}",)


def more(seen: Picture, part: str) -> tuple[str, ...]:
    return next(tuple(row.more) for row in part_rows(seen, same) if row.id == part)


def clock(seconds_ago: float) -> str:
    return (world.NOW - timedelta(seconds=seconds_ago)).astimezone().strftime("%H:%M:%S")


def test_a_part_says_how_many_pods_it_wants_and_how_full_its_volumes_are() -> None:
    wanting = world.deployment("registry", ready=1, wanted=2)
    uses = world.pod("registry", claims=("data",)), use("data", 6)
    shown = parts(picture(wanting, *uses))["registry"]
    assert shown[1] == "not ready, 1/2 ready"
    assert shown[2].endswith(f"(since {clock(295)}); 12 of 200 GiB used, 6 %")
    well = picture(world.deployment("registry", ready=1), *uses)
    assert parts(well)["registry"] == ("ok", "1/1 ready", "")
    assert more(well, "registry") == ("12 of 200 GiB used, 6 %", f"since {clock(295)}")


def test_a_part_whose_pods_are_refused_says_how_many_it_wants() -> None:
    assert parts(picture(world.deployment("core", wanted=3)))["core"][1] == "not ready, 0/3 ready"


def test_what_is_so_since_another_day_says_which() -> None:
    core = world.pod("core", age=3 * 86400)
    shown = more(picture(world.deployment("core", ready=1), core), "core")
    day = (world.NOW - timedelta(days=3)).astimezone()
    assert shown == (f"since {day:%Y-%m-%d}",)


def test_no_harbor_is_not_a_healthy_one() -> None:
    state, told = head(picture(world.pod("somebody-elses", name="app")))
    assert state == "look"
    assert "there is no Harbor of this name here" in told


def test_one_cause_is_red_and_what_it_drags_down_says_because_of_what() -> None:
    seen = picture(*broken())
    assert head(seen) == ("wrong", "prod/harbor/harbor   1 cause   live")
    shown = parts(seen)
    assert shown["redis"][0] == "wrong"
    assert "not trusted" in shown["redis"][2]
    assert shown["core"][0] == "not yet"
    assert "5 restarts" in shown["core"][1]
    assert shown["core"][2].startswith("because of Redis (since ")


def test_a_problem_tells_why_what_was_seen_and_what_to_do() -> None:
    (told,) = problems(picture(*broken()), same)
    assert (told.id, told.state, told.step) == ("HW-022", "wrong", "redis")
    assert [label for label, _ in told.details] == ["Why", "Seen", "Fix"]


def test_what_is_explained_by_another_problem_says_so() -> None:
    end: Any = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": world.ago(5)}
    redis = world.pod("redis", world.runs(3, ready=True, restarts=4, **end))
    redis["status"]["conditions"][0]["lastTransitionTime"] = world.ago(400)
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=5, **world.LOOP))
    first, second = problems(picture(redis, core), same)
    assert (first.id, second.id, second.state) == ("HW-041", "HW-201", "look")
    assert ("Why", "HW-041 explains it") in second.details


def test_what_cannot_be_looked_at_is_never_good() -> None:
    seen = picture(not_checked=dict.fromkeys(kinds.WORKLOADS, "User may not list deployments"))
    assert parts(seen)["core"] == ("unknown", "not known", "User may not list deployments")


def test_secrets_are_hidden_in_what_is_wrong() -> None:
    told = problems(picture(*broken()), lambda text: text.replace(UNTRUSTED, "***"))
    assert UNTRUSTED not in str(told)


def test_a_picture_from_before_the_api_server_fell_silent_says_so() -> None:
    behind = picture_of(TARGET, world.view(*healthy()), world.NOW - timedelta(minutes=3))
    assert "the API server does not answer since" in head(behind)[1]


def test_events_are_told_once_and_again_when_they_happen_again() -> None:
    core, lines = world.pod("core"), EventLines()
    failed = world.event(core, "Unhealthy", "probe\nfailed\x1b[31m", times=1)
    (first,) = lines.of(picture(core, failed), same)
    assert first.source == f"Pod/{core['metadata']['name']}"
    assert first.text == "Warning Unhealthy: probe failed"
    assert lines.of(picture(core, failed), same) == []
    (again,) = lines.of(picture(core, failed | {"count": 2}), same)
    assert again.text == "Warning Unhealthy (2 times): probe failed"


def test_of_many_events_at_once_the_newest_are_told() -> None:
    core = world.pod("core")
    events = [world.event(core, "Pulled", str(age), last=age) for age in range(MOST_EVENTS + 5)]
    told = EventLines().of(picture(core, *events), same)
    assert len(told) == MOST_EVENTS
    assert told[-1].text.endswith(": 0")


def test_changes_are_told_once() -> None:
    core, lines = world.deployment("core"), ChangeLines()
    seen = picture(core)
    assert [one.text for one in lines.of(seen, same)] == ["made"]
    assert lines.of(seen, same) == []
    (new,) = lines.of(picture(core, world.deployment("portal")), same)
    assert new.source == "Deployment harbor/harbor-portal"


def test_the_logs_of_a_part_are_those_of_its_pods() -> None:
    core = world.pod("core")
    name = core["metadata"]["name"]
    sources = [f"{name}/core", "harbor-redis-0/redis"]
    assert sources_of(picture(core), "core", sources) == [f"{name}/core"]
