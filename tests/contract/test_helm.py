"""The port Charts with the real Helm, as far as it needs no cluster; the rest is in tests/cluster.

What Helm does with a cluster that does not answer belongs here too.
"""

import asyncio
import functools
import io
import os
import subprocess
import tarfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from backends.helm import Helm
from backends.helm.failures import failure
from backends.helm.objects import parse
from tests.real import charts_folder, helm_program
from wizard.errors import HelmFailed
from wizard.ports import Charts, ChartSource, ReleaseRequest, Server

SERVER = Server("c", "https://x", "v1.31.4", 0.0, "u", frozenset({"example.com/v1/Thing"}))

TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: facts}
data:
  kube: {{ .Capabilities.KubeVersion.Version }}
  thing: {{ .Capabilities.APIVersions.Has "example.com/v1/Thing" | quote }}
  namespace: {{ .Release.Namespace }}
  text: {{ .Values.text | quote }}
  day: 2026-11-23
  time: 12:30:45
  switch: "on"
  number: 010
---
# only a comment
---
apiVersion: v1
kind: Pod
metadata: {name: hook, annotations: {helm.sh/hook: post-install}}
"""


@pytest.fixture
def environ() -> dict[str, str]:
    return {**os.environ, "WIZARD_HELM": helm_program()}


@pytest.fixture
def helm(environ: dict[str, str]) -> Helm:
    return Helm(environ=environ)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """A small chart that tells what it was given."""
    files = {
        "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.2.3\nappVersion: '9'\n",
        "values.yaml": "text: default\n",
        "templates/facts.yaml": TEMPLATE,
        "templates/tests/test.yaml": TEMPLATE.replace("post-install", "test"),
    }
    path = tmp_path / "charts" / "tiny-1.2.3.tgz"
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"tiny/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def request(chart: Path, **values: Any) -> ReleaseRequest:
    return ReleaseRequest("harbor", "registry", chart, values)


async def test_it_is_the_port(helm: Helm) -> None:
    port: Charts = helm
    assert (await port.version()).startswith("4.")


async def test_rendering_knows_the_server_without_asking_it(helm: Helm, chart: Path) -> None:
    facts, *_ = await helm.render(request(chart, text='y: "no", {{ x }}'), SERVER)
    assert facts["data"]["kube"] == "v1.31.4"
    assert facts["data"]["thing"] == "true"
    assert facts["data"]["namespace"] == "registry"
    assert facts["data"]["text"] == 'y: "no", {{ x }}'
    facts, *_ = await helm.render(request(chart), None)
    assert facts["data"]["thing"] == "false"
    assert facts["data"]["text"] == "default"


async def test_rendering_leaves_hooks_and_tests_out_and_adds_nothing(
    helm: Helm, chart: Path
) -> None:
    objects = await helm.render(request(chart), SERVER)
    assert {one["kind"] for one in objects} == {"ConfigMap"}
    assert objects[0]["metadata"] == {"name": "facts"}


async def test_scalars_are_read_as_helm_and_kubernetes_read_them(helm: Helm, chart: Path) -> None:
    facts, *_ = await helm.render(request(chart), SERVER)
    assert facts["data"]["day"] == "2026-11-23"
    assert facts["data"]["time"] == "12:30:45"
    assert facts["data"]["switch"] == "on"
    assert facts["data"]["number"] == 8


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0),
        ("1.5", 1.5),
        ("0x1F", 31),
        ("-7", -7),
        ("190:20:30", "190:20:30"),
        ("2001-12-14t21:59:43Z", "2001-12-14t21:59:43Z"),
        ("v1.2", "v1.2"),
        ("true", True),
        ("~", None),
        ("'12'", "12"),
        ("4e2f", "4e2f"),
        ("-", None),
    ],
)
def test_scalars(text: str, value: object) -> None:
    if text == "-":
        assert parse(b"a:\n- 1\n---\n\n---\n# nothing\n") == [{"a": [1]}]
    else:
        assert parse(f"a: {text}\n".encode()) == [{"a": value}]


async def test_the_charts_own_refusal_is_told(helm: Helm) -> None:
    chart = charts_folder() / "harbor-1.19.2.tgz"
    with pytest.raises(HelmFailed) as caught:
        await helm.render(request(chart, expose={"type": "nodePort"}), SERVER)
    assert caught.value.kind == "template"
    assert "commonName" in caught.value.why


async def test_a_missing_chart_and_a_broken_one(helm: Helm, tmp_path: Path) -> None:
    with pytest.raises(HelmFailed) as caught:
        await helm.render(request(tmp_path / "none-1.0.0.tgz"), SERVER)
    assert caught.value.kind == "no-chart"
    broken = tmp_path / "broken-1.0.0.tgz"
    broken.write_bytes(b"no archive")
    with pytest.raises(HelmFailed) as caught:
        await helm.render(request(broken), SERVER)
    assert caught.value.kind == "invalid-chart"


async def test_a_chart_for_another_kubernetes(helm: Helm, chart: Path) -> None:
    old = Server("c", "https://x", "v1.15.0", 0.0, "u")
    with tarfile.open(chart, "w:gz") as archive:
        text = b"apiVersion: v2\nname: tiny\nversion: 1.2.3\nkubeVersion: '>=1.30.0-0'\n"
        member = tarfile.TarInfo("tiny/Chart.yaml")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    with pytest.raises(HelmFailed) as caught:
        await helm.render(request(chart), old)
    assert caught.value.kind == "invalid-chart"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def repository(chart: Path) -> Iterator[str]:
    """A chart repository over http that holds the small chart."""
    entry = {"name": "tiny", "version": "1.2.3", "apiVersion": "v2", "urls": [chart.name]}
    index = {"apiVersion": "v1", "entries": {"tiny": [entry]}}
    (chart.parent / "index.yaml").write_text(yaml.safe_dump(index))
    yield from serve(functools.partial(Quiet, directory=chart.parent))


def serve(handler: Any) -> Iterator[str]:
    """A server's address while the generator is open."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_a_chart_is_fetched_byte_for_byte(
    helm: Helm, repository: str, chart: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "private"
    os.mkdir(folder, 0o700)
    source = ChartSource("tiny", "1.2.3", repository=repository)
    path = await helm.fetch(source, folder)
    assert path == folder / "tiny-1.2.3.tgz"
    fetched, original = [await asyncio.to_thread(one.read_bytes) for one in (path, chart)]
    assert fetched == original


