"""Logs over a server that breaks them off: every line once, until the run has ended."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backends.cluster import Cluster, open_cluster
from tests.contract.scripted_server import (
    Answer,
    Handler,
    ScriptedServer,
    lines,
    serving,
    write_kubeconfig,
)
from wizard.errors import Forbidden, Invalid

POD = "GET /api/v1/namespaces/home/pods/core-0"
LOG = f"{POD}/log"
CUT = ConnectionResetError()


def pod(state: str, *, restarts: int = 0, before: bool = False, uid: str = "1") -> Answer:
    status: dict[str, Any] = {"name": "core", "restartCount": restarts, "state": {state: {}}}
    if before:
        status["lastState"] = {"terminated": {}}
    return 200, {"metadata": {"uid": uid}, "status": {"containerStatuses": [status]}}


def said(*texts: str, then: Exception | None = None) -> Handler:
    """Log lines `second text`, stamped within one minute."""
    stamped = []
    for text in texts:
        second, _, words = text.partition(" ")
        stamped.append(f"2026-11-23T21:30:{second:0>2}.123456789Z {words}\n".encode())
    return lines(*stamped, then=then)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def cluster(server: ScriptedServer, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with open_cluster(write_kubeconfig(tmp_path, server.url, {"token": "t"})) as opened:
        yield opened


async def followed(cluster: Cluster, **options: Any) -> list[str]:
    async with asyncio.timeout(20):
        log = cluster.pods.logs("home", "core-0", "core", follow=True, **options)
        return [line.text async for line in log]


def queries(server: ScriptedServer) -> list[dict[str, str]]:
    return [dict(request.query) for request in server.requests if request.path.endswith("/log")]


async def test_a_log_that_breaks_off_goes_on_without_losing_or_doubling(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(POD, pod("running"), pod("running"), pod("terminated"))
    server.on(
        LOG,
        # A later line with an earlier stamp, and the same words twice in the same moment.
        said("10 a", "12 b", "11 late", "12 twice", "12 twice", then=CUT),
        said("11 late", "12 b", "12 twice", "12 twice", "12 twice", "11 later", then=CUT),
        said("12 b", "12 twice", "12 twice", "12 twice", "11 late", "11 later", "13 end"),
    )
    assert await followed(cluster) == ["a", "b", "late", "twice", "twice", "twice", "later", "end"]
    assert [query.get("sinceTime") for query in queries(server)] == [
        None,
        "2026-11-23T21:30:10Z",
        "2026-11-23T21:30:10Z",
    ]
    assert [query.get("follow") for query in queries(server)] == ["true", "true", None]


async def test_an_old_line_may_come_again_long_after(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(POD, pod("running"), pod("terminated"))
    server.on(LOG, said("1 beat", "30 beat", then=CUT), said("30 beat", "31 beat"))
    assert await followed(cluster) == ["beat", "beat", "beat"]


async def test_a_half_line_is_read_again_whole(server: ScriptedServer, cluster: Cluster) -> None:
    half = lines(b"2026-11-23T21:30:01.1Z whole\n2026-11-23T21:30:02.1Z ha", then=CUT)
    server.on(POD, pod("running"), pod("terminated"))
    whole = lines(b"2026-11-23T21:30:01.1Z whole\n2026-11-23T21:30:02.1Z half\n")
    server.on(LOG, half, whole)
    assert await followed(cluster) == ["whole", "half"]


async def test_after_a_restart_the_rest_of_the_run_before_is_read(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(POD, pod("running"), pod("running", restarts=1, before=True))
    server.on(LOG, said("1 a", then=CUT), said("1 a", "2 panic"))
    assert await followed(cluster) == ["a", "panic"]
    assert queries(server)[-1]["previous"] == "true"


async def test_a_waiting_container_after_a_crash_has_ended(
    server: ScriptedServer, cluster: Cluster
) -> None:
    server.on(POD, pod("waiting", restarts=3, before=True))
    server.on(LOG, said("1 panic"))
    assert await followed(cluster) == ["panic"]
    assert "follow" not in queries(server)[0]


@pytest.mark.parametrize("then", [(404, {"details": {"name": "core-0"}}), pod("running", uid="2")])
async def test_a_pod_that_is_gone_or_made_anew_ends_it(
    server: ScriptedServer, cluster: Cluster, then: Answer
) -> None:
    server.on(POD, pod("running"), then)
    server.on(LOG, said("1 a", then=CUT))
    assert await followed(cluster) == ["a"]


async def test_a_container_that_waits_for_its_start_is_waited_for(
    server: ScriptedServer, cluster: Cluster
) -> None:
    waits = {"message": 'container "core" in pod "core-0" is waiting to start: ContainerCreating'}
    server.on(POD, pod("waiting"), pod("waiting"), pod("terminated"))
    server.on(LOG, (400, waits), (400, waits), said("1 a"))
    assert await followed(cluster) == ["a"]
    server.on(LOG, (400, waits))
    assert [line async for line in cluster.pods.logs("home", "core-0", "core")] == []


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ((400, {"message": "container nope is not valid for pod core-0"}), Invalid),
        ((403, {"message": 'User "u" cannot get resource "pods/log" in API group ""'}), Forbidden),
    ],
)
async def test_a_refusal_is_told(
    server: ScriptedServer, cluster: Cluster, answer: Answer, raised: type[Exception]
) -> None:
    server.on(POD, pod("running"))
    server.on(LOG, answer)
    with pytest.raises(raised):
        await followed(cluster)


async def test_lines_are_made_plain_and_stamped(server: ScriptedServer, cluster: Cluster) -> None:
    server.on(
        LOG,
        lines(
            b"2026-11-23T21:30:01.123456789Z \x1b[31mred\x1b[0m \xff\r\n",
            b"2026-11-23T23:30:02+02:00 elsewhere\n",
            b"failed to watch file: no stamp\n",
            b"2026-11-23 neither\n",
        ),
    )
    log = [line async for line in cluster.pods.logs("home", "core-0", "core")]
    assert [line.text for line in log] == [
        "red \ufffd",
        "elsewhere",
        "failed to watch file: no stamp",
        "2026-11-23 neither",
    ]
    assert log[0].time == datetime(2026, 11, 23, 21, 30, 1, 123456, tzinfo=UTC)
    assert log[1].time == datetime(2026, 11, 23, 21, 30, 2, tzinfo=UTC)
    assert log[2].time == log[1].time


async def test_the_tail_is_asked_for_once(server: ScriptedServer, cluster: Cluster) -> None:
    server.on(POD, pod("running"), pod("terminated"))
    server.on(LOG, said("1 a", then=CUT), said("1 a"))
    assert await followed(cluster, tail=10) == ["a"]
    assert [query.get("tailLines") for query in queries(server)] == ["10", None]
