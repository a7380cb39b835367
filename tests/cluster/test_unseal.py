"""An OpenBao whose key people hold: initialised once, opened by its shares, after every start."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.bao_pod import Pod, bao_pod, bao_pods
from tests.cluster.cert_manager import CertManager
from tests.cluster.command import Ended, schema
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE, Object
from tests.cluster.test_actions import acting
from tests.cluster.test_issuer import entries, steps
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.test_vault import written
from wizard.actions.acting import carry_out, preview
from wizard.actions.seals import unseal_of
from wizard.answers.loading import load
from wizard.diagnose.kinds import STATEFUL_SET
from wizard.diagnose.offer import Offer
from wizard.errors import CheckFailed
from wizard.ports import Ref
from wizard.run.redaction import Redactor


def answers(namespace: str, **unseal: object) -> Object:
    seal = {"kind": "shamir", "shares": 3, "threshold": 2, "keysFile": "keys/openbao.json"}
    server = {"kind": "deploy", "namespace": namespace, "unseal": {**seal, **unseal}}
    return {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}


@pytest.fixture
def pod(
    cert_manager: CertManager, control_plane: ControlPlane, charts: Path, tmp_path: Path
) -> Iterator[Pod]:
    """A server that people open, and somebody at the terminal."""
    with bao_pod(cert_manager, control_plane, charts, tmp_path) as running:
        running.wizard.preset(pki=answers(running.namespace))
        running.wizard.attended = True
        yield running


def keys_file(pod: Pod) -> Path:
    return pod.wizard.folder / "keys" / "openbao.json"


def unseal(pod: Pod, *arguments: str) -> Ended:
    preset = str(pod.wizard.folder / "preset.yaml")
    return pod.wizard.run("unseal", "--preset", preset, "--output", "json", *arguments)


def test_it_is_installed_and_opened_by_its_holders_after_a_restart(pod: Pod) -> None:
    """With no more than the printed role."""
    wizard, keys = pod.wizard, keys_file(pod)
    wizard.admin.create(f"{CORE}/namespaces", {"metadata": {"name": pod.namespace}})
    wizard.identity = apply_role(wizard, printed_role(wizard))
    ended = wizard.install("--yes").require(0)
    assert steps(ended)["pki.vault.opened"] == "done"
    assert "HW-213" in {one["finding"]["id"] for one in ended.events if one["event"] == "finding"}
    assert entries(wizard)["tls.crt"]
    shares = _shares(pod)
    assert ("update", "auth/token/revoke-self") in pod.bao.requests()
    _nothing_tells(pod, ended, shares)

    keys.rename(keys.with_suffix(".safe"))
    pod.restart()
    _typed(pod, shares)
    offset = pod.bao.audit.stat().st_size
    wizard.attended = False
    wizard.nothing_to_do("--yes")
    assert written(pod.bao, offset) == []

    pod.restart()
    asyncio.run(_acted(pod, shares[1:]))
    _nothing_tells(pod, ended, shares)


@pytest.mark.soak
def test_three_replicas_join_and_each_is_opened(
    cert_manager: CertManager, control_plane: ControlPlane, charts: Path, tmp_path: Path
) -> None:
    """All of them have a vote in the end, and one that starts again is opened by the command."""
    with bao_pods(cert_manager, control_plane, charts, tmp_path, 3) as pods:
        first, second, third = pods
        wizard = first.wizard
        pki = answers(first.namespace)
        pki["authority"]["server"]["replicas"] = 3
        wizard.preset(pki=pki)
        wizard.attended = True
        ended = wizard.install("--yes").require(0)
        told = [event["text"] for event in ended.events if event["event"] == "step.waiting"]
        assert any("has not joined yet" in text for text in told)
        assert any("have a vote" in text for text in told)

        wizard.attended = False
        wizard.nothing_to_do("--yes")
        second.restart()
        third.restart()
        replicas = unseal(first).require(0).document["replicas"]
        assert [one["before"] for one in replicas[1:]] == ["sealed", "sealed"]
        assert sorted(one["after"] for one in replicas) == ["active", "standby", "standby"]
        wizard.nothing_to_do("--yes")


@pytest.mark.soak
def test_its_file_opens_it_and_its_absence_is_told(pod: Pod) -> None:
    """Refused without a person; opened by the command, and by a run; and what each says else."""
    wizard, keys = pod.wizard, keys_file(pod)
    wizard.attended = False
    assert "not initialised without a person" in wizard.install("--yes").require(3).stderr
    assert not keys.exists()
    assert unseal(pod).require(3).document["error"]["what"] == "No replica of OpenBao answers"

    wizard.attended = True
    wizard.install("--yes").require(0)
    wizard.attended = False
    pod.restart()
    document = unseal(pod).require(0).document
    schema("unseal.json").validate(document)
    assert document["replicas"][0]["before"] == "sealed"
    wizard.nothing_to_do("--yes")
    pod.restart()
    wizard.install("--yes").require(0)

    keys.rename(keys.with_suffix(".safe"))
    pod.restart()
    assert "wizard unseal" in wizard.install("--yes").require(3).stderr
    assert "Nobody is there to give key shares" in unseal(pod).require(2).stderr


@pytest.mark.soak
@pytest.mark.parametrize("word", ["makes its key", "is unsealed with", "pki.vault.accounts"])
def test_a_run_killed_around_the_key_is_taken_up(pod: Pod, word: str) -> None:
    """At what it says while it works; the shares that came are those that stay."""
    wizard = pod.wizard
    with wizard.begin("--yes") as running:
        running.until(lambda event: word in str(event), 120)
        running.kill()
    text = keys_file(pod).read_text() if keys_file(pod).exists() else "{}"
    before = json.loads(text).get("unseal_keys_b64")
    ended = wizard.install("--yes")
    if "never arrived" in ended.stderr:  # killed within the milliseconds that docs/pki.md names
        assert 'unseal_keys_b64": []' in before
        return
    ended.require(0)
    assert _shares(pod) == (before or _shares(pod))
    wizard.nothing_to_do("--yes")


def _shares(pod: Pod) -> list[str]:
    """The shares in the keys file, which holds nothing else that opens anything."""
    file = keys_file(pod)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    held = json.loads(file.read_text())
    assert (len(held["unseal_keys_b64"]), held["unseal_threshold"]) == (3, 2)
    assert "root_token" not in held
    shares: list[str] = held["unseal_keys_b64"]
    return shares


def _nothing_tells(pod: Pod, ended: Ended, shares: list[str]) -> None:
    """Neither output nor journal holds a share, in base64 or in hex."""
    forms = [*shares, *(base64.b64decode(share).hex() for share in shares)]
    kept = [path for path in pod.wizard.state.rglob("*") if path.is_file()]
    assert kept
    texts = [ended.stdout, ended.stderr, *(path.read_text(errors="replace") for path in kept)]
    assert [form for form in forms for text in texts if form in text] == []


async def _acted(pod: Pod, shares: list[str]) -> None:
    """The action of the live view, with no more than the printed role."""
    preset = load([pod.wizard.folder / "preset.yaml"], [])
    offer = Offer("unseal", Ref(STATEFUL_SET, pod.namespace, "openbao"))
    async with acting(pod.wizard.identity, pod.wizard.namespace, pod.wizard.state) as person:
        act = unseal_of(person.world, offer, preset, lambda _: None)
        questions = await act.questions(person.world)
        assert questions == [f"Key share {turn} of 2 for openbao-0" for turn in (1, 2)]
        for share in shares:
            act.take(share)
        plan = await preview(person.world, person.target, act)
        warned: list[Exception] = []
        await carry_out(
            person.world,
            act,
            plan,
            Redactor(),
            lambda _: None,
            log_dir=person.folder,
            warn=warned.append,
        )
        assert not warned
        with pytest.raises(CheckFailed, match="nothing to do"):
            await preview(person.world, person.target, act)


def _typed(pod: Pod, shares: list[str]) -> None:
    """Two holders, of whom the first mistypes once."""
    wrong = base64.b64encode(bytes(33)).decode()
    pod.wizard.attended = True
    preset = str(pod.wizard.folder / "preset.yaml")
    with pod.wizard.start("unseal", "--preset", preset, "--output", "jsonl") as running:
        for turn, share in enumerate([wrong, shares[0], shares[2], shares[1]]):
            running.until_asked("Key share", turn + 1)
            running.type(f"{share}\n")
        ended = running.wait().require(0)
    assert shares[0] not in ended.stdout + ended.stderr
    assert json.loads(ended.stdout)["replicas"][0]["after"] == "active"