async def test_a_version_that_is_not_there(helm: Helm, repository: str, tmp_path: Path) -> None:
    with pytest.raises(HelmFailed) as caught:
        await helm.fetch(ChartSource("tiny", "9.9.9", repository=repository), tmp_path)
    assert caught.value.kind == "no-chart"
    assert "9.9.9" in caught.value.why


async def test_a_repository_that_does_not_answer(helm: Helm, tmp_path: Path) -> None:
    source = ChartSource("tiny", "1.2.3", repository="http://127.0.0.1:9")
    with pytest.raises(HelmFailed) as caught:
        await helm.fetch(source, tmp_path)
    assert caught.value.kind == "no-chart"
    assert "network.httpsProxy" in caught.value.fix


async def test_charts_are_fetched_through_the_proxy(
    environ: dict[str, str], chart: Path, tmp_path: Path, repository: str
) -> None:
    asked: list[str] = []

    class Proxy(Quiet):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.path = self.path.removeprefix("http://charts.example.invalid")
            super().do_GET()

    for proxy in serve(functools.partial(Proxy, directory=chart.parent)):
        helm = Helm(proxies={"HTTP_PROXY": proxy}, environ=environ)
        source = ChartSource("tiny", "1.2.3", repository="http://charts.example.invalid")
        await helm.fetch(source, tmp_path)
    assert "http://charts.example.invalid/tiny-1.2.3.tgz" in asked


@pytest.fixture
async def silent() -> AsyncIterator[Any]:
    """An API server that takes connections and never answers; `connected` tells of the first."""
    connected = asyncio.Event()
    writers = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        connected.set()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], connected
    for writer in writers:
        writer.close()
    server.close()
    await server.wait_closed()


