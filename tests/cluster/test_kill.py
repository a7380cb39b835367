"""Kill -9 at every kind of transition: the same command converges, and then writes nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.cluster.command import Running
from tests.cluster.process import poll
from tests.cluster.wizard import Wizard, annotated, let_be_ready

Moment = Callable[[Wizard, Running], object]

MADE_ONCE = ("core-secret", "encryption-key", "database-password", "token-signing", "ca-key")


def _within_the_secrets(wizard: Wizard, running: Running) -> None:
    running.until_event("step.started", "harbor.secrets")
    poll("a first Secret", lambda: bool(wizard.names("", "secrets")), 30, every=0.005)


def _while_helm_works(wizard: Wizard, running: Running) -> None:
    running.until_event("step.started", "harbor.release")
    wizard.wait_release(1, "pending-install")


def _while_harbor_is_unhealthy(wizard: Wizard, running: Running) -> None:
    running.until_event("step.waiting", "harbor.healthy")
    wizard.standin.state.problems.clear()


MOMENTS: dict[str, Moment] = {
    "behind the namespace": lambda _, run: run.until_event("step.finished", "target.namespace"),
    "within the secrets": _within_the_secrets,
    "behind the certificates": lambda _, run: run.until_event("step.finished", "pki.authority"),
    "while Helm works": _while_helm_works,
    "while pods start": lambda _, run: run.until_event("step.waiting", "harbor.release"),
    "while Harbor is unhealthy": _while_harbor_is_unhealthy,
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_killed_run_is_taken_up_by_the_same_command(wizard: Wizard, moment: Moment) -> None:
    wizard.preset({"values": annotated("portal", ready_after="2s")})
    if moment is _while_helm_works:
        wizard.helm_that_waits()
    wizard.standin.state.problems["core"] = "starting"
    with wizard.begin() as running:
        if moment is not _while_harbor_is_unhealthy:
            wizard.standin.state.problems.clear()
        moment(wizard, running)
        running.kill()
    _converges(wizard)


def test_a_wizard_that_is_killed_alone_is_taken_up_while_helm_goes_on(wizard: Wizard) -> None:
    """Out of memory, or `kill -9 PID`: Helm survives it, and waits as long as the portal does."""
    wizard.preset({"values": annotated("portal", ready_after="1h")})
    wizard.helm_that_waits()
    with wizard.begin() as running:
        _while_helm_works(wizard, running)
        running.signal(signal.SIGKILL)
        running.wait()
        assert any("helm" in line for line in running.command_lines())
        let_be_ready(wizard, "portal")
        _converges(wizard)


JOURNAL_ENTRIES = 21
"""Of a first run without further answers, from `run.opened` to `run.finished`."""


@pytest.mark.soak
@pytest.mark.parametrize("entries", range(1, JOURNAL_ENTRIES + 1))
def test_a_run_killed_behind_any_entry_of_its_journal_is_taken_up(
    wizard: Wizard, entries: int
) -> None:
    wizard.preset()
    with wizard.begin() as running:
        poll(
            f"{entries} entries of the journal",
            lambda: _entries(wizard) >= entries,
            90,
            every=0.002,
        )
        running.kill()
    finished = wizard.journal()[-1]["event"] == "run.finished"
    assert finished == (_entries(wizard) == JOURNAL_ENTRIES), "the matrix has every entry"
    _converges(wizard)


def _entries(wizard: Wizard) -> int:
    return sum(
        (run / "journal.jsonl").read_bytes().count(b"\n")
        for run in wizard.journals()[-1:]
        if (run / "journal.jsonl").exists()
    )


def _converges(wizard: Wizard) -> None:
    """The same command ends well, keeps every secret that was made, and has then nothing to do."""
    before = wizard.objects()
    ended = wizard.install().require(0)
    after = wizard.objects()
    for name in MADE_ONCE:
        secret = f"Secret {wizard.namespace}/harbor-{name}"
        assert before.get(secret, after[secret]) == after[secret]
    assert ended.events[-1]["exit"] == 0
    wizard.nothing_to_do()
