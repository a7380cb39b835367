"""Lists in pages and watches that break, over a server that breaks them as told."""

import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from backends.cluster import Cluster, open_cluster
from tests.contract.objects_contract import CONFIG_MAP, next_changes
from tests.contract.scripted_server import (
    CONFIG_MAPS,
    Answer,
    ScriptedServer,
    lines,
    serving,
    write_kubeconfig,
)
from wizard.errors import Forbidden, KindUnknown, Unauthorized
from wizard.ports import Change, Object

LIST = f"GET {CONFIG_MAPS}"
CUT = ConnectionResetError()


def item(name: str, version: int, uid: str = "") -> Object:
    metadata = {
        "name": name,
        "namespace": "home",
        "uid": uid or name,
        "resourceVersion": str(version),
        "managedFields": [{"manager": "someone"}],
    }
    return {"metadata": metadata}


def listing(version: int, *items: Object, more: str = "") -> tuple[int, Any]:
    return 200, {"metadata": {"resourceVersion": str(version), "continue": more}, "items": items}


def event(kind: str, obj: Object) -> Object:
    return {"type": kind, "object": {"kind": "ConfigMap", **obj}}


def error(code: int) -> Object:
    return {"type": "ERROR", "object": {"kind": "Status", "code": code, "message": "told"}}


