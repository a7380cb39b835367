"""In CI nothing is skipped unseen: a skip is a failure unless `allowed_skips.txt` names it."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a busy machine is no failure

ALLOWED = Path(__file__).parent / "allowed_skips.txt"


def allowed_skips(text: str) -> dict[str, str]:
    """{test id: why it may be skipped}, from lines `ID  reason`; `#` starts a comment line."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, reason = line.strip().partition("  ")
        if not reason.strip():
            raise pytest.UsageError(
                f"{ALLOWED.name}:{number}: a reason behind two spaces is needed"
            )
        found[name] = reason.strip()
    return found


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    in_ci = os.environ.get("CI") == "true"
    if not in_ci or not report.skipped or hasattr(report, "wasxfail"):
        return
    if report.nodeid in allowed_skips(ALLOWED.read_text()):
        return
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"skipped in CI without being listed in {ALLOWED.name}: {why}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself, or whose fixture or mark does."""
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole module that skips itself."""
    report = yield
    _refuse(report)
    return report
