"""Requests of the cluster backend: what is repeated, for how long, and what is said in the end."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from backends.cluster import Cluster, open_cluster
from tests.contract.objects_contract import CONFIG_MAP, config_map
from tests.contract.scripted_server import (
    CONFIG_MAPS,
    CORE,
    ScriptedServer,
    serving,
    write_kubeconfig,
)
from wizard.errors import Conflict, KindUnknown, Throttled, Unauthorized, Unreachable, WorldError
from wizard.ports import Kind, Ref

ONE = f"{CONFIG_MAPS}/one"
REF = Ref(CONFIG_MAP, "home", "one")
OBJECT = config_map("home", "one", {})
RESET = ConnectionResetError()
BUSY = (429, {"message": "too many"}, {"Retry-After": "0"})


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def cluster(server: ScriptedServer, tmp_path: Path) -> AsyncIterator[Cluster]:
    path = write_kubeconfig(tmp_path, server.url, {"token": "t"})
    async with open_cluster(path, budget=3) as opened:
        yield opened


@pytest.mark.parametrize("trouble", [RESET, (500, {}), (503, {}), BUSY])
async def test_reading_applying_and_deleting_are_repeated(
    server: ScriptedServer, cluster: Cluster, trouble: object
) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        server.on(f"{method} {ONE}", trouble, trouble, (200, OBJECT))  # type: ignore[arg-type] # answers
    assert await cluster.objects.get(REF) == OBJECT
    assert await cluster.objects.apply(OBJECT) == OBJECT
    await cluster.objects.delete(REF)
    assert len(server.calls(f"PATCH {ONE}")) == 3


@pytest.mark.parametrize("trouble", [RESET, (500, {}), (503, {})])
async def test_a_creation_is_not_repeated(
    server: ScriptedServer, cluster: Cluster, trouble: object
) -> None:
    server.on(f"POST {CONFIG_MAPS}", trouble, (201, OBJECT))  # type: ignore[arg-type] # answers
    with pytest.raises(Unreachable):
        await cluster.objects.create(OBJECT)
    assert len(server.calls("POST")) == 1


async def test_a_throttled_creation_is_repeated(server: ScriptedServer, cluster: Cluster) -> None:
    server.on(f"POST {CONFIG_MAPS}", BUSY, BUSY, (201, OBJECT))
    assert await cluster.objects.create(OBJECT) == OBJECT


async def test_a_conditional_apply_is_not_repeated_unless_it_is_a_dry_run(
    server: ScriptedServer, cluster: Cluster
) -> None:
    conditional = config_map("home", "one", {}, resourceVersion="7")
    server.on(f"PATCH {ONE}", RESET, (200, OBJECT))
    with pytest.raises(Unreachable):
        await cluster.objects.apply(conditional)
    server.on(f"PATCH {ONE}", RESET, (200, OBJECT))
    assert await cluster.objects.apply(conditional, dry_run=True) == OBJECT


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_a_refusal_is_final(server: ScriptedServer, cluster: Cluster, status: int) -> None:
    body = {"message": "no", "details": {"name": "one"}}
    server.on(f"PATCH {ONE}", (status, body))
    with pytest.raises(WorldError):
        await cluster.objects.apply(OBJECT)
    assert len(server.calls("PATCH")) == 1


async def test_what_a_throttling_server_asks_for_is_granted_within_the_budget(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(f"GET {ONE}", (429, {}, {"Retry-After": "1"}), (200, OBJECT))
    started = time.monotonic()
    await cluster.objects.get(REF)
    assert time.monotonic() - started >= 1
    server.on(f"GET {ONE}", (429, {}, {"Retry-After": "9"}))
    started = time.monotonic()
    with pytest.raises(Throttled):
        await cluster.objects.get(REF)
    assert time.monotonic() - started < 2


async def test_the_forms_of_the_requests(server: ScriptedServer, cluster: Cluster) -> None:
    server.on(f"PATCH {ONE}", (200, OBJECT))
    server.on(f"DELETE {ONE}", (200, {}))
    await cluster.objects.apply(OBJECT, manager="me", force=True, dry_run=True)
    apply = server.requests[-1]
    assert dict(apply.query) == {"fieldManager": "me", "force": "true", "dryRun": "All"}
    assert apply.headers["Content-Type"] == "application/apply-patch+yaml"
    assert apply.headers["Authorization"] == "Bearer t"
    assert apply.headers["User-Agent"].startswith("harbor-wizard/")
    assert json.loads(await apply.read()) == OBJECT
    await cluster.objects.delete(REF, uid="u", dry_run=True)
    options = json.loads(await server.requests[-1].read())
    assert options["propagationPolicy"] == "Background"
    assert options["preconditions"] == {"uid": "u"}
    assert options["dryRun"] == ["All"]


async def test_an_answer_that_is_no_json_is_told(server: ScriptedServer, cluster: Cluster) -> None:
    async def login_page(_: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>\x1b[31mPlease log in</html>")

    server.on(f"POST {CONFIG_MAPS}", login_page)
    with pytest.raises(Unreachable, match="did not answer in JSON") as refused:
        await cluster.objects.create(OBJECT)
    assert refused.value.why == "<html>Please log in</html>"


async def test_a_redirect_is_not_followed_with_the_token(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(f"GET {ONE}", (302, {}, {"Location": f"{server.url}/elsewhere"}))
    with pytest.raises(WorldError, match="HTTP 302"):
        await cluster.objects.get(REF)
    assert "GET /elsewhere" not in server.calls()


async def test_a_kind_is_looked_for_again_when_its_definition_comes_or_goes(
    server: ScriptedServer, cluster: Cluster
) -> None:
    kind = Kind("example.com/v1", "Widget")
    ref = Ref(kind, "home", "one")
    with pytest.raises(KindUnknown):
        await cluster.objects.get(ref)
    resource = {"resource": "widgets", "responseKind": {"kind": "Widget"}, "scope": "Namespaced"}
    version = {"version": "v1", "resources": [resource]}
    group = {"metadata": {"name": "example.com"}, "versions": [version]}
    server.on("GET /apis", (200, {**CORE, "items": [group]}))
    path = "/apis/example.com/v1/namespaces/home/widgets/one"
    server.on(f"GET {path}", (200, {"kind": "Widget"}))
    assert await cluster.objects.get(ref) == {"kind": "Widget"}

    asked = len(server.calls("GET /apis"))
    server.on(f"GET {path}", (404, {"details": {"name": "one"}}))
    assert await cluster.objects.get(ref) is None
    assert len(server.calls("GET /apis")) - asked == 1  # the object itself alone
    server.on(f"GET {path}", (404, {"message": "the server could not find the resource"}))
    server.on("GET /apis", (200, {**CORE, "items": []}))
    with pytest.raises(KindUnknown):
        await cluster.objects.get(ref)


async def test_many_first_calls_share_one_discovery(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(f"PATCH {ONE}", (200, OBJECT))
    await asyncio.gather(*(cluster.objects.apply(OBJECT) for _ in range(30)))
    assert len(server.calls("PATCH")) == 30
    assert server.calls("GET") == ["GET /api", "GET /apis"]


@pytest.mark.parametrize("name", ["..", "a/b", "a%2fb"])
async def test_a_name_cannot_lead_to_another_path(
    server: ScriptedServer, cluster: Cluster, name: str
) -> None:
    with pytest.raises(WorldError, match="cannot be a name"):
        await cluster.objects.get(Ref(CONFIG_MAP, "home", name))


async def test_a_new_login_follows_a_401(server: ScriptedServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")
    path = write_kubeconfig(tmp_path, server.url, {"tokenFile": "token"})

    async def guarded(request: web.Request) -> web.StreamResponse:
        fresh = request.headers["Authorization"] == "Bearer new"
        return web.json_response(OBJECT if fresh else {}, status=200 if fresh else 401)

    server.on(f"PATCH {ONE}", guarded)
    async with open_cluster(path) as cluster:
        with pytest.raises(Unauthorized):
            await cluster.objects.apply(OBJECT)
        token.write_text("new\n")
        assert await cluster.objects.apply(OBJECT) == OBJECT


async def test_a_conflict_is_not_taken_for_a_failure(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(f"POST {CONFIG_MAPS}", (409, {"reason": "AlreadyExists", "message": "exists"}))
    with pytest.raises(Conflict, match="exists already"):
        await cluster.objects.create(OBJECT)
