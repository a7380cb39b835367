"""The guided installation on a terminal, from `wizard` to the first steps, on the real API."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.cluster.process import poll
from tests.cluster.wizard import COMMAND, Wizard
from tests.terminal import Terminal
from wizard.answers.keeping import kept_drafts
from wizard.run.records import unfinished

SIZES = [(80, 24), (140, 45)]


def terminal(wizard: Wizard, *arguments: str, size: tuple[int, int] = (80, 24)) -> Terminal:
    """The command on a terminal, with this wizard's identity and folders."""
    return Terminal([str(COMMAND), *arguments], wizard.surroundings(), size)


def test_from_the_first_screen_to_a_registry(wizard: Wizard) -> None:
    """All answers that have no fitting default are typed by hand."""
    with terminal(wizard) as person:
        person.until("private registry on your", "reachable")
        person.press("enter")
        person.until("Where does Harbor go?", "answers at")
        person.press("tab", "tab")
        person.until("The namespace that Harbor is installed in.")
        person.press(wizard.namespace)
        person.until(wizard.namespace)
        person.press("ctrl+n")
        person.until("How do charts and images reach")
        person.press("down", "enter")
        person.until("(*) From a folder", "· needed")
        person.press("tab")
        person.until("The folder with chart packages")
        person.press(str(wizard.charts))
        person.until("harbor-1.19.2.tgz, SHA-256")
        person.press("ctrl+n")
        person.until("Where should images be stored?")
        person.press("ctrl+n")
        person.until("Who vouches")
        person.press("enter")
        person.until("Made here")
        person.press("ctrl+n")
        person.until("How do people reach Harbor")
        person.press("https://harbor.test", "tab")
        person.until("The address that the wizard itself connects to")
        person.press("127.0.0.1", "tab")
        person.until("Through an ingress controller.")
        person.press("down", "down", "down", "down", "enter")
        person.until("(*) Cluster only")
        person.press("ctrl+n")
        person.until("Ready to install Harbor", "to create")
        person.press("i")
        person.until("Harbor is ready", "First login", seconds=120)
        person.press("q")
        assert person.ends() == 0
    assert "Traceback" not in person.raw.decode(errors="replace")
    assert wizard.names("apps/v1", "deployments") >= {"harbor-core", "harbor-portal"}


@pytest.mark.parametrize("size", SIZES)
def test_a_preset_is_reviewed_and_installed(wizard: Wizard, size: tuple[int, int]) -> None:
    file = str(wizard.preset())
    with terminal(wizard, "--preset", file, "--ask", "missing", size=size) as person:
        person.until("Ready to install Harbor 2.15.2 as tested")
        person.press("i")
        person.until("Harbor is ready", "First login", seconds=120)
        person.press("q")
        assert person.ends() == 0
    wizard.nothing_to_do()


def test_what_the_screens_save_is_done_again_unattended(wizard: Wizard) -> None:
    file = wizard.preset()
    saved = wizard.folder / "saved.yaml"
    with terminal(wizard, "--preset", str(file), "--ask", "missing") as person:
        person.until("Ready to install Harbor")
        person.press("i")
        person.until("Harbor is ready", "First login", seconds=120)
        person.press("s")
        person.until("Save the answers as a preset", "preset.yaml")
        person.press("\x15")
        person.until_gone(file.name)
        person.press(str(saved), "enter")
        person.until("The same again")
        person.press("escape", "q")
    assert "clusterUid" in saved.read_text()
    ended = wizard.run("--preset", str(saved), "--output", "jsonl").require(0)
    assert ended.events[-1]["summary"].startswith("nothing to do")


def test_a_window_that_closes_leaves_a_run_that_can_be_resumed(wizard: Wizard) -> None:
    file = str(wizard.preset({"values": {"core": {"podAnnotations": SLOW}}}))
    with terminal(wizard, "--preset", file, "--ask", "missing") as person:
        person.until("Ready to install Harbor")
        person.press("i")
        person.until("Deployment harbor-core", seconds=60)
        os.kill(person.pid, signal.SIGHUP)
        assert person.ends() == 130
    assert wizard.lease() is None
    left = unfinished(None, log_dir=Path(wizard.state) / "harbor-wizard")
    assert left is not None
    wizard.run("--resume", "--output", "jsonl").require(0)


def test_a_killed_session_is_continued_with_what_was_typed(wizard: Wizard) -> None:
    with terminal(wizard) as person:
        person.until("private registry on your", "reachable")
        person.press("enter")
        person.until("Where does Harbor go?")
        person.press("-of-mine")
        person.until("production-of-mine", "answers at")
        poll("it is kept", lambda: kept_name(wizard) == "production-of-mine", 5)
        os.kill(person.pid, signal.SIGKILL)
    with terminal(wizard) as person:
        person.until('"production-of-mine", left at Target')
        person.press("down", "enter")
        person.until("Where does Harbor go?", "production-of-mine")


def kept_name(wizard: Wizard) -> str:
    """The name in the draft on the disk."""
    drafts, _ = kept_drafts(Path(wizard.state) / "harbor-wizard" / "drafts")
    return drafts[0].name if drafts else ""


SLOW = {"harbor-wizard.test/ready-after": "20s"}
