"""Login programs of a kubeconfig (client.authentication.k8s.io): what they are told and tell."""

import asyncio
import base64
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from backends.certificates import X509
from backends.cluster import Audience, open_cluster
from backends.cluster.kubeconfig import load
from backends.cluster.plugin import from_plugin
from tests.contract.scripted_server import ScriptedServer, serving, write_kubeconfig
from wizard.certificates import CertificateRequest
from wizard.errors import UsageError

NOWHERE = "https://127.0.0.1:1"
V1, V1BETA1 = (f"client.authentication.k8s.io/{version}" for version in ("v1", "v1beta1"))
AUTHORITY = X509().issue(CertificateRequest("test authority", is_authority=True), None)

HEAD = """
import json, os, signal, subprocess, sys, time
info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
def say(*words):
    print(*words, file=sys.stderr, flush=True)
def grant(**status):
    print(json.dumps({"apiVersion": info["apiVersion"], "kind": "ExecCredential",
                      "status": status}))
"""


def login(folder: Path, body: str, **more: Any) -> dict[str, Any]:
    """A user who logs in by a program with this Python code."""
    program = folder / "login"
    program.write_text(f"#!{sys.executable}\n{HEAD}\n{body}\n")
    program.chmod(0o700)
    return {"exec": {"apiVersion": V1, "command": "./login", **more}}


async def logged_in(
    folder: Path,
    user: dict[str, Any],
    audience: Audience | None = None,
    seconds: float = 60,
    **cluster: Any,
) -> Any:
    """What the program of the user grants."""
    kubeconfig = load(write_kubeconfig(folder, NOWHERE, user, **cluster), None)
    return await from_plugin(kubeconfig, audience or Audience(), seconds)


async def refusal(folder: Path, user: dict[str, Any], **more: Any) -> UsageError:
    with pytest.raises(UsageError, match="The login program of the kubeconfig failed") as refused:
        await logged_in(folder, user, **more)
    return refused.value


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        review = {"status": {"userInfo": {"username": "somebody"}}}
        running.on("GET /version", (200, {"gitVersion": "v1.34.4"}))
        running.on("POST /apis/authentication.k8s.io/v1/selfsubjectreviews", (201, review))
        yield running


def door(folder: Path) -> tuple[Path, Callable[[str], object]]:
    """A pipe that a program waits at, and what opens it when it is told a line."""
    pipe = folder / "door"
    os.mkfifo(pipe)
    return pipe, pipe.write_text


async def test_what_it_says_is_told_while_it_waits(server: ScriptedServer, tmp_path: Path) -> None:
    pipe, open_door = door(tmp_path)
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        open_door(line)

    body = """
say("\\x1b[31mopen https://login.test and enter ABCD\\x1b[0m")
open(sys.argv[1]).read()
grant(token="t")
"""
    path = write_kubeconfig(tmp_path, server.url, login(tmp_path, body, args=[str(pipe)]))
    async with open_cluster(path, audience=Audience(tell, present=True)) as cluster:
        assert (await cluster.access.server()).user == "somebody"
    assert told == ["login: open https://login.test and enter ABCD"]
    assert server.requests[0].headers["Authorization"] == "Bearer t"


async def test_a_question_in_an_unfinished_line_is_told(tmp_path: Path) -> None:
    pipe, open_door = door(tmp_path)
    body = """
print("Code: ", end="", file=sys.stderr, flush=True)
open(sys.argv[1]).read()
grant(token="t")
"""
    user = login(tmp_path, body, args=[str(pipe)])
    granted = await logged_in(tmp_path, user, Audience(open_door, present=True))
    assert granted.authorization == "Bearer t"


async def test_much_that_it_says_does_not_stop_it(tmp_path: Path) -> None:
    lines: list[str] = []
    body = "say('x' * 200_000)\nsay('y\\n' * 50_000)\ngrant(token='t' * 200_000)"
    granted = await logged_in(tmp_path, login(tmp_path, body), Audience(lines.append))
    assert len(granted.authorization) == len("Bearer ") + 200_000
    assert lines.count("login: y") == 50_000


@pytest.mark.parametrize("version", [V1, V1BETA1])
async def test_what_it_is_given(tmp_path: Path, version: str) -> None:
    seen = tmp_path / "seen"
    body = "json.dump([info, sys.argv[2:], os.environ['COLOUR']], open(sys.argv[1], 'w'))"
    user = login(
        tmp_path,
        f"{body}\ngrant(token='t')",
        apiVersion=version,
        args=[str(seen), "--tenant", "x"],
        env=[{"name": "COLOUR", "value": "blue"}],
        provideClusterInfo=True,
    )
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}
    (tmp_path / "ca.crt").write_bytes(AUTHORITY.certificate)
    cluster = {"certificate-authority": "ca.crt", "extensions": [extension]}
    await logged_in(tmp_path, user, **cluster, **{"tls-server-name": "k8s.test"})
    info, arguments, colour = json.loads(seen.read_text())
    assert (arguments, colour) == (["--tenant", "x"], "blue")
    assert info == {
        "apiVersion": version,
        "kind": "ExecCredential",
        "spec": {
            "interactive": False,
            "cluster": {
                "server": NOWHERE,
                "tls-server-name": "k8s.test",
                "certificate-authority-data": base64.b64encode(AUTHORITY.certificate).decode(),
                "config": {"audience": "a"},
            },
        },
    }


async def test_without_a_terminal_it_has_no_input_and_no_cluster_unless_it_wants_one(
    tmp_path: Path,
) -> None:
    body = "assert sys.stdin.read() == ''\nassert info['spec'] == {'interactive': False}\n"
    user = login(tmp_path, f"{body}grant(token='t')")
    assert (await logged_in(tmp_path, user)).authorization == "Bearer t"


