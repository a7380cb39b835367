"""No secret of the cluster or of this machine stands in a support bundle, in any form.

Canaries are planted everywhere a bundle takes something from: by value where a Secret holds them
too, by their looks where nothing but a name or a shape tells what they are.
"""

import base64
import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.diagnose.bundles import files_of
from wizard.answers.target import Target
from wizard.checks.cluster import KUBE_SYSTEM
from wizard.console import Console
from wizard.ports import Object
from wizard.report import open_report
from wizard.run.records import JOURNAL_FILE, LOG_FILE, PRESET_FILE
from wizard.run.redaction import Redactor
from wizard.support import BundleWish, support_bundle
from wizard.voices import Voices

NAMESPACE = "harbor"
IN_SECRETS = "canary-of-a-secret/+1"
OF_THE_WIZARD = "canary-of-the-wizard"
LOOKS = {
    "vault": "hvs.CANARYaaaaaaaaaaaaaaaaaaaaaa",
    "old vault": "s.CANARYaB3dE5gH7jK9mN1pQs",
    "unseal": "CANARYq1Zr0b7nH3yq2bS8x9mQm5bq0v7T1yq0bS8x9=",
    "jwt": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.CANARYc2ln",
    "docker": base64.b64encode(b'{"auths":{"canary.example":{}}}').decode(),
    "bcrypt": "$2y$10$CANARY" + "a1./" * 11 + "abc",
    "basic": base64.b64encode(b"canary:canary").decode(),
}
PEM = "CANARYMIIEvQIBADANBgkqhkiG9w0BAQEF"
KEY = ["-----BEGIN RSA PRIVATE KEY-----", PEM, PEM, "-----END RSA PRIVATE KEY-----"]
WORD = "canaryword"
"""Tells nothing by itself: it stands where a name says that it is secret."""
TEXT = "\n".join(
    [
        f"it is {IN_SECRETS} and {OF_THE_WIZARD}",
        base64.b64encode(f"x{IN_SECRETS}".encode()).decode(),
        f"password={WORD} --password {WORD}",
        f"redis://:{WORD}@redis:6379/0 postgres://u:{WORD}@db/x root:{WORD}@tcp(db)/x",
        f"host=db password='{WORD}'",
        f"token {LOOKS['vault']} {LOOKS['old vault']} {LOOKS['jwt']}",
        f"Unseal Key 1: {LOOKS['unseal']}",
        f"htpasswd admin:{LOOKS['bcrypt']}",
        f"config {LOOKS['docker']}",
        f"Authorization: Basic {LOOKS['basic']}",
        f"sent Basic {LOOKS['basic']}",
        f'{{"client_secret": "{WORD}", "auth": "{WORD}"}}',
        *KEY,
    ]
)
FORBIDDEN = [IN_SECRETS, OF_THE_WIZARD, *LOOKS.values(), PEM, WORD]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def objects() -> Iterator[Object]:
    """Objects with canaries in all that a person or a tool can write into."""

    def made(api: str, kind: str, name: str, **parts: object) -> Object:
        notes = {"kubectl.kubernetes.io/last-applied-configuration": TEXT, "note": TEXT}
        labels = {"release": "harbor", "component": "core"}
        metadata = {"name": name, "namespace": NAMESPACE, "annotations": notes, "labels": labels}
        return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}

    values = {"secretKey": IN_SECRETS}  # the rest of TEXT is to be known by its looks
    yield made("v1", "Secret", "s", type="Opaque", data={k: encoded(v) for k, v in values.items()})
    release = {"release": encoded(json.dumps({"config": {"harborAdminPassword": WORD}}))}
    yield made(
        "v1", "Secret", "sh.helm.release.v1.harbor.v1", type="helm.sh/release.v1", data=release
    )
    texts = {"config.yml": TEXT, "REDIS_PASSWORD": WORD, "core.yaml": f"password: {WORD}\nport: 1"}
    yield made("v1", "ConfigMap", "c", data=texts, binaryData={"blob": encoded(TEXT)})
    container = {
        "name": "core",
        "image": "core:1",
        "args": ["--db-password", WORD, f"--url=redis://:{WORD}@redis", TEXT],
        "env": [{"name": "DB_PASSWORD", "value": WORD}, {"name": "URL", "value": TEXT}],
    }
    ended = {"exitCode": 1, "message": TEXT, "reason": "Error"}
    told = {"name": "core", "restartCount": 1, "lastState": {"terminated": ended}}
    told |= {"containerID": "c2", "state": {"running": {"startedAt": "2026-11-26T18:00:00Z"}}}
    status = {"phase": "Running", "containerStatuses": [told], "message": TEXT}
    yield made("v1", "Pod", "harbor-core-1", spec={"containers": [container]}, status=status)
    about = {"kind": "Pod", "name": "harbor-core-1", "namespace": NAMESPACE}
    yield made("v1", "Event", "e", involvedObject=about, type="Warning", reason="x", message=TEXT)
    yield made("networking.k8s.io/v1", "Ingress", "i", spec={"rules": [{"host": "h.example"}]})