def kubeconfig(folder: Path, port: int) -> Path:
    """A kubeconfig for a server on this machine."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "c", "user": {}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
    }
    path = folder / "kubeconfig"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content))
    return path


async def test_a_cluster_that_is_not_there(environ: dict[str, str], tmp_path: Path) -> None:
    helm = Helm(kubeconfig(tmp_path, 9), environ=environ)
    with pytest.raises(HelmFailed, match="release registry/harbor") as caught:
        await helm.release("harbor", "registry")
    assert caught.value.kind == "unreachable"


async def test_cancelling_the_real_helm_leaves_no_process(
    environ: dict[str, str], tmp_path: Path, chart: Path, silent: Any
) -> None:
    port, connected = silent
    marked = Path(environ["WIZARD_HELM"])
    helm = Helm(kubeconfig(tmp_path, port), environ=environ)
    run = asyncio.create_task(helm.upgrade(request(chart), take_fields=False, log=print))
    await asyncio.wait_for(connected.wait(), timeout=20)
    assert helm_runs(marked)
    begin = time.monotonic()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert time.monotonic() - begin < 5, "SIGTERM ends Helm at once"
    assert not helm_runs(marked)


def helm_runs(program: Path) -> bool:
    """Whether a child of this process runs this program."""
    listing = subprocess.run(["ps", "-axo", "ppid=,args="], capture_output=True, check=True)
    mine = [line.split(maxsplit=1) for line in listing.stdout.decode().splitlines()]
    return any(
        len(one) == 2 and one[0] == str(os.getpid()) and one[1].startswith(str(program))
        for one in mine
    )


async def test_a_deadline_ends_the_wait_for_a_silent_cluster(
    environ: dict[str, str], tmp_path: Path, silent: Any
) -> None:
    port, _ = silent
    helm = Helm(kubeconfig(tmp_path, port), environ=environ, deadline=1.5)
    with pytest.raises(HelmFailed) as caught:
        await helm.manifest("harbor", "registry", 1)
    assert caught.value.kind == "deadline"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Error: release: not found", "not-found"),
        ("Error: kubernetes cluster unreachable: Get ...", "unreachable"),
        (
            "Error: kubernetes cluster unreachable: the server has asked for the client to "
            "provide credentials",
            "unauthorized",
        ),
        (
            'Error: kubernetes cluster unreachable: Get "https://x": getting credentials: exec: '
            "executable aws failed with exit code 255",
            "unauthorized",
        ),
        (
            "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
            "pending",
        ),
        (
            'Error: unable to continue with install: Secret "a" in namespace "b" exists and '
            "cannot be imported into the current release: invalid ownership metadata",
            "ownership",
        ),
        (
            "Error: UPGRADE FAILED: conflict occurred while applying object b/c apps/v1, "
            "Kind=Deployment: Apply failed with 1 conflict",
            "conflict",
        ),
        ("Error: the server is currently unable to handle the request", "unreachable"),
        ("Error: the server has received too many requests and has asked us", "unreachable"),
        ("Error: UPGRADE FAILED: etcdserver: request timed out", "unreachable"),
        ("Error: read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset", "unreachable"),
        (
            "Error: template: core-secret.yaml:1:23: executing at <include (print $.Template."
            'BasePath "/a.yaml") .>: error calling lookup: Internal error occurred: try again',
            "unreachable",
        ),
        ("Error: Internal error occurred: failed calling webhook: x509", "other"),
        ("Error: failed to delete release: harbor", "unreachable"),
        ("Error: UPGRADE FAILED: context canceled", "cancelled"),
        ("Error: UPGRADE FAILED: context deadline exceeded", "deadline"),
        ('Error: INSTALLATION FAILED: namespaces "x" not found', "other"),
        ("", "other"),
    ],
)
def test_failures_are_told_apart(message: str, kind: str) -> None:
    problem = failure("do it", ["level=WARN msg=first", *message.splitlines()])
    assert problem.kind == kind
    assert not problem.why.startswith("Error:")


def test_helms_last_error_is_told_with_all_its_lines() -> None:
    problem = failure("do it", ["Error: first", "noise", "Error: second", "  more"])
    assert problem.why == "second\n  more"
