"""Harbor's URL as asked from here: a real Harbor release, and its stand-in behind its URL."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from backends.simulated.harbor_api import Receive, Scope, Send
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import Object
from tests.cluster.process import free_port, poll
from tests.cluster.standin import HarborStandIn
from tests.cluster.wizard import Wizard, site
from tests.unit.diagnose.bundles import files_of
from wizard import url_asking
from wizard.answers.loading import load
from wizard.live import Picture, pictures
from wizard.wiring import Site, open_world

ELSEWHERE = "https://core.harbor.domain"


@dataclass
class Harbor:
    """An installed Harbor, and what answers at its URL, with the certificate that was made."""

    wizard: Wizard
    entrance: HarborStandIn
    url: str

    @property
    def preset(self) -> list[str]:
        return ["--preset", str(self.wizard.folder / "preset.yaml")]

    def once(self, code: int, *arguments: str) -> Object:
        """What `troubleshoot --once` tells of it."""
        given = arguments or self.preset
        ended = self.wizard.run("troubleshoot", "--once", "--output", "json", *given)
        return ended.require(code).document


@pytest.fixture(scope="module")
def installed(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Harbor]:
    with site(control_plane, charts, tmp_path_factory.mktemp("url")) as wizard:
        port = free_port()
        url = f"https://harbor.test:{port}"
        wizard.preset({"url": url})
        wizard.install().require(0)
        pair = wizard.folder / "tls.crt", wizard.folder / "tls.key"
        entries = wizard.admin.get(wizard.path("", "secrets", "harbor-tls"))["data"]
        for file in pair:
            file.write_bytes(base64.b64decode(entries[file.name]))
        entrance = HarborStandIn(certificate=pair, port=port)
        yield Harbor(wizard, entrance, url)
        entrance.stop()


@pytest.fixture
def harbor(installed: Harbor) -> Iterator[Harbor]:
    """It, answering as a healthy one."""
    app = installed.entrance.app
    installed.entrance.state.external_url = installed.url
    yield installed
    installed.entrance.app = app


def states(document: Object) -> dict[str, str]:
    return {one["id"]: one["state"] for one in document["components"] if one["id"] in PARTS}


PARTS = {"entry", "url", "realm"}
WELL = dict.fromkeys(PARTS, "ok")


def findings(document: Object) -> list[tuple[str, str, str]]:
    return [(one["id"], one["object"], one["cause"]) for one in document["findings"]]


def reasons(document: Object) -> dict[str, str]:
    return {one["rule"]: one["reason"] for one in document["notChecked"]}


def test_a_healthy_one_is_asked_once_and_nothing_is_found(harbor: Harbor) -> None:
    harbor.entrance.requests.clear()
    document = harbor.once(0)
    assert (states(document), document["findings"]) == (WELL, [])
    assert not reasons(document).keys() & {"HW-018", "HW-227", "HW-244"}
    assert harbor.entrance.requests == [("GET", "/v2/")]


def test_a_wrong_external_url_is_found_by_a_look_and_the_same_in_its_bundle(
    harbor: Harbor, tmp_path: Path
) -> None:
    harbor.entrance.state.external_url = ELSEWHERE
    document = harbor.once(9)
    assert states(document) == WELL | {"realm": "failed"}
    ((id_, about, cause),) = findings(document)
    assert (id_, about) == ("HW-018", f"Realm {ELSEWHERE}/service/token")
    assert harbor.url in cause

    file = tmp_path / "b.tgz"
    harbor.wizard.run("support-bundle", *harbor.preset, "-o", str(file)).require(0)
    opened = harbor.once(9, "--bundle", str(file))
    assert opened == json.loads(files_of(file)["findings.json"])
    assert (states(opened), findings(opened)) == (states(document), findings(document))


def test_what_answers_in_its_place_is_found(harbor: Harbor) -> None:
    async def no_upstream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b"no healthy upstream"})

    harbor.entrance.app = no_upstream
    look = ["troubleshoot", "--once", *harbor.preset]
    poll("it fails", lambda: harbor.wizard.run(*look).code == 9, 60)  # once the pods are settled
    document = harbor.once(9)
    assert states(document) == {"entry": "ok", "url": "failed", "realm": "unknown"}
    ((id_, about, cause),) = findings(document)
    assert (id_, about) == ("HW-244", f"URL {harbor.url}")
    assert "503" in cause
    assert "503" in reasons(document)["HW-018"]


def test_a_certificate_of_another_name_is_found(harbor: Harbor) -> None:
    other = harbor.url.replace("harbor.test", "other.test")
    document = harbor.once(9, *harbor.preset, "--set", f"harbor.url={other}")
    assert [one[:2] for one in findings(document)] == [("HW-227", f"URL {other}")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("silence", "no answer within"),
        ("nobody", "the connection is refused"),
        ("untrusted", "does not trust the certificate"),
    ],
)
def test_what_cannot_be_asked_from_here_is_not_known_and_says_why(
    harbor: Harbor, change: str, told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        changes = {
            "silence": [f"harbor.url=https://harbor.test:{silent.getsockname()[1]}"],
            "nobody": [f"harbor.url=https://harbor.test:{free_port()}"],
            "untrusted": ["pki.kind=secret", "pki.name=harbor-tls"],
        }
        sets = [f"--set={one}" for one in changes[change]]
        document = harbor.once(0, *harbor.preset, *sets)
    assert states(document) == {"entry": "ok", "url": "unknown", "realm": "unknown"}
    assert document["findings"] == []
    assert all(told in reasons(document)[rule] for rule in ("HW-018", "HW-227", "HW-244"))


def test_without_a_preset_nothing_tells_the_url_of_a_cluster_ip(harbor: Harbor) -> None:
    document = harbor.once(0, "--namespace", harbor.wizard.namespace)
    assert states(document) == {"entry": "ok", "url": "unknown", "realm": "unknown"}
    assert "--preset" in reasons(document)["HW-018"]


async def test_the_live_view_sees_it_come_and_go(
    harbor: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("_FIRST", 0.0), ("_PAUSE", 0.1), ("_AGAIN", 0.3)):
        monkeypatch.setattr(url_asking, name, seconds)
    preset = load([harbor.wizard.folder / "preset.yaml"], [])
    where = Site(kubeconfig=harbor.wizard.identity.kubeconfig)
    async with (
        asyncio.timeout(60),
        open_world(where, preset.network) as world,
        aclosing(pictures(world, preset.target, lambda _: None, preset=preset)) as seen,
    ):
        await until(seen, lambda told: told["realm"] == "ok")
        harbor.entrance.state.external_url = ELSEWHERE
        picture = await until(seen, lambda told: told["realm"] == "failed")
        assert [one.id for one in picture.diagnosis.findings] == ["HW-018"]
        harbor.entrance.state.external_url = harbor.url
        await until(seen, lambda told: told["realm"] == "ok")


async def until(seen: AsyncIterator[Picture], true_of: Callable[[dict[str, str]], bool]) -> Picture:
    """The first picture of whose states it is true."""
    async for picture in seen:
        if true_of({one.id: one.state for one in picture.states}):
            return picture
    raise AssertionError("no more pictures")
