"""What goes into a bundle: objects without values, lines without keys, logs with an end."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.bundles import MOMENT, parts_in
from wizard.diagnose.bundle import logs
from wizard.diagnose.bundle.lines import hidden
from wizard.diagnose.bundle.logs import add_logs
from wizard.diagnose.bundle.parts import Parts
from wizard.diagnose.bundle.shown import conceal_values, shown
from wizard.errors import Forbidden, Unreachable
from wizard.ports import Kind, LogLine, Object

PEM_BODY = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"]
PEM = ["-----BEGIN PRIVATE KEY-----", *PEM_BODY, "-----END PRIVATE KEY-----"]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_in(tmp_path / "parts")


def secret(type_: str = "Opaque", **values: str) -> Object:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return world.made(Kind("v1", "Secret"), "harbor-core", type=type_, data=data)


def text_of(parts: Parts, name: str) -> str:
    return (parts.folder / name).read_text()


def test_a_secret_shows_the_names_and_sizes_of_its_keys_only(parts: Parts) -> None:
    told = shown(secret(password="hunter22", other="öl"), parts.hider, "x")
    assert told["data"] == {"password": "8 bytes", "other": "3 bytes"}
    assert (told["type"], told["metadata"]["name"]) == ("Opaque", "harbor-core")


def test_former_states_and_binary_data_are_left_out(parts: Parts) -> None:
    binary = base64.b64encode(b"password=hunter22").decode()
    notes = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"}
    metadata = {"annotations": notes, "managedFields": [{"manager": "x"}]}
    given = world.made(
        Kind("v1", "ConfigMap"), "x", metadata=metadata, data={"a": "b"}, binaryData={"c": binary}
    )
    told = shown(given, parts.hider, "x")
    assert told["metadata"]["annotations"] == {"kept": "yes"}
    assert "managedFields" not in told["metadata"]
    assert (told["data"], told["binaryData"]) == ({"a": "b"}, {"c": "17 bytes"})
    assert notes["kept"] == "yes"
    assert len(notes) == 2, "the object itself is not changed"


def test_values_of_secrets_are_hidden_wherever_else_they_stand(parts: Parts) -> None:
    login = {"auths": {"reg": {"username": "bob", "password": "hunter22", "auth": "Ym9iOnB3"}}}
    given = secret(key="canary-12345", config=json.dumps(login), name="harbor-core")
    conceal_values(given, parts.hider, {"harbor-core"})
    text = "canary-12345 hunter22 Ym9iOnB3 harbor-core bob"
    assert parts.hider.hide(text, "x").split()[3:] == ["harbor-core", "bob"]
    assert "[hidden-" in parts.hider.hide("canary-12345", "x")
    for one in ("canary-12345", "hunter22", "Ym9iOnB3"):
        assert one not in parts.hider.hide(text, "x")


def test_what_is_no_secret_of_a_secret_stays_readable(parts: Parts) -> None:
    certificate = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END CERTIFICATE-----"
    conceal_values(
        secret(**{"tls.crt": certificate, "db_username": "harbor-db"}), parts.hider, set()
    )
    release = secret("helm.sh/release.v1", release="H4sIAAAAAAAC-release")
    conceal_values(release, parts.hider, set())
    for text in (certificate, "harbor-db"):
        assert parts.hider.hide(text, "x") == text


@pytest.mark.parametrize("before", [[], ["a line"], ["a line", "MIIEvQIBADANBgkqhkiG9w0B"]])
def test_a_key_over_several_lines_is_hidden_and_lines_stay_lines(
    parts: Parts, before: list[str]
) -> None:
    lines = [*before, *PEM, "after"]
    told = list(hidden(lines, parts.hider, "x"))
    assert len(told) == len(lines)
    assert (told[: len(before)], told[-1]) == (before, "after")
    assert not [line for line in told for part in PEM_BODY if part in line]


def test_a_key_whose_beginning_was_cut_off_is_hidden(parts: Parts) -> None:
    told = list(hidden([*PEM[1:], "after"], parts.hider, "x"))
    assert (len(told), told[-1]) == (4, "after")
    assert not [line for line in told for part in PEM_BODY if part in line]


def test_lines_that_only_look_like_keys_stay(parts: Parts) -> None:
    lines = ["0123456789abcdef0123456789abcdef", "password=x", *["ordinary"] * 500]
    told = list(hidden(lines, parts.hider, "x"))
    assert told[0] == lines[0]
    assert told[2:] == lines[2:]


class Kubelet:
    """Says what it is told to, by container; an error instead of a line is raised."""

    def __init__(self, **said: list[str | Exception]) -> None:
        self.said = said
        self.asked: list[tuple[str, bool, int | None]] = []

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool = False,
        previous: bool = False,
        since: datetime | None = None,
        tail: int | None = None,
    ) -> AsyncIterator[LogLine]:
        self.asked.append((container, previous, tail))
        for number, text in enumerate(self.said.get(container, [])):
            if isinstance(text, Exception):
                raise text
            yield LogLine(MOMENT + timedelta(seconds=number), pod, container, text)

    def forward(self, *_: Any) -> Any:
        raise NotImplementedError


async def test_logs_have_their_times_and_no_secrets(parts: Parts) -> None:
    pod = world.pod("core")
    kubelet = Kubelet(core=["one", "password=hunter22", *PEM])
    await add_logs(kubelet, [pod], "harbor", parts)
    (part,) = parts.all
    lines = text_of(parts, part.name).splitlines()
    assert part.name == f"logs/{pod['metadata']['name']}/core.log"
    assert lines[0] == "2026-11-26T18:00:00+00:00 one"
    assert len(lines) == 6
    assert "hunter22" not in "".join(lines)
    assert not [line for line in lines for part in PEM_BODY if part in line]
    assert kubelet.asked == [("core", False, logs.LINES)]


async def test_a_restarted_container_has_the_log_of_its_run_before(parts: Parts) -> None:
    pod = world.pod("core", world.runs(60, restarts=2))
    await add_logs(Kubelet(core=["said"]), [pod], "harbor", parts)
    assert [Path(part.name).name for part in parts.all] == ["core.log", "core.previous.log"]


async def test_caps_keep_the_newest_and_are_said(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "BYTES", 100)
    kubelet = Kubelet(core=[f"line {number:04}" for number in range(50)])
    await add_logs(kubelet, [world.pod("core")], "harbor", parts)
    (part,) = parts.all
    assert part.note == "the last 11 lines only"
    assert text_of(parts, part.name).splitlines()[-1].endswith("line 0049")
    assert len(text_of(parts, part.name).splitlines()) == 11


async def test_pods_beyond_the_cap_are_named_and_those_in_trouble_come_first(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "PODS", 1)
    ready, failing = world.pod("core", name="a"), world.pod("core", world.runs(9), name="b")
    await add_logs(Kubelet(core=["said"]), [ready, failing], "harbor", parts)
    assert [part.name for part in parts.all] == ["logs/b/core.log"]
    assert list(parts.missing) == ["logs of pod a"]


async def test_what_cannot_be_read_is_told_and_the_rest_goes_on(parts: Parts) -> None:
    kubelet = Kubelet(core=["one", Unreachable("The node is gone")], portal=["two"])
    await add_logs(kubelet, [world.pod("core"), world.pod("portal")], "harbor", parts)
    assert [Path(part.name).name for part in parts.all] == ["core.log", "portal.log"]
    assert list(parts.missing.values()) == ["The node is gone"]


async def test_a_missing_right_to_logs_is_told_once(parts: Parts) -> None:
    denied = Forbidden("You may not get pods/log in harbor")
    kubelet = Kubelet(core=[denied], portal=[denied])
    await add_logs(kubelet, [world.pod("core"), world.pod("portal")], "harbor", parts)
    assert parts.missing == {"Pod/log (v1)": "You may not get pods/log in harbor"}
    assert not parts.all
