"""k9s: found on PATH, given names alone, and told of where it fails. A script plays its part."""

import signal
from pathlib import Path

import pytest

from backends.k9s import K9s
from wizard.diagnose.kinds import CERTIFICATE, NODE
from wizard.errors import StepFailed
from wizard.ports import Ref
from wizard.wiring import Site, opener

PLAYED = """#!/bin/sh
printf '%s\\n' "$@" > "$0.told"
exit {code}
"""


def k9s(folder: Path, code: int = 0) -> K9s:
    """A program of that name in a folder of its own, found as on PATH."""
    program = folder / "k9s"
    program.write_text(PLAYED.format(code=code))
    program.chmod(0o755)
    found = K9s.find(Path("/etc/my.kubeconfig"), {"PATH": str(folder)})
    assert found
    return found


def told(folder: Path) -> list[str]:
    return (folder / "k9s.told").read_text().splitlines()


def test_it_is_given_the_cluster_the_namespace_and_the_object(tmp_path: Path) -> None:
    k9s(tmp_path).open("prod", Ref(CERTIFICATE, "harbor", "harbor-tls"), "certificates")
    place = ["--kubeconfig", "/etc/my.kubeconfig", "--context", "prod", "--namespace", "harbor"]
    assert told(tmp_path) == [*place, "--command", "certificates /harbor-tls"]


def test_an_object_without_a_namespace(tmp_path: Path) -> None:
    k9s(tmp_path).open("prod", Ref(NODE, "", "node-1"), "nodes")
    assert told(tmp_path)[-2:] == ["--command", "nodes /node-1"]
    assert "--namespace" not in told(tmp_path)


def test_its_failure_is_told_with_the_command_to_try(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(StepFailed, match="k9s did not work") as failed:
        k9s(tmp_path, code=3).open("prod", Ref(NODE, "", "node-1"), "nodes")
    assert failed.value.why == "it ended with exit code 3"
    assert failed.value.fix.endswith("--context prod --command 'nodes /node-1'")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    found = k9s(tmp_path)
    (tmp_path / "k9s").write_bytes(b"\x7fELF no program")
    with pytest.raises(StepFailed, match="k9s did not work"):
        found.open("prod", Ref(NODE, "", "node-1"), "nodes")


def test_without_the_program_or_a_real_cluster_there_is_nothing_to_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert K9s.find(None, {"PATH": str(tmp_path)}) is None
    k9s(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert opener(Site()) is not None
    assert opener(Site(scenario="healthy")) is None
