"""What is made of an answer at Harbor's URL, and of none."""

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.cases_of_urls import (
    HEALTHY,
    REALM,
    URL,
    asked,
    certificate,
    realm,
    unanswered,
)
from tests.unit.diagnose.world import found, only
from wizard.diagnose.asked import Source
from wizard.diagnose.components import component_of, components, dragged_down
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.view import View
from wizard.errors import Unreachable
from wizard.ports import RegistryAnswer

RULES = {"HW-018", "HW-227", "HW-244"}


def parts(view: View) -> dict[str, tuple[str, str]]:
    """State and reason of the two parts."""
    states = components(view, "harbor", "harbor", evaluate(view).findings)
    told = {one.id: (one.state, one.reason) for one in states}
    return {id_: told[id_] for id_ in ("url", "realm") if id_ in told}


def unchecked(view: View) -> set[str]:
    """Those of the rules that say why they could not judge."""
    return RULES & {one.rule for one in evaluate(view).not_checked}


def test_a_healthy_harbor() -> None:
    view = asked(HEALTHY)
    assert parts(view) == {"url": ("ok", URL), "realm": ("ok", "")}
    assert (found(view), unchecked(view)) == ([], set())


def test_where_nobody_asked_there_are_no_such_parts_and_the_rules_say_so() -> None:
    assert parts(world.view()) == {}
    assert unchecked(world.view()) == RULES


@pytest.mark.parametrize(
    ("url", "elsewhere"),
    [
        (URL, "https://core.harbor.domain"),
        (URL, "http://harbor.test"),
        (f"{URL}:30443", URL),
        ("http://harbor.test", URL),
        (URL, "harbor.test"),
        (URL, "https://harbor.test:port"),
    ],
)
def test_a_realm_elsewhere_than_the_presets_url(url: str, elsewhere: str) -> None:
    view = asked(realm(elsewhere), url=url)
    finding = only(view)
    assert (finding.id, finding.severity, finding.component) == ("HW-018", "fail", "realm")
    assert url in finding.cause
    assert elsewhere in finding.cause
    assert parts(view)["url"][0] == "ok"
    assert parts(view)["realm"] == ("failed", finding.title)


@pytest.mark.parametrize("same", ["https://HARBOR.test", "https://harbor.test:443"])
def test_the_same_address_written_otherwise(same: str) -> None:
    assert found(asked(realm(same))) == []


@pytest.mark.parametrize(
    ("source", "url", "elsewhere", "state"),
    [
        ("host", URL, "https://core.harbor.domain", "failed"),
        ("host", URL, "http://harbor.test", "failed"),
        ("host", "http://harbor.test", URL, "unknown"),
        ("host", URL, f"{URL}:30443", "unknown"),
        ("address", "https://10.0.0.1", URL, "unknown"),
        ("address", "https://10.0.0.1", "https://10.0.0.1", "ok"),
    ],
)
def test_what_objects_alone_tell_for_sure_counts_and_the_rest_is_not_known(
    source: Source, url: str, elsewhere: str, state: str
) -> None:
    view = asked(realm(elsewhere), url=url, source=source)
    assert parts(view)["url"] == ("ok", url)
    assert parts(view)["realm"][0] == state
    assert [one.id for one in found(view)] == (["HW-018"] if state == "failed" else [])
    if state == "unknown":
        assert unchecked(view) == {"HW-018"}
        assert elsewhere in parts(view)["realm"][1]
        assert "--preset" in parts(view)["realm"][1]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (RegistryAnswer(503), "does not reach"),
        (RegistryAnswer(404), "404 that is no registry"),
        (RegistryAnswer(401), "401 that is no registry"),
        (RegistryAnswer(200, registry=True), "asks for no token"),
        (RegistryAnswer(302, location="https://sso.test/"), "leads to https://sso.test/"),
    ],
)
def test_another_answer(answer: RegistryAnswer, told: str) -> None:
    view = asked(answer)
    finding = only(view)
    assert (finding.id, finding.severity, finding.component) == ("HW-244", "fail", "url")
    assert told in finding.cause
    assert finding.evidence[0].startswith(f"21:30:00 GET {URL}/v2/: {answer.status}")
    assert parts(view)["url"] == ("failed", finding.title)
    assert parts(view)["realm"][0] == "unknown"
    assert unchecked(view) == {"HW-018"}