@pytest.fixture
async def world() -> AsyncIterator[SimulatedWorld]:
    async with simulated_world(speed=0) as world:
        namespace = {"name": NAMESPACE, "annotations": {"note": TEXT}}
        world.stage.store.put({"apiVersion": "v1", "kind": "Namespace", "metadata": namespace})
        for obj in objects():
            world.stage.store.put(obj)
        source = (NAMESPACE, "harbor-core-1", "core")
        for line in TEXT.splitlines():
            world.stage.logs.add(source, line, datetime.now(UTC))
        world.stage.logs.restart(source)
        for line in (*KEY[1:], *TEXT.splitlines()):
            world.stage.logs.add(source, line, datetime.now(UTC))
        yield world


def run_of_before(folder: Path, cluster: str) -> None:
    """A run of the wizard whose files were written without redaction."""
    run = folder / "runs" / "20261126T180000000Z-000000"
    run.mkdir(parents=True)
    opened = {
        "v": 1,
        "time": "2026-11-26T18:00:00+00:00",
        "event": "run.opened",
        "preset": TEXT,
        "target": {
            "clusterUid": cluster,
            "context": "simulated",
            "namespace": NAMESPACE,
            "release": "harbor",
        },
    }
    (run / JOURNAL_FILE).write_text(json.dumps(opened) + "\n")
    (run / LOG_FILE).write_text(TEXT)
    (run / PRESET_FILE).write_text(TEXT)


@pytest.fixture
async def bundle(world: SimulatedWorld, tmp_path: Path) -> dict[str, str]:
    """The files of a bundle of that world, and what the command said, as `said`."""
    redactor = Redactor()
    redactor.conceal(OF_THE_WIZARD)
    said = io.StringIO()
    voices = Voices(open_report("text", said, redactor), Console(said, redactor), redactor)
    found = await world.objects.get(KUBE_SYSTEM)
    run_of_before(tmp_path, found["metadata"]["uid"] if found else "")
    wish = BundleWish(tmp_path / "b.tgz", tmp_path, lambda _: True)
    await support_bundle(world, Target(namespace=NAMESPACE), wish, voices)
    return {**files_of(tmp_path / "b.tgz"), "said": said.getvalue()}


def decoded(text: str) -> Iterator[str]:
    """What stands in a text in Base64, wherever it begins in a group of three bytes."""
    for found in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        for start in range(4):
            part = found[start:].replace("-", "+").replace("_", "/")
            part = part[: len(part) // 4 * 4]
            yield base64.b64decode(part).decode("utf-8", "replace")


async def test_no_canary_stands_in_a_bundle(bundle: dict[str, str]) -> None:
    for name, text in bundle.items():
        found = [canary for canary in FORBIDDEN if canary in text]
        assert not found, (name, found)


async def test_no_canary_stands_in_it_in_base64(bundle: dict[str, str]) -> None:
    for name, text in bundle.items():
        for part in decoded(text):
            assert not [canary for canary in FORBIDDEN if canary in part], (name, part)
            assert "canary" not in part.lower(), (name, part)


async def test_the_canaries_were_there_to_be_found(bundle: dict[str, str]) -> None:
    """Every kind of place is in the bundle, and something was hidden in each."""
    hidden = json.loads(bundle["hidden.json"])["hidden"]
    places = {name for one in hidden for name in one["files"]}
    assert places >= {
        "objects/ConfigMap.json",
        "objects/Event.json",
        "objects/Ingress.networking.k8s.io.json",
        "objects/Namespace.json",
        "objects/Pod.json",
        "objects/Secret.json",
        "logs/harbor-core-1/core.log",
        "logs/harbor-core-1/core.previous.log",
        "view/tails.jsonl",
    }
    assert [name for name in places if name.startswith("runs/") and name.endswith("/log.txt")]
    what = {word for one in hidden for word in one["what"]}
    assert {"Secret harbor/s, key secretKey", "Vault token", "unseal key", "private key"} <= what
    assert "secret that the wizard knows" in what


async def test_the_same_secret_is_the_same_token_in_all_files(bundle: dict[str, str]) -> None:
    hidden = json.loads(bundle["hidden.json"])["hidden"]
    (one,) = (entry for entry in hidden if "Secret harbor/s, key secretKey" in entry["what"])
    for name in ("objects/Pod.json", "objects/Event.json", "logs/harbor-core-1/core.log"):
        assert one["token"] in bundle[name]
        assert name in one["files"]


async def test_secrets_keep_names_and_sizes(bundle: dict[str, str]) -> None:
    items = json.loads(bundle["objects/Secret.json"])["items"]
    told = {one["metadata"]["name"]: one["data"] for one in items}
    assert told["s"]["secretKey"] == f"{len(IN_SECRETS)} bytes"
    assert set(told["sh.helm.release.v1.harbor.v1"]) == {"release"}
