"""Intermediates that are missing are fetched where a certificate says, if that is allowed."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from backends.certificates import X509
from backends.certificates.fetching import Fetching
from backends.simulated.world import SimulatedWorld
from tests.unit.certificates.factory import NOW, ROOT, Signed, leaf, p7b, sign
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.answers.secret_values import known
from wizard.errors import Unreachable
from wizard.steps.commercial import judged
from wizard.steps.inputs import Inputs
from wizard.steps.tls import certificate_steps


class Provider:
    """A provider's web server, which has the intermediates, and the proxy that leads to it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        provider = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                content = provider.files.get(self.path)
                self.send_response(404 if content is None else 200)
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    provider = Provider()
    thread = Thread(target=provider.server.serve_forever, daemon=True)
    thread.start()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()
    thread.join()


@pytest.fixture
def online(world: SimulatedWorld) -> SimulatedWorld:
    """The simulated world, with certificates that are really fetched."""
    return replace(world, certificates=X509(clock=lambda: NOW))


def chain_at(url: str) -> tuple[Signed, Signed, Signed]:
    """Two intermediates and a leaf, each of which says where its issuer is."""
    upper = sign("Upper CA", ROOT, ca=True, ends=2000)
    lower = sign("Lower CA", upper, ca=True, ends=2000, aia=f"{url}/upper.p7c")
    return upper, lower, leaf(lower, aia=f"{url}/lower.der")


def inputs_of(world: SimulatedWorld, folder: Path, own: Signed, *, fetch: bool = True) -> Inputs:
    (folder / "harbor.pem").write_bytes(own.pem + own.pem_key)
    (folder / "root.pem").write_bytes(ROOT.pem)
    pki = {
        "kind": "commercial",
        "certificate": str(folder / "harbor.pem"),
        "caBundle": str(folder / "root.pem"),
        "fetchIntermediates": fetch,
    }
    inputs = inputs_for(world, folder, pki=pki)
    return replace(inputs, secrets=known(inputs.preset, {}))


async def installed(world: SimulatedWorld, inputs: Inputs) -> list[str]:
    step = next(iter(certificate_steps(inputs)))
    changes = await step.check(world)
    await step.apply(world, changes, Heard())
    return [f"{change.action} {change.ref.name}" for change in changes]


async def test_a_chain_is_completed_step_by_step_and_fetched_only_once(
    online: SimulatedWorld, provider: Provider, tmp_path: Path
) -> None:
    upper, lower, own = chain_at(provider.url)
    provider.files = {"/lower.der": lower.der, "/upper.p7c": p7b(upper)}
    inputs = inputs_of(online, tmp_path, own)

    assert await installed(online, inputs) == ["create harbor-tls"]

    entries = await inputs.entries(online, "harbor-tls")
    assert entries["tls.crt"] == own.pem + lower.pem + upper.pem
    provider.asked.clear()
    assert await installed(online, inputs) == []
    assert provider.asked == []


async def test_nothing_is_fetched_unless_it_is_allowed(
    online: SimulatedWorld, provider: Provider, tmp_path: Path
) -> None:
    *_, own = chain_at(provider.url)
    inputs = inputs_of(online, tmp_path, own, fetch=False)
    assert inputs.preset.pki.kind == "commercial"
    judgement = await judged(online, inputs, inputs.preset.pki)
    assert [one.code for one in judgement.problems] == ["chain-incomplete"]
    assert provider.asked == []


async def test_what_is_fetched_has_to_be_the_issuer(
    online: SimulatedWorld, provider: Provider, tmp_path: Path
) -> None:
    *_, own = chain_at(provider.url)
    provider.files = {"/lower.der": sign("Lower CA", ROOT, ca=True).der}
    inputs = inputs_of(online, tmp_path, own)
    assert inputs.preset.pki.kind == "commercial"
    judgement = await judged(online, inputs, inputs.preset.pki)
    assert judgement.verdict == "bad"
    assert judgement.served == own.pem


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "it answers with 404"),
        (b"x" * 300_000, "it is larger than 256 KiB"),
    ],
)
async def test_what_cannot_be_fetched_is_told_with_its_address(
    online: SimulatedWorld, provider: Provider, tmp_path: Path, content: bytes | None, why: str
) -> None:
    *_, own = chain_at(provider.url)
    if content is not None:
        provider.files = {"/lower.der": content}
    inputs = inputs_of(online, tmp_path, own)
    assert inputs.preset.pki.kind == "commercial"
    judgement = await judged(online, inputs, inputs.preset.pki)
    assert judgement.problems[0].code == "not-fetched"
    assert f"{provider.url}/lower.der: {why}" in judgement.problems[0].message


async def test_the_networks_proxy_is_used_but_for_what_is_reached_directly(
    provider: Provider,
) -> None:
    provider.files = {"http://pki.test/ca.der": b"by the proxy"}
    fetching = Fetching({"http": provider.url})
    assert await fetching(["http://pki.test/ca.der"]) == b"by the proxy"
    direct = Fetching({"http": provider.url}, ["test", "10.0.0.0/8"])
    with pytest.raises(Unreachable):
        await direct(["http://pki.test.invalid.test/ca.der"])
    assert provider.asked == ["http://pki.test/ca.der"]


async def test_a_rehearsal_fetches_nothing(
    world: SimulatedWorld, provider: Provider, tmp_path: Path
) -> None:
    *_, own = chain_at(provider.url)
    inputs = inputs_of(world, tmp_path, own)
    assert inputs.preset.pki.kind == "commercial"
    judgement = await judged(world, inputs, inputs.preset.pki)
    assert "a rehearsal touches nothing real" in judgement.problems[0].message
    assert provider.asked == []
