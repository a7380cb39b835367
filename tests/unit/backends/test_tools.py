"""Where Helm is looked for, and which Helm will do."""

import os
from pathlib import Path

import pytest

from backends import tools
from backends.tools import find_helm, helm_version
from wizard.errors import CheckFailed, ExitCode


def program(path: Path, *, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wizard's tool folder, here."""
    folder = tmp_path / "data" / "bin"
    monkeypatch.setattr(tools, "tool_folder", lambda: folder)
    return folder


def test_the_variable_comes_before_path_and_path_before_the_own_folder(
    own: Path, tmp_path: Path
) -> None:
    named = program(tmp_path / "named-helm")
    on_path = program(tmp_path / "bin" / "helm")
    mine = program(own / "helm")
    path = str(on_path.parent)
    assert find_helm({"WIZARD_HELM": str(named), "PATH": path}) == named
    assert find_helm({"PATH": path}) == on_path
    assert find_helm({"PATH": str(tmp_path)}) == mine


def test_without_helm_every_way_to_get_it_is_named(own: Path) -> None:
    with pytest.raises(CheckFailed) as caught:
        find_helm({"PATH": str(own)})
    told = str(caught.value)
    for way in ("WIZARD_HELM", "PATH", str(own / "helm"), "go install", "brew", "https://helm.sh"):
        assert way in told
    assert caught.value.exit_code is ExitCode.CHECK_FAILED


@pytest.mark.parametrize(("mode", "why"), [(0o644, "not executable"), (None, "no such file")])
def test_a_named_program_that_cannot_run_is_told_instead_of_looking_further(
    own: Path, tmp_path: Path, mode: int | None, why: str
) -> None:
    if mode == 0o644 and os.access(program(tmp_path / "probe", mode=0o644), os.X_OK):
        pytest.skip("this machine lets every file be executed")
    program(own / "helm")
    named = tmp_path / "helm"
    if mode is not None:
        program(named, mode=mode)
    with pytest.raises(CheckFailed) as caught:
        find_helm({"WIZARD_HELM": str(named), "PATH": ""})
    assert caught.value.where == str(named)
    assert why in caught.value.why


def test_the_own_folder_is_where_data_of_programs_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert tools.tool_folder() == tmp_path / "harbor-wizard" / "bin"


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("v4.3.1", "4.3.1"),
        ("v4.3", "4.3"),
        ("v4.0.0-rc.1\n", "4.0.0"),
        ("4.12.0+gabc", "4.12.0"),
    ],
)
def test_helm_4_will_do(printed: str, version: str) -> None:
    assert helm_version(printed, Path("/helm")) == version


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("v3.22.0", "Helm 3.22.0 is too old"),
        ("v5.0.1", "Helm 5.0.1 is too new"),
        ("Client: v2.16.1", "does not tell a Helm version"),
        ("", "does not tell a Helm version"),
    ],
)
def test_any_other_helm_is_refused(printed: str, told: str) -> None:
    with pytest.raises(CheckFailed, match=told) as caught:
        helm_version(printed, Path("/opt/helm"))
    assert caught.value.where == "/opt/helm"
    assert "WIZARD_HELM" in caught.value.fix