class Script:
    """The answers to lists and watches of one path, in turn; the queries that came."""

    def __init__(self, lists: list[Answer], watches: list[Answer]) -> None:
        self.lists, self.watches = lists, watches
        self.queries: list[dict[str, str]] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.queries.append(dict(request.query))
        answers = self.watches if "watch" in request.query else self.lists
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, tuple):
            return web.json_response(answer[1], status=answer[0])
        assert not isinstance(answer, Exception)
        return await answer(request)

    @property
    def watched_from(self) -> list[str]:
        """The revisions that watches began at."""
        return [query["resourceVersion"] for query in self.queries if "watch" in query]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def cluster(server: ScriptedServer, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with open_cluster(write_kubeconfig(tmp_path, server.url, {"token": "t"})) as opened:
        yield opened


@pytest.fixture
async def changes(cluster: Cluster) -> AsyncIterator[AsyncGenerator[Change]]:
    async with aclosing(cluster.objects.watch(CONFIG_MAP, "home")) as watch:
        yield watch


async def test_pages_become_one_list(server: ScriptedServer, cluster: Cluster) -> None:
    pages = Script([listing(5, item("a", 1), more="p2"), listing(5, item("b", 2))], [])
    server.on(LIST, pages)
    found = await cluster.objects.list(CONFIG_MAP, "home", "app=x")
    assert [obj["metadata"]["name"] for obj in found.items] == ["a", "b"]
    assert found.resource_version == "5"
    assert [query.get("continue") for query in pages.queries] == [None, "p2"]
    assert {query["labelSelector"] for query in pages.queries} == {"app=x"}
    assert "managedFields" not in found.items[0]["metadata"]
    assert (found.items[0]["apiVersion"], found.items[0]["kind"]) == ("v1", "ConfigMap")


async def test_pages_that_grew_too_old_are_read_again_at_once(
    server: ScriptedServer, cluster: Cluster
) -> None:
    whole = listing(9, item("a", 1), item("b", 2))
    pages = Script([listing(5, item("a", 1), more="p2"), (410, {"code": 410}), whole], [])
    server.on(LIST, pages)
    found = await cluster.objects.list(CONFIG_MAP, "home")
    assert [obj["metadata"]["name"] for obj in found.items] == ["a", "b"]
    assert "limit" not in pages.queries[-1]


async def test_a_broken_watch_goes_on_where_it_was(
    server: ScriptedServer, changes: AsyncGenerator[Change]
) -> None:
    half = json.dumps(event("ADDED", item("lost", 9))).encode()[:30]
    first = lines(event("ADDED", item("b", 6)), {**event("BOOKMARK", item("", 8))}, half, then=CUT)
    second = lines(event("MODIFIED", item("b", 9)), event("DELETED", item("a", 10)))
    watched = Script([listing(5, item("a", 1))], [first, (503, {}), second, lines()])
    server.on(LIST, watched)
    assert await next_changes(changes, 5) == [
        ("ADDED", "a"),
        ("SYNCED", ""),
        ("ADDED", "b"),
        ("MODIFIED", "b"),
        ("DELETED", "a"),
    ]
    assert watched.watched_from[:3] == ["5", "8", "8"]
    assert all(query.get("allowWatchBookmarks") for query in watched.queries if "watch" in query)


@pytest.mark.parametrize("gone", [lines(error(410)), (410, {"code": 410})])
async def test_a_watch_that_is_too_old_lists_again_and_tells_the_difference(
    server: ScriptedServer, changes: AsyncGenerator[Change], gone: Answer
) -> None:
    before = listing(5, item("same", 1), item("new", 2), item("gone", 3), item("made anew", 4))
    after = listing(
        50, item("same", 1), item("new", 20), item("made anew", 30, "other"), item("extra", 40)
    )
    watched = Script([before, after], [gone, lines(event("DELETED", item("extra", 51))), lines()])
    server.on(LIST, watched)
    assert len(await next_changes(changes, 5)) == 5
    assert await next_changes(changes, 6) == [
        ("DELETED", "gone"),
        ("DELETED", "made anew"),
        ("MODIFIED", "new"),
        ("ADDED", "made anew"),
        ("ADDED", "extra"),
        ("DELETED", "extra"),
    ]
    assert watched.watched_from[:2] == ["5", "50"]


async def test_what_was_replaced_is_not_kept(
    server: ScriptedServer, changes: AsyncGenerator[Change]
) -> None:
    """A watch lasts for days, and each object of its first list may have become another."""
    listed = listing(5, item("a", 1), item("b", 2))
    server.on(LIST, Script([listed], [lines(event("MODIFIED", item("a", 6)))]))
    first = (await anext(changes)).object
    await next_changes(changes, 3)
    assert sys.getrefcount(first) == 2, "its name here, and the argument"


@pytest.mark.parametrize(
    ("refusal", "raised"),
    [
        ((403, {"message": 'User "u" cannot watch resource "x"'}), Forbidden),
        ((401, {}), Unauthorized),
    ],
)
async def test_a_watch_without_the_right_ends(
    server: ScriptedServer,
    changes: AsyncGenerator[Change],
    refusal: Answer,
    raised: type[Exception],
) -> None:
    server.on(LIST, Script([listing(5)], [refusal]))
    assert await next_changes(changes, 1) == [("SYNCED", "")]
    with pytest.raises(raised):
        await anext(changes)


async def test_a_watch_ends_with_its_kind(
    server: ScriptedServer, changes: AsyncGenerator[Change]
) -> None:
    missing = (404, {"message": "the server could not find the requested resource"})
    server.on(LIST, Script([listing(5), missing], [missing]))
    assert await next_changes(changes, 1) == [("SYNCED", "")]
    server.on("GET /api", (200, {"kind": "APIGroupDiscoveryList", "items": []}))
    with pytest.raises(KindUnknown):
        await anext(changes)


async def test_a_first_list_that_fails_is_tried_again(
    server: ScriptedServer, changes: AsyncGenerator[Change]
) -> None:
    server.on(LIST, Script([(500, {}), (500, {}), listing(5)], [lines()]))
    assert await next_changes(changes, 1) == [("SYNCED", "")]


async def test_managed_fields_are_left_out_of_events(
    server: ScriptedServer, changes: AsyncGenerator[Change]
) -> None:
    server.on(LIST, Script([listing(5)], [lines(event("ADDED", item("a", 6))), lines()]))
    await next_changes(changes, 1)
    assert "managedFields" not in (await anext(changes)).object["metadata"]


async def test_a_large_object_arrives_whole(
    server: ScriptedServer, changes: AsyncGenerator[Change]
) -> None:
    large = {**item("large", 6), "data": {"x": "y" * 3_000_000}}
    server.on(LIST, Script([listing(5)], [lines(event("ADDED", large)), lines()]))
    await next_changes(changes, 1)
    assert len((await anext(changes)).object["data"]["x"]) == 3_000_000


async def test_where_no_watch_gets_through_lists_tell_what_changed(
    server: ScriptedServer, changes: AsyncGenerator[Change]
) -> None:
    script = Script([listing(1, item("a", 1)), listing(9, item("a", 8))], [lines(then=CUT)])
    server.on(LIST, script)
    assert await next_changes(changes, 3) == [("ADDED", "a"), ("SYNCED", ""), ("MODIFIED", "a")]
    assert script.watched_from == ["1"] * 4
