"""The harness's own care: nothing half built, nothing left running, no skip unseen in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import build
from tests.cluster.process import poll
from tests.conftest import allowed_skips

REPOSITORY = Path(__file__).parents[2]


def _fake_programs(folder: Path) -> None:
    for program in build.catalogue():
        (folder / program.name).touch(mode=0o755)


def test_given_programs_are_used_and_missing_ones_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    _fake_programs(tmp_path)
    assert build.ensure_programs().path("etcd") == str(tmp_path / "etcd")
    (tmp_path / "kwok").unlink()
    with pytest.raises(build.MissingPrograms, match="lacks kwok;"):
        build.ensure_programs()


def test_the_controllers_of_cert_manager_are_taken_from_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, built = tmp_path / "given", tmp_path / "cache"
    given.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(built))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(given))
    with pytest.raises(build.NoPrograms):
        build.ensure_controllers()
    build.controllers_folder().mkdir(parents=True, exist_ok=True)
    (build.controllers_folder() / build.CONTROLLERS.name).touch(mode=0o755)
    assert build.ensure_controllers().parent == build.controllers_folder()
    (given / build.CONTROLLERS.name).touch(mode=0o755)
    assert build.ensure_controllers().parent == given


def test_without_go_the_reason_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(build.NoPrograms, match="KUBEBUILDER_ASSETS is unset"):
        build.ensure_programs()


def test_what_was_built_before_needs_no_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    build.cache_folder().mkdir(parents=True)
    _fake_programs(build.cache_folder())
    assert build.ensure_programs().folder == build.cache_folder()


def test_a_failed_build_leaves_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho no such package\nexit 1\n")
    go.chmod(0o755)
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    told: list[str] = []
    with pytest.raises(RuntimeError, match="building helm failed:\nno such package"):
        build.ensure_programs(told.append)
    assert len(build.missing(build.cache_folder())) == 6
    assert told == ["building helm, which installs the charts (usually 3 min) ..."]


def test_programs_end_with_a_killed_test_run(tmp_path: Path) -> None:
    code = (
        "import os, pathlib\n"
        "from tests.cluster.process import Process\n"
        "one = Process('sleeper', ['sleep', '600'], pathlib.Path('log'))\n"
        "pathlib.Path('pid').write_text(str(one.pid))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False)
    pid = int((tmp_path / "pid").read_text())
    poll("the program is gone", lambda: not _runs(pid), 10)


def _runs(pid: int) -> bool:
    """A zombie nobody waited for does not run."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


SKIPPING = "import pytest\n\ndef test_it():\n    pytest.skip('no such tool')\n"
MODULE = "import pytest\n\npytest.skip('no such system', allow_module_level=True)\n"


@pytest.mark.parametrize(("source", "why"), [(SKIPPING, "no such tool"), (MODULE, "such system")])
@pytest.mark.parametrize("ci", [True, False])
def test_a_skip_fails_in_ci_only(tmp_path: Path, source: str, why: str, ci: bool) -> None:
    (tmp_path / "test_one.py").write_text(source)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "CI": "true" if ci else ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-rs"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert why in done.stdout
    assert ("skipped in CI without being listed" in done.stdout) is ci
    assert (done.returncode in (1, 2)) is ci


def test_a_listed_skip_needs_a_reason() -> None:
    listed = "# a comment\n\ntests/a.py::test_b[x y]  there is no such tool for macOS\n"
    assert allowed_skips(listed) == {"tests/a.py::test_b[x y]": "there is no such tool for macOS"}
    with pytest.raises(pytest.UsageError, match=r"allowed_skips.txt:1: a reason"):
        allowed_skips("tests/a.py::test_b\n")
