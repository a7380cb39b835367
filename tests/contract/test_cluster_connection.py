"""Logins and TLS of the cluster backend, and what is said where they fail."""

import asyncio
import base64
import json
import os
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from backends.certificates import X509
from backends.cluster import open_cluster
from tests.contract.scripted_server import ScriptedServer, serving, write_kubeconfig
from wizard.certificates import CertificateRequest, KeyPair
from wizard.errors import Unauthorized, Unreachable, UsageError
from wizard.ports import Server

AUTHORITY = X509().issue(CertificateRequest("test authority", is_authority=True), None)
SERVER = X509().issue(CertificateRequest("server", ("127.0.0.1", "k8s.test")), AUTHORITY)
# An authority's certificate is not bound to servers, so it will do as a client's.
CLIENT = X509().issue(CertificateRequest("client", is_authority=True), AUTHORITY)
TOKEN = {"token": "t"}


def data(pem: bytes) -> str:
    return base64.b64encode(pem).decode()


def pair(certificate: bytes, key: bytes) -> dict[str, str]:
    return {"client-certificate-data": data(certificate), "client-key-data": data(key)}


CA = {"certificate-authority-data": data(AUTHORITY.certificate)}


def answer_server(server: ScriptedServer) -> None:
    """Enough for `Access.server`, which is the first thing that is asked."""
    review = {"status": {"userInfo": {"username": "somebody"}}}
    server.on("GET /version", (200, {"gitVersion": "v1.34.4"}))
    server.on("POST /apis/authentication.k8s.io/v1/selfsubjectreviews", (201, review))


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving() as running:
        answer_server(running)
        yield running


def server_tls(folder: Path, pair: KeyPair = SERVER) -> ssl.SSLContext:
    file = folder / "server.pem"
    file.write_bytes(pair.key + pair.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
async def tls_server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    context = server_tls(tmp_path)
    context.load_verify_locations(cadata=AUTHORITY.certificate.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    async with serving(context) as running:
        answer_server(running)
        yield running


async def ask(kubeconfig: Path) -> Server:
    async with open_cluster(kubeconfig, budget=1) as cluster:
        return await cluster.access.server()


async def test_the_server_is_known_by_its_authority(
    tls_server: ScriptedServer, tmp_path: Path
) -> None:
    answer = await ask(write_kubeconfig(tmp_path, tls_server.url, TOKEN, **CA))
    assert (answer.user, answer.context, answer.version) == ("somebody", "test", "v1.34.4")


async def test_an_unknown_authority_is_told_and_not_tried_again(
    tls_server: ScriptedServer, tmp_path: Path
) -> None:
    with pytest.raises(Unreachable, match="certificate is not trusted") as refused:
        await ask(write_kubeconfig(tmp_path, tls_server.url, TOKEN))
    assert "certificate-authority-data" in refused.value.fix
    assert tls_server.requests == []


ASKED_IN_A_FRESH_INTERPRETER = """
import asyncio, os, sys
from pathlib import Path
from backends.cluster import open_cluster

async def main():
    async with open_cluster(Path(sys.argv[1]), None) as cluster:
        print((await cluster.access.server()).version)

before = dict(os.environ)
asyncio.run(main())
import aiohttp.connector
print(aiohttp.connector._SSL_CONTEXT_VERIFIED.cert_store_stats()["x509_ca"])
print(dict(os.environ) == before)
"""


async def test_this_machines_authorities_are_read_for_connections_alone(
    tls_server: ScriptedServer, tmp_path: Path
) -> None:
    """aiohttp would read them twice as it is imported."""
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(AUTHORITY.certificate)
    kubeconfig = write_kubeconfig(tmp_path, tls_server.url, TOKEN)
    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASKED_IN_A_FRESH_INTERPRETER, str(kubeconfig)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "SSL_CERT_FILE": str(authorities), "SSL_CERT_DIR": str(tmp_path / "no")},
    )
    told, _ = await asked.communicate()
    assert told.decode().split() == ["v1.34.4", "0", "True"]