def test_an_error_is_no_failure_before_the_pods_behind_it_were_ready_for_a_while() -> None:
    unready = world.pod("core", world.runs(3, ready=False), age=5)
    early = world.pod("core", world.runs(10, ready=True), age=12)
    ready = world.pod("core", world.runs(100, ready=True), age=120)
    for core, ago, severity in (
        (unready, 0, "warn"),
        (early, 0, "warn"),
        (ready, 90, "warn"),
        (ready, 0, "fail"),
    ):
        view = asked(RegistryAnswer(503), core, ago=ago)
        told = [one.severity for one in evaluate(view).findings if one.id == "HW-244"]
        assert told == [severity]
        assert parts(view)["url"][0] == ("failed" if severity == "fail" else "waiting")


def test_what_fails_behind_it_explains_an_error() -> None:
    core = world.pod("core", world.waits("CrashLoopBackOff", "back-off", 5, **world.LOOP))
    view = asked(RegistryAnswer(503), core, world.deployment("core"))
    (error,) = (one for one in evaluate(view).findings if one.id == "HW-244")
    assert error.suppressed_by == "HW-201"


def test_a_redirect_from_an_address_that_was_guessed_tells_nothing() -> None:
    onward = RegistryAnswer(308, location=f"{URL}/v2/")
    view = asked(onward, url="http://harbor.test", source="host")
    assert parts(view)["url"][0] == parts(view)["realm"][0] == "unknown"
    assert unchecked(view) == RULES
    assert found(view) == []


@pytest.mark.parametrize(
    ("kind", "source", "id_"),
    [
        ("expired", "preset", "HW-227"),
        ("expired", "address", "HW-227"),
        ("name", "host", "HW-227"),
        ("name", "address", ""),
        ("untrusted", "preset", ""),
        ("untrusted", "host", ""),
    ],
)
def test_a_certificate_that_does_not_hold(kind: str, source: Source, id_: str) -> None:
    view = certificate(kind, source)
    assert [one.id for one in found(view)] == ([id_] if id_ else [])
    assert parts(view)["url"][0] == ("failed" if id_ else "unknown")
    assert parts(view)["realm"][0] == "unknown"
    assert unchecked(view) == ({"HW-018"} if id_ else RULES)


def test_no_answer_is_not_known_to_be_a_fault_and_says_why_and_what_to_do() -> None:
    view = unanswered(Unreachable("No answer", why="the connection is refused"), "host")
    reason = f"{URL}: the connection is refused; name Harbor's preset with --preset"
    assert parts(view)["url"][0] == parts(view)["realm"][0] == "unknown"
    assert parts(view)["realm"][1] == "for the same reason as the URL"
    assert parts(view)["url"][1].startswith(reason)
    assert unchecked(view) == RULES
    assert found(view) == []


def test_the_parts_need_what_leads_to_harbor_and_are_dragged_down_with_it() -> None:
    ingress = world.made(world.Kind("networking.k8s.io/v1", "Ingress"), "harbor-ingress")
    refused = unanswered(Unreachable("No answer", why="the connection is refused"))
    view = View.of([ingress], now=world.NOW, not_checked=refused.not_checked)
    states = components(view, "harbor", "harbor")
    assert {one.id: one.needs for one in states}["realm"] == ("url",)
    failed = [
        type(one)(one.id, one.title, "failed" if one.id == "entry" else one.state, one.needs)
        for one in states
    ]
    entry = ["Ingress, route or service"]
    assert {id_: dragged_down(failed)[id_] for id_ in ("url", "realm")} == {
        "url": entry,
        "realm": entry,
    }


def test_an_answer_at_the_url_says_nothing_of_the_kubernetes_api() -> None:
    view = asked(HEALTHY)
    own = {kind: one for kind, one in view.collections.items() if kind.group == "harbor-wizard"}
    states = components(View(own, view.now), "harbor", "harbor")
    assert {one.id: one.state for one in states}["api"] == "unknown"


def test_they_are_objects_of_their_own() -> None:
    view = asked(HEALTHY)
    told = {
        obj["metadata"]["name"]: component_of(view, obj)
        for kind, one in view.collections.items()
        if kind.group == "harbor-wizard"
        for obj in one.items.values()
    }
    assert told == {URL: "url", REALM: "realm"}
