"""In CI nothing is skipped unseen: a skip is a failure unless `allowed_skips.txt` names it.

And an S3 server or an OpenBao for those who ask for one.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.bao import Bao, opened_bao
from tests.cluster.build import NoPrograms
from tests.s3.server import S3Server, s3_program

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


_S3 = pytest.StashKey[Path | Exception]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the S3 server before the first test: within a test its time limit would end that."""
    wanted = any("s3_server" in getattr(item, "fixturenames", ()) for item in session.items)
    if not wanted or session.config.option.collectonly:
        return
    try:
        session.config.stash[_S3] = s3_program()
    except (NoPrograms, RuntimeError) as problem:
        session.config.stash[_S3] = problem


@pytest.fixture(scope="session")
def s3_program_file(pytestconfig: pytest.Config) -> Path:
    """The program of the S3 server."""
    built = pytestconfig.stash[_S3]
    if isinstance(built, NoPrograms):
        pytest.skip(str(built))
    if isinstance(built, Exception):
        pytest.fail(str(built), pytrace=False)
    return built


@pytest.fixture
def s3_server(s3_program_file: Path, tmp_path: Path) -> Iterator[S3Server]:
    """An S3 server of this test's own, with an empty bucket `harbor`."""
    server = S3Server(s3_program_file, tmp_path)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    """A real OpenBao for the tests of a module, initialised and unsealed."""
    running = opened_bao(tmp_path_factory.mktemp("bao"))
    yield running
    running.stop()