async def test_another_name_than_the_certificates(
    tls_server: ScriptedServer, tmp_path: Path
) -> None:
    url = tls_server.url.replace("127.0.0.1", "localhost")
    with pytest.raises(Unreachable, match="certificate is not trusted") as refused:
        await ask(write_kubeconfig(tmp_path, url, TOKEN, **CA))
    assert "ostname mismatch" in refused.value.why
    path = write_kubeconfig(tmp_path, url, TOKEN, **CA, **{"tls-server-name": "k8s.test"})
    assert (await ask(path)).user == "somebody"


async def test_a_client_certificate_is_shown(tls_server: ScriptedServer, tmp_path: Path) -> None:
    shown = []

    async def version(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        shown.append(request.transport.get_extra_info("peercert"))
        return web.json_response({"gitVersion": "v1"})

    tls_server.on("GET /version", version)
    user = pair(CLIENT.certificate, CLIENT.key)
    await ask(write_kubeconfig(tmp_path, tls_server.url, user, **CA))
    assert shown[0]["subject"] == ((("commonName", "client"),),)


async def test_http_where_https_is_spoken_is_told_at_once(tmp_path: Path) -> None:
    attempts = []

    async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attempts.append(await reader.read(1))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(speak_http, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="No TLS connection"):
            await ask(write_kubeconfig(tmp_path, f"https://127.0.0.1:{port}", TOKEN, **CA))
    assert len(attempts) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1:1", "Connect"),
        ("https://no-such-host.invalid", "its name cannot be resolved"),
    ],
)
async def test_a_server_that_does_not_answer(tmp_path: Path, url: str, why: str) -> None:
    with pytest.raises(Unreachable, match="cannot be reached") as refused:
        await ask(write_kubeconfig(tmp_path, url, TOKEN))
    assert why in refused.value.why
    assert refused.value.where == "context test"


def plugin(folder: Path, body: str, **more: Any) -> dict[str, Any]:
    """A user whose login is a program that runs Python code."""
    program = folder / "login"
    program.write_text(f"#!{sys.executable}\nimport json, sys, os\n{body}\n")
    program.chmod(0o700)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": "./login", **more}}


GRANT = """
count = int(open(sys.argv[1]).read() or 0) + 1
open(sys.argv[1], "w").write(str(count))
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": {"token": f"token-{count}"}}))
"""