async def test_one_that_must_ask_is_not_started_without_a_terminal(tmp_path: Path) -> None:
    user = login(tmp_path, "open('started', 'w')", interactiveMode="Always")
    refused = await refusal(tmp_path, user, audience=Audience(present=True))
    assert "has to ask on a terminal" in refused.why


async def test_a_certificate_may_be_granted(tmp_path: Path) -> None:
    body = "grant(clientCertificateData='CERT', clientKeyData='KEY')"
    granted = await logged_in(tmp_path, login(tmp_path, body))
    assert (granted.certificate, granted.key, granted.authorization) == (b"CERT", b"KEY", "")


async def test_an_expired_token_is_renewed_before_it_is_shown(
    server: ScriptedServer, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    moments = (now - timedelta(minutes=1), now + timedelta(hours=1))
    times = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments]
    counter = tmp_path / "counter"
    counter.write_text("0")
    body = f"""
count = int(open(sys.argv[1]).read())
open(sys.argv[1], "w").write(str(count + 1))
grant(token=f"token-{{count}}", expirationTimestamp={times}[count])
"""
    user = login(tmp_path, body, args=[str(counter)])
    async with open_cluster(write_kubeconfig(tmp_path, server.url, user)) as cluster:
        await asyncio.gather(*(cluster.access.server() for _ in range(5)))
    assert {one.headers["Authorization"] for one in server.requests} == {"Bearer token-1"}
    assert counter.read_text() == "2"


@pytest.mark.parametrize(
    ("body", "more", "says"),
    [
        ("grant(token='')", {}, "neither a token nor a certificate"),
        ("grant(token=['hidden'])", {}, "`token` in its answer is no text"),
        ("grant(clientCertificateData='hidden')", {}, "a certificate without its key"),
        ("grant(token='hidden', expirationTimestamp='soon')", {}, "is no time"),
        ("print('hidden')", {}, "its answer is not JSON"),
        ("print('[\"hidden\"]')", {}, "no ExecCredential"),
        ("info['apiVersion'] = 'hidden'; grant(token='hidden')", {}, "not of the version"),
        ("", {"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "v1alpha1 is not known"),
        ("", {"apiVersion": None}, "missing key 'apiVersion'"),
        ("", {"interactiveMode": "Maybe"}, "interactiveMode is none of"),
        ("", {"env": ["A=b"]}, "its `env` is no list"),
        ("", {"args": "--tenant"}, "its `args` are no list"),
        ("say('run: aws sso login'); sys.exit(3)", {}, "exit code 3: run: aws sso login"),
        ("", {"command": "./missing"}, "/missing was not found"),
    ],
)
async def test_what_cannot_be_used(
    tmp_path: Path, body: str, more: dict[str, Any], says: str
) -> None:
    refused = await refusal(tmp_path, login(tmp_path, body, **more))
    assert says in refused.why
    assert "hidden" not in str(refused) + refused.why


FORK = """
child = subprocess.Popen(["sleep", "60"], start_new_session=False)
open(sys.argv[1] + ".new", "w").write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
say("waiting")
child.wait()
"""


@pytest.mark.parametrize("mode", ["Never", "IfAvailable"])
async def test_what_nobody_can_answer_has_a_deadline(tmp_path: Path, mode: str) -> None:
    pids = tmp_path / "pids"
    user = login(tmp_path, FORK, args=[str(pids)], interactiveMode=mode)
    present = mode == "Never"
    refused = await refusal(tmp_path, user, audience=Audience(present=present), seconds=2)
    assert "did not end within 2 s" in refused.why
    wait_until_gone(pids.read_text().split())


async def test_a_person_has_no_deadline_and_may_leave(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    told = asyncio.Event()
    user = login(tmp_path, FORK, args=[str(pids)])
    audience = Audience(lambda _: told.set(), present=True)
    waiting = asyncio.create_task(logged_in(tmp_path, user, audience, seconds=0))
    await asyncio.wait([waiting, asyncio.create_task(told.wait())], return_when="FIRST_COMPLETED")
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    wait_until_gone(pids.read_text().split())


async def test_a_browser_that_it_opened_is_neither_waited_for_nor_closed(tmp_path: Path) -> None:
    body = """
browser = subprocess.Popen(["sleep", "60"])
grant(token=str(browser.pid))
"""
    granted = await asyncio.wait_for(logged_in(tmp_path, login(tmp_path, body)), 30)
    pid = granted.authorization.removeprefix("Bearer ")
    assert runs(pid)
    os.kill(int(pid), 9)


async def test_an_expired_answer_that_stays_the_same_is_used(
    server: ScriptedServer, tmp_path: Path
) -> None:
    accepted = []

    async def version(request: web.Request) -> web.StreamResponse:
        accepted.append(request.headers.get("Authorization"))
        return web.json_response({"gitVersion": "v1"})

    server.on("GET /version", version)
    user = login(tmp_path, "grant(token='t', expirationTimestamp='2020-01-01T00:00:00Z')")
    async with open_cluster(write_kubeconfig(tmp_path, server.url, user)) as cluster:
        await cluster.access.server()
    assert accepted == ["Bearer t"]


def wait_until_gone(pids: list[str]) -> None:
    """Wait until none of two processes runs."""
    assert len(pids) == 2
    end = time.monotonic() + 20
    while any(map(runs, pids)):
        assert time.monotonic() < end
        time.sleep(0.01)


def runs(pid: str) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
