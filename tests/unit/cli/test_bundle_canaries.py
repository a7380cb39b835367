"""No secret of the cluster or of this machine stands in a support bundle, in any form.

Canaries are planted everywhere a bundle takes something from.
"""

import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.diagnose.bundles import files_of
from tests.unit.diagnose.canaries import (
    IN_SECRETS,
    KEY,
    OF_THE_WIZARD,
    TEXT,
    objects,
    require_nowhere,
)
from wizard.answers.target import Target
from wizard.checks.cluster import KUBE_SYSTEM
from wizard.console import Console
from wizard.report import open_report
from wizard.run.records import JOURNAL_FILE, LOG_FILE, PRESET_FILE
from wizard.run.redaction import Redactor
from wizard.support import BundleWish, support_bundle
from wizard.voices import Voices

NAMESPACE = "harbor"


@pytest.fixture
async def world() -> AsyncIterator[SimulatedWorld]:
    async with simulated_world(speed=0) as world:
        namespace = {"name": NAMESPACE, "annotations": {"note": TEXT}}
        world.stage.store.put({"apiVersion": "v1", "kind": "Namespace", "metadata": namespace})
        for obj in objects(NAMESPACE):
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
    wish = BundleWish(tmp_path / "b.tgz", tmp_path, AsyncMock(return_value=True))
    await support_bundle(world, Target(namespace=NAMESPACE), wish, voices)
    return {**files_of(tmp_path / "b.tgz"), "said": said.getvalue()}


async def test_no_canary_stands_in_a_bundle_nor_in_base64(bundle: dict[str, str]) -> None:
    require_nowhere(bundle)


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
    assert set(told["sh.helm.release.v1.other.v1"]) == {"release"}