async def test_a_login_program_is_asked_and_asked_again_when_its_token_has_expired(
    server: ScriptedServer, tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    counter.touch()
    accepted = ["Bearer token-1"]

    async def version(request: web.Request) -> web.StreamResponse:
        known = request.headers.get("Authorization") in accepted
        return web.json_response({"gitVersion": "v1"}, status=200 if known else 401)

    server.on("GET /version", version)
    user = plugin(tmp_path, GRANT, args=[str(counter)])
    async with open_cluster(write_kubeconfig(tmp_path, server.url, user)) as cluster:
        await cluster.access.server()
        accepted[:] = ["Bearer token-2"]
        await asyncio.gather(*(cluster.access.server() for _ in range(10)))
        assert counter.read_text() == "2"
        accepted.clear()
        with pytest.raises(Unauthorized):
            await cluster.access.server()


@pytest.mark.parametrize(
    ("user", "says"),
    [
        ({"exec": {"apiVersion": "v1", "command": "no-such-login"}}, "was not found"),
        ({"exec": {"apiVersion": "v1"}}, "missing key 'command'"),
        ({"exec": "text"}, "failed"),
        ({"exec": None}, "failed"),
        ({"tokenFile": "missing"}, "No such file"),
        ({"client-certificate": "missing", "client-key": "missing"}, "No such file"),
        ({"client-certificate-data": "%%%"}, "is not base64"),
        (pair(CLIENT.certificate, AUTHORITY.key), "do not fit together"),
        (pair(b"junk", b"junk"), "are not PEM"),
        ({"auth-provider": {"name": "oidc", "config": {}}}, "no usable login"),
        ({"impersonate": "me"}, "neither token, certificate nor plugin"),
    ],
)
async def test_a_login_that_cannot_work(tmp_path: Path, user: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as refused:
        await ask(write_kubeconfig(tmp_path, "https://127.0.0.1:1", user, **CA))
    assert says in str(refused.value)
    assert refused.value.where
    assert refused.value.fix


async def test_what_a_failing_login_program_says_is_told(tmp_path: Path) -> None:
    user = plugin(
        tmp_path, "sys.exit('\\x1b[31mtoken expired, run: aws sso login')", installHint="See here."
    )
    with pytest.raises(UsageError, match="login program") as refused:
        await ask(write_kubeconfig(tmp_path, "https://127.0.0.1:1", user))
    assert refused.value.why.endswith(": token expired, run: aws sso login")
    assert "x1b" not in str(refused.value)
    assert refused.value.fix == "See here."


@pytest.mark.parametrize(
    ("cluster", "says"),
    [
        ({"insecure-skip-tls-verify": True}, "turns off the check"),
        ({"certificate-authority": "missing.crt"}, "No such file"),
        ({"certificate-authority-data": data(b"junk")}, "not a certificate in PEM"),
        ({"proxy-url": "socks5://proxy.test:1080"}, "socks5"),
    ],
)
async def test_a_cluster_that_cannot_be_used(
    tmp_path: Path, cluster: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        await ask(write_kubeconfig(tmp_path, "https://127.0.0.1:1", TOKEN, **cluster))
    assert says in str(refused.value)


async def test_a_proxy_is_used_and_its_password_is_not_told(
    server: ScriptedServer, tmp_path: Path
) -> None:
    url, proxy = "http://k8s.test:8080", server.url.replace("http://", "http://me:secret@")
    answer = await ask(write_kubeconfig(tmp_path, url, TOKEN, **{"proxy-url": proxy}))
    assert answer.user == "somebody"
    assert server.requests[0].headers["Host"] == "k8s.test:8080"
    broken = write_kubeconfig(tmp_path, url, TOKEN, **{"proxy-url": "http://me:secret@127.0.0.1:1"})
    with pytest.raises(Unreachable, match=r"The proxy 127\.0\.0\.1:1 does not lead") as refused:
        await ask(broken)
    assert "secret" not in str(refused.value)


async def test_helm_is_given_a_private_file_that_does_not_outlive_the_connection(
    server: ScriptedServer, tmp_path: Path
) -> None:
    path = write_kubeconfig(tmp_path, server.url, {"tokenFile": "token"})
    (tmp_path / "token").write_text("t")
    async with open_cluster(path) as cluster:
        file = cluster.kubeconfig
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        content = yaml.safe_load(file.read_text())
        assert content["current-context"] == "test"
        assert content["users"][0]["user"]["tokenFile"] == str(tmp_path / "token")
        assert json.loads(file.read_text()) == content
        assert os.listdir(file.parent) == ["kubeconfig"]
    assert not file.parent.exists()


async def test_helm_takes_the_same_way_and_logs_in_by_the_same_proxy(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of this environment Helm sees no proxy, so its kubeconfig names it."""
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "direct.test")
    own = {"name": "OWN", "value": "1"}
    user = plugin(tmp_path, GRANT, args=[str(tmp_path / "counter")], env=[own])
    (tmp_path / "counter").touch()
    path = write_kubeconfig(tmp_path, "http://k8s.test:8080", user)
    async with open_cluster(path, budget=1) as cluster:
        assert (await cluster.access.server()).user == "somebody"
        content = yaml.safe_load(cluster.kubeconfig.read_text())
    assert content["clusters"][0]["cluster"]["proxy-url"] == server.url
    login = {one["name"]: one["value"] for one in content["users"][0]["user"]["exec"]["env"]}
    assert login == {"HTTP_PROXY": server.url, "NO_PROXY": "direct.test", "OWN": "1"}

    path = write_kubeconfig(tmp_path, "http://direct.test:8080", TOKEN)
    async with open_cluster(path) as cluster:
        content = yaml.safe_load(cluster.kubeconfig.read_text())
    assert "proxy-url" not in content["clusters"][0]["cluster"]


async def test_netrc_is_not_sent(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login evil password evil\n")
    monkeypatch.setenv("NETRC", str(netrc))
    await ask(write_kubeconfig(tmp_path, server.url, TOKEN))
    assert {request.headers["Authorization"] for request in server.requests} == {"Bearer t"}
